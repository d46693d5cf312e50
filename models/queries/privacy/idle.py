"""Customers of whom nothing has been heard for long."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, literal, or_, select
from sqlalchemy.orm import Session

from models.queries.privacy.erase import mark_of
from models.tables import (
    Case,
    Commitment,
    ContractEnd,
    Customer,
    FollowUp,
    Hold,
    Inbound,
    Invoice,
    Message,
    Order,
    Response,
    Watermark,
)
from models.words import FollowUpState, Subject


def idle(session: Session, before: datetime, limit: int) -> Sequence[str]:
    """References of customers with no sign of life since `before` (aware) and nothing open, in the order of import.

    A customer without any order or invoice has no age, and is not among them; neither is who was erased already.
    """
    return session.scalars(
        select(Customer.ref)
        .where(
            or_(_has(Order), _has(Invoice)), *(~one for one in (*_signs(before), *_open(before), _erased()))
        )
        .order_by(Customer.id)
        .limit(limit)
    ).all()


def _has(
    table: type[Order | Invoice | Message | Case | Commitment], *where: ColumnElement[bool]
) -> ColumnElement[bool]:
    return exists().where(table.customer_id == Customer.id, *where)


def _signs(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Whatever happened to a customer since then."""
    day = before.date()
    return (
        _has(
            Order,
            or_(Order.signed_at >= before, Order.delivered_at >= before, Order.promised_on >= day),
        ),
        _has(Invoice, or_(Invoice.issued_on >= day, Invoice.due_on >= day, Invoice.paid_at >= before)),
        _has(Message, Message.marked_at >= before),
        exists().where(Response.customer_id == Customer.id, Response.received_at >= before),
        exists().where(Inbound.customer_id == Customer.id, Inbound.received_at >= before),
        _has(Case, Case.closed_at >= before),
        _has(Commitment, Commitment.done_at >= before),
    )


def _open(before: datetime) -> tuple[ColumnElement[bool], ...]:
    """What keeps a customer: `person.open_matters` names it for one of them."""
    return (
        _has(Invoice, Invoice.paid_at.is_(None), Invoice.cancelled_at.is_(None)),
        _has(Case, Case.closed_at.is_(None)),
        _has(Commitment, Commitment.done_at.is_(None)),
        exists().where(
            ContractEnd.customer_id == Customer.id,
            ContractEnd.confirmed_at.is_(None),
            ContractEnd.dismissed_at.is_(None),
        ),
        exists().where(FollowUp.customer_id == Customer.id, FollowUp.state == FollowUpState.PLANNED),
        exists().where(
            Hold.subject_type == Subject.CUSTOMER, Hold.subject_id == Customer.id, Hold.until >= before
        ),
    )


def _erased() -> ColumnElement[bool]:
    return exists().where(Watermark.name == literal(mark_of("customer")).concat(Customer.ref))
