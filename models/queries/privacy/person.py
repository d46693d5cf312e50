"""Everything that is kept of one customer, found by the rows that belong to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from models.base import Base
from models.tables import (
    Case,
    CaseReason,
    Commitment,
    ContractEnd,
    Customer,
    FollowUp,
    History,
    Hold,
    Inbound,
    Invoice,
    Message,
    Order,
    Reply,
    Response,
    Statement,
    Suppression,
)
from models.words import Subject


@dataclass(frozen=True)
class PersonsData:
    """A customer, and which rows of each table speak of it."""

    customer: Customer
    addresses: frozenset[str]
    """E-mail addresses in small letters."""
    rows: Mapping[type[Base], ColumnElement[bool]]


def by_ref(session: Session, ref: str) -> PersonsData | None:
    """The customer of a reference; None when there is none."""
    customer = session.scalar(select(Customer).where(Customer.ref == ref))
    if customer is None:
        return None
    addresses = frozenset(
        one.lower() for one in (customer.email, customer.billing_email, customer.certified_email) if one
    )
    return PersonsData(customer, addresses, _rows(customer.id, addresses))


def _rows(key: int, addresses: frozenset[str]) -> dict[type[Base], ColumnElement[bool]]:
    cases = select(Case.id).where(Case.customer_id == key)
    about = {
        Subject.CUSTOMER: select(Customer.id).where(Customer.id == key),
        Subject.ORDER: select(Order.id).where(Order.customer_id == key),
        Subject.INVOICE: select(Invoice.id).where(Invoice.customer_id == key),
        Subject.CASE: cases,
        Subject.COMMITMENT: select(Commitment.id).where(Commitment.customer_id == key),
        Subject.INBOUND: select(Inbound.id).where(Inbound.customer_id == key),
    }
    theirs = or_(Inbound.customer_id == key, func.lower(Inbound.sender).in_(addresses))
    return {
        Customer: Customer.id == key,
        Order: Order.customer_id == key,
        Invoice: Invoice.customer_id == key,
        FollowUp: FollowUp.customer_id == key,
        Message: Message.customer_id == key,
        Response: Response.customer_id == key,
        Reply: or_(Reply.customer_id == key, func.lower(Reply.recipient).in_(addresses)),
        Inbound: theirs,
        Case: Case.customer_id == key,
        CaseReason: CaseReason.case_id.in_(cases),
        Statement: Statement.case_id.in_(cases),
        Commitment: Commitment.customer_id == key,
        ContractEnd: ContractEnd.customer_id == key,
        Suppression: or_(Suppression.customer_id == key, Suppression.address.in_(addresses)),
        History: or_(
            *((History.subject_type == kind) & History.subject_id.in_(ids) for kind, ids in about.items())
        ),
        Hold: or_(*((Hold.subject_type == kind) & Hold.subject_id.in_(ids) for kind, ids in about.items())),
    }


def refs(session: Session, person: PersonsData) -> set[str]:
    """References of the customer, and of orders and invoices."""
    key = person.customer.id
    orders = session.scalars(select(Order.ref).where(Order.customer_id == key))
    invoices = session.scalars(select(Invoice.ref).where(Invoice.customer_id == key))
    return {person.customer.ref, *orders, *invoices}


def tables(session: Session, person: PersonsData) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Each table's name, and its rows of this customer."""
    for table, condition in person.rows.items():
        columns = [column.name for column in table.__table__.columns]
        found = session.execute(select(*table.__table__.columns).where(condition)).all()
        yield table.__tablename__, [dict(zip(columns, row, strict=True)) for row in found]


def open_matters(session: Session, person: PersonsData) -> Iterator[str]:
    """What keeps a customer from being erased, by references and numbers."""
    key = person.customer.id
    unpaid = Invoice.paid_at.is_(None) & Invoice.cancelled_at.is_(None)
    for ref in session.scalars(select(Invoice.ref).where(Invoice.customer_id == key, unpaid)):
        yield f"invoice {ref} is open"
    for number in session.scalars(select(Case.id).where(Case.customer_id == key, Case.closed_at.is_(None))):
        yield f"case {number} is open"
    undecided = ContractEnd.confirmed_at.is_(None) & ContractEnd.dismissed_at.is_(None)
    for number in session.scalars(select(ContractEnd.id).where(ContractEnd.customer_id == key, undecided)):
        yield f"withdrawal or termination {number} is not settled"
    owed = Commitment.done_at.is_(None)
    for kind in session.scalars(select(Commitment.kind).where(Commitment.customer_id == key, owed)):
        yield f"a promise is open ({kind})"
