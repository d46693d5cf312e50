"""What is to come for one customer, and what holds it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from models.tables import FollowUp, Hold, Invoice, Order
from models.words import FollowUpState, Subject


class PlannedContact(NamedTuple):
    """A contact that is to come."""

    id: int
    kind: str
    step: str
    due_at: datetime
    state: str
    reason: str | None
    about: str | None
    """Reference of the order or invoice."""


def planned(session: Session, customer_id: int, most: int = 40) -> list[PlannedContact]:
    """What is to go to a customer or is held, and why it waits; the soonest first."""
    rows = session.execute(
        select(
            FollowUp.id,
            FollowUp.kind,
            FollowUp.step,
            FollowUp.due_at,
            FollowUp.state,
            FollowUp.reason,
            func.coalesce(Order.ref, Invoice.ref),
        )
        .join(
            Order, (FollowUp.subject_type == Subject.ORDER) & (Order.id == FollowUp.subject_id), isouter=True
        )
        .join(
            Invoice,
            (FollowUp.subject_type == Subject.INVOICE) & (Invoice.id == FollowUp.subject_id),
            isouter=True,
        )
        .where(
            FollowUp.customer_id == customer_id,
            FollowUp.staff_id.is_(None),
            FollowUp.audience.is_(None),
            FollowUp.subject_type.in_((Subject.ORDER, Subject.INVOICE, Subject.CLOSED_CASE)),
            FollowUp.state.in_((FollowUpState.PLANNED, FollowUpState.HELD)),
        )
        .order_by(FollowUp.due_at, FollowUp.id)
        .limit(most)
    )
    return [PlannedContact(*row) for row in rows]


def holds_of(session: Session, customer_id: int, now: datetime) -> Sequence[Hold]:
    """What holds the mails of a customer now, by whom and why."""
    orders = select(Order.id).where(Order.customer_id == customer_id)
    invoices = select(Invoice.id).where(Invoice.customer_id == customer_id)
    return session.scalars(
        select(Hold)
        .where(
            Hold.released_at.is_(None),
            Hold.goes_on == false(),
            Hold.until > now,
            or_(
                (Hold.subject_type == Subject.CUSTOMER) & (Hold.subject_id == customer_id),
                (Hold.subject_type == Subject.ORDER) & Hold.subject_id.in_(orders),
                (Hold.subject_type == Subject.INVOICE) & Hold.subject_id.in_(invoices),
            ),
        )
        .order_by(Hold.until)
    ).all()
