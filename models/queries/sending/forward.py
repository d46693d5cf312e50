"""Contacts that wait, and everything else that an explanation needs, by a reference that people know."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.rules.credit_recovery.pay_day import is_overdue
from models.tables import Commitment, Customer, FollowUp, Invoice, Order
from models.words import FollowUpState, Subject

_NOT_SENT = (FollowUpState.PLANNED, FollowUpState.HELD, FollowUpState.CLAIMED)


class NamedSubject(NamedTuple):
    """What a reference names: subject type, its row and its customer's."""

    kind: Subject
    row: Customer | Order | Invoice
    customer: Customer


def named(session: Session, ref: str) -> NamedSubject | None:
    """An order, an invoice or a customer by reference, in this order."""
    order = session.scalar(select(Order).where(Order.ref == ref))
    if order is not None:
        return NamedSubject(Subject.ORDER, order, session.get_one(Customer, order.customer_id))
    invoice = session.scalar(select(Invoice).where(Invoice.ref == ref))
    if invoice is not None:
        return NamedSubject(Subject.INVOICE, invoice, session.get_one(Customer, invoice.customer_id))
    customer = session.scalar(select(Customer).where(Customer.ref == ref))
    return None if customer is None else NamedSubject(Subject.CUSTOMER, customer, customer)


def waiting(session: Session, kind: str, ref: str, *, lock: bool = True) -> Sequence[FollowUp]:
    """Contacts of a kind about an order or invoice that are planned, the earliest first; locked unless only read."""
    found = named(session, ref)
    if found is None or found.kind is Subject.CUSTOMER:
        return []
    query = (
        select(FollowUp)
        .where(
            FollowUp.subject_type == found.kind,
            FollowUp.subject_id == found.row.id,
            FollowUp.kind == kind,
            FollowUp.nudge == 0,
            FollowUp.state == FollowUpState.PLANNED,
        )
        .order_by(FollowUp.owed_at, FollowUp.id)
    )
    return session.scalars(query.with_for_update() if lock else query).all()


def contacts(session: Session, found: NamedSubject) -> Sequence[FollowUp]:
    """Every contact with the customer about what a reference names, in the order of their owing."""
    query = select(FollowUp).where(FollowUp.customer_id == found.customer.id, FollowUp.staff_id.is_(None))
    if found.kind is not Subject.CUSTOMER:
        query = query.where(FollowUp.subject_type == found.kind, FollowUp.subject_id == found.row.id)
    else:
        query = query.where(FollowUp.subject_type.in_((Subject.ORDER, Subject.INVOICE, Subject.CLOSED_CASE)))
    return session.scalars(query.order_by(FollowUp.owed_at, FollowUp.id)).all()


def open_with(
    session: Session, customers: Collection[int], kinds: Collection[str] = ()
) -> Sequence[FollowUp]:
    """What is planned or held for these customers, of these kinds or all, the soonest first; orders and invoices."""
    query = select(FollowUp).where(
        among(FollowUp.customer_id, customers),
        FollowUp.staff_id.is_(None),
        FollowUp.audience.is_(None),
        FollowUp.subject_type.in_((Subject.ORDER, Subject.INVOICE)),
        FollowUp.state.in_((FollowUpState.PLANNED, FollowUpState.HELD)),
    )
    if kinds:
        query = query.where(FollowUp.kind.in_(kinds))
    return session.scalars(query.order_by(FollowUp.due_at, FollowUp.id)).all()


def of_kind(session: Session, customer_id: int, kind: str) -> Sequence[FollowUp]:
    """Contacts of a kind with a customer: what is not sent yet first, the earliest first; then the newest."""
    rows = session.scalars(
        select(FollowUp)
        .where(FollowUp.customer_id == customer_id, FollowUp.kind == kind, FollowUp.nudge == 0)
        .order_by(FollowUp.owed_at, FollowUp.id)
    ).all()
    ahead = [row for row in rows if row.state in _NOT_SENT]
    return ahead or list(reversed(rows))


def refs(session: Session, rows: Sequence[FollowUp]) -> dict[tuple[str, int], str]:
    """The references of what contacts are about, by subject type and id."""
    return refs_of(
        session,
        {(row.subject_type, row.subject_id) for row in rows if row.subject_type != Subject.CUSTOMER},
    )


def refs_of(session: Session, subjects: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The references of these orders, invoices and customers (subject type, id); others have none."""
    found: dict[tuple[str, int], str] = {}
    for kind, table in ((Subject.ORDER, Order), (Subject.INVOICE, Invoice), (Subject.CUSTOMER, Customer)):
        ids = [id_ for of, id_ in subjects if of == kind]
        if ids:
            pairs = session.execute(select(table.id, table.ref).where(among(table.id, ids)))
            found |= {(str(kind), id_): ref for id_, ref in pairs}
    return found


def owed(session: Session, customer_id: int) -> Sequence[Commitment]:
    """What is open to a customer, the earliest due first."""
    return session.scalars(
        select(Commitment)
        .where(Commitment.customer_id == customer_id, Commitment.done_at.is_(None))
        .order_by(Commitment.due_at, Commitment.id)
    ).all()


def at_an_end(session: Session, today: date, limit: int) -> Sequence[Invoice]:
    """Invoices that are overdue and of which nothing can ever follow: nothing waits, and nobody owes anything.

    What is due on a day off of the customer's country is due on the next working day.
    """
    goes_on = exists(
        select(FollowUp.id).where(
            FollowUp.subject_type == Subject.INVOICE,
            FollowUp.subject_id == Invoice.id,
            or_(
                FollowUp.state.in_((FollowUpState.PLANNED, FollowUpState.CLAIMED)),
                and_(FollowUp.state == FollowUpState.SENT, FollowUp.answer_by.is_not(None)),
            ),
        )
    )
    is_owed = exists(
        select(Commitment.id).where(
            Commitment.customer_id == Invoice.customer_id, Commitment.done_at.is_(None)
        )
    )
    rows = session.execute(
        select(Invoice, Customer.country)
        .join(Customer, Customer.id == Invoice.customer_id)
        .where(
            Invoice.due_on < today,
            Invoice.paid_at.is_(None),
            Invoice.cancelled_at.is_(None),
            Invoice.handed_over_at.is_(None),
            Invoice.asked_cents > 0,
            Invoice.pays_until.is_(None),
            Invoice.said_paid_until.is_(None),
            ~goes_on,
            ~is_owed,
        )
        .order_by(Invoice.due_on, Invoice.id)
        .limit(limit)
    )
    return [one for one, country in rows if is_overdue(country, one.due_on, today)]
