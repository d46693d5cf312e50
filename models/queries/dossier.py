"""Everything we know of a customer, for the person who has to call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Case, CaseReason, Customer, FollowUp, Invoice, Message, Order, Response, Statement
from models.words import OF_STAFF, FollowUpState, MessageState, Subject

_NEWEST = 60
"""How many entries of each sort a dossier shows; older ones stay in the database."""


@dataclass(frozen=True)
class Event:
    """Something that happened: `what` is the word of the table it comes from, `about` the reference it concerns."""

    at: datetime
    what: str
    """`signed`, `promise-moved`, `delivered`, `cancelled`, `sent`, `failed`, `silent`, `said` or `stated`."""
    about: str
    kind: str = ""
    """The kind of mail or the meaning of the answer."""
    rating: int | None = None
    text: str | None = None


@dataclass(frozen=True)
class Dossier:
    """A customer's case with all that led to it, oldest first."""

    case: Case
    customer: Customer
    reasons: Sequence[CaseReason]
    orders: Sequence[Order]
    invoices: Sequence[Invoice]
    events: Sequence[Event]
    words: Sequence[str]
    statements: Sequence[Statement]


def dossier(session: Session, case_id: int) -> Dossier | None:
    """The dossier of a case, or None when there is no such case."""
    case = session.get(Case, case_id)
    if case is None:
        return None
    customer = session.get_one(Customer, case.customer_id)
    orders = session.scalars(
        select(Order).where(Order.customer_id == customer.id).order_by(Order.signed_at.desc()).limit(_NEWEST)
    ).all()
    invoices = session.scalars(
        select(Invoice)
        .where(Invoice.customer_id == customer.id)
        .order_by(Invoice.due_on.desc())
        .limit(_NEWEST)
    ).all()
    said = session.scalars(
        select(Response)
        .where(Response.customer_id == customer.id)
        .order_by(Response.received_at.desc())
        .limit(_NEWEST)
    ).all()
    statements = session.scalars(
        select(Statement).where(Statement.case_id == case_id).order_by(Statement.at)
    ).all()
    reasons = session.scalars(
        select(CaseReason).where(CaseReason.case_id == case_id).order_by(CaseReason.at)
    ).all()
    events = [*_of_orders(orders), *_of_mails(session, customer.id, orders), *_of_answers(said, orders)]
    events += [Event(row.at, "stated", row.author, row.side, text=row.text) for row in statements]
    return Dossier(
        case, customer, reasons, orders, invoices, sorted(events, key=lambda event: event.at),
        [row.text for row in reversed(said) if row.text], statements,
    )  # fmt: skip


def _of_orders(orders: Sequence[Order]) -> list[Event]:
    times = [(order, what, at) for order in orders for what, at in (
        ("signed", order.signed_at), ("delivered", order.delivered_at), ("cancelled", order.cancelled_at),
        ("promise-moved", order.promise_moved_at),
    )]  # fmt: skip
    return [Event(at, what, order.ref) for order, what, at in times if at is not None]


def _of_mails(session: Session, customer_id: int, orders: Sequence[Order]) -> list[Event]:
    refs = {order.id: order.ref for order in orders}
    rows = session.execute(
        select(FollowUp, Message)
        .join(Message, Message.id == FollowUp.message_id)
        .where(FollowUp.customer_id == customer_id, FollowUp.subject_type.not_in(OF_STAFF))
        .order_by(FollowUp.id.desc())
        .limit(_NEWEST)
    )
    invoices = dict(
        session.execute(select(Invoice.id, Invoice.ref).where(Invoice.customer_id == customer_id))
        .tuples()
        .all()
    )
    events = []
    for follow_up, message in rows:
        about = (refs if follow_up.subject_type == Subject.ORDER else invoices).get(follow_up.subject_id, "")
        state = "sent" if message.state == MessageState.ACCEPTED else "failed"
        events.append(Event(message.recorded_at or message.marked_at, state, about, follow_up.kind))
        if (
            follow_up.state == FollowUpState.SILENT
            and follow_up.silent_at is not None
            and follow_up.nudge == 0
        ):
            events.append(Event(follow_up.silent_at, "silent", about, follow_up.kind))
    return events


def _of_answers(said: Sequence[Response], orders: Sequence[Order]) -> list[Event]:
    refs = {order.id: order.ref for order in orders}
    return [
        Event(row.received_at, "said", refs.get(row.order_id or 0, ""), row.meaning, row.rating, row.text)
        for row in said
    ]
