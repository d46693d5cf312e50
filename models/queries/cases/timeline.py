"""What happened with a customer, in order, from every table that knows something of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries.cases import acts, replies
from models.tables import (
    Case,
    Commitment,
    ContractEnd,
    Customer,
    FollowUp,
    History,
    Invoice,
    Message,
    Order,
    Response,
    Statement,
)
from models.words import OF_STAFF, CommitmentKind, FollowUpState, MessageState, Side, Subject

OF_CASES = ("case-opened", "case-reopened", "case-closed")
"""Events of which `about` is the number of a case."""

OF_MAILS = ("sent", "failed", "silent")
"""Events of which `kind` is a kind of mail."""

OF_DECISIONS = ("warning-signed", "handed-over", "taken-back", "let-on")
"""Events of invoices of which `kind` is who decided."""

CERTIFIED = "certified-receipt"
"""A provider of certified mail confirms something; `kind` says what."""

OF_INVOICES = ("payment-promise-broken", "dispute-settled", CERTIFIED, *OF_DECISIONS)
"""Events of the history of an invoice that a dossier tells."""

TOLD_ANOTHER = "told-another"
"""A mail about the customer's order or invoice went to somebody else; `about` is that customer's reference."""


@dataclass(frozen=True)
class Event:
    """Something that happened: `what` is the word of the table it comes from, `about` the reference it concerns."""

    at: datetime
    what: str
    """`signed`, `promise-moved`, `delivered` (of a service `completed`), `cancelled`, `sent`, `failed`, `silent`,
    `said`, `stated`, `case-opened`, `case-reopened`, `case-closed`, `owed`, `kept`, `withdrawal`, `termination`,
    `paid`, `disputed`, `TOLD_ANOTHER`, or one of `OF_INVOICES`."""
    about: str
    kind: str = ""
    """The kind of mail or commitment, the meaning of the answer, how a case ended, the cause of a withdrawal, or who
    decided (`OF_DECISIONS`)."""
    rating: int | None = None
    text: str | None = None
    how: str = ""
    """How a commitment ended: a code."""
    by: str = ""
    """Reference of who did it, where one of our own people did."""
    mail: int | None = None
    """The mail of ours that it was, by its id."""


def events(
    session: Session, customer: Customer, orders: Sequence[Order], said: Sequence[Response], newest: int
) -> list[Event]:
    """Everything in order, the oldest first; of each sort the `newest` so many."""
    refs = {order.id: order.ref for order in orders}
    found = [
        *_of_orders(orders),
        *_of_mails(session, customer.id, refs, newest),
        *_of_answers(said, refs),
        *_of_cases(session, customer.id, newest),
        *_of_promises(session, customer.id, newest),
        *_of_ends(session, customer.id, refs),
        *_of_invoices(session, customer.id),
        *_of_others(session, customer.id),
        *_of_acts(session, customer.id, newest),
    ]
    return sorted(found, key=lambda event: event.at)


def _of_orders(orders: Sequence[Order]) -> list[Event]:
    times = [
        (order, what, at)
        for order in orders
        for what, at in (
            ("signed", order.signed_at),
            ("completed" if order.is_service else "delivered", order.delivered_at),
            ("cancelled", order.cancelled_at),
            ("promise-moved", order.promise_moved_at),
        )
    ]
    return [Event(at, what, order.ref) for order, what, at in times if at is not None]


def _of_mails(session: Session, customer_id: int, orders: dict[int, str], newest: int) -> list[Event]:
    rows = session.execute(
        select(FollowUp, Message)
        .join(Message, Message.id == FollowUp.message_id)
        .where(FollowUp.customer_id == customer_id, FollowUp.subject_type.not_in(OF_STAFF))
        .order_by(FollowUp.id.desc())
        .limit(newest)
    )
    invoices = session.execute(select(Invoice.id, Invoice.ref).where(Invoice.customer_id == customer_id))
    refs: dict[str, dict[int, str]] = {Subject.ORDER: orders, Subject.INVOICE: dict(invoices.all())}
    mails = rows.all()
    written = replies.words_of(
        session, {row.subject_id for row, _ in mails if row.subject_type == Subject.REPLY}
    )
    found = []
    for row, message in mails:
        about = refs.get(row.subject_type, {}).get(row.subject_id, "")
        state = "sent" if message.state == MessageState.ACCEPTED else "failed"
        by, text = (
            written.get(row.subject_id, ("", None)) if row.subject_type == Subject.REPLY else ("", None)
        )
        at = message.recorded_at or message.marked_at
        found.append(Event(at, state, about, row.kind, text=text, by=by, mail=message.id))
        if row.state == FollowUpState.SILENT and row.silent_at is not None and row.nudge == 0:
            found.append(Event(row.silent_at, "silent", about, row.kind))
    return found


def _of_answers(said: Sequence[Response], refs: dict[int, str]) -> list[Event]:
    return [
        Event(row.received_at, "said", refs.get(row.order_id or 0, ""), row.meaning, row.rating, _words(row))
        for row in said
    ]


def _of_cases(session: Session, customer_id: int, newest: int) -> list[Event]:
    """Cases with what people said in them; the customer's own words stand among the answers already."""
    rows = session.scalars(
        select(Case).where(Case.customer_id == customer_id).order_by(Case.id.desc()).limit(newest)
    ).all()
    found = [
        Event(row.opened_at, "case-reopened" if row.reopens_id else "case-opened", str(row.id))
        for row in rows
    ]
    found += [
        Event(row.closed_at, "case-closed", str(row.id), row.outcome or "") for row in rows if row.closed_at
    ]
    statements = session.scalars(
        select(Statement).where(Statement.case_id.in_([row.id for row in rows])).order_by(Statement.id)
    )
    return found + [
        Event(row.at, "stated", row.author, row.side, text=row.text)
        for row in statements
        if row.side != Side.CUSTOMER or row.recorded_by is not None
    ]


def _of_others(session: Session, customer_id: int) -> list[Event]:
    """Mails about this customer's orders and invoices that went to somebody else, at the time they did."""
    notes = session.scalars(
        select(History).where(
            History.subject_type == Subject.CUSTOMER,
            History.subject_id == customer_id,
            History.event == TOLD_ANOTHER,
        )
    )
    return [
        Event(datetime.fromisoformat(row.details["sent"]), row.event, row.details["to"], row.cause or "")
        for row in notes
    ]


def _of_acts(session: Session, customer_id: int, newest: int) -> list[Event]:
    """What our own people did: held, released, took, put off, handed over, tried to call; with who and why."""
    return [
        Event(one.at, f"act-{one.event}", one.about, one.actor, text=one.why)
        for one in acts.done_about(session, customer_id, newest)
    ]


def _of_promises(session: Session, customer_id: int, newest: int) -> list[Event]:
    """What people owed; deliveries stand among the dates of their orders."""
    rows = session.scalars(
        select(Commitment)
        .where(Commitment.customer_id == customer_id, Commitment.kind != CommitmentKind.DELIVERY)
        .order_by(Commitment.id.desc())
        .limit(newest)
    ).all()
    who = acts.who_ended(session, [row.id for row in rows if row.done_at is not None])
    found = [Event(row.made_at, "owed", "", row.kind, text=_agreed(row)) for row in rows]
    return found + [
        replace(_ended(row, row.done_at), by=who.get(row.id, "")) for row in rows if row.done_at is not None
    ]


def _agreed(row: Commitment) -> str | None:
    """What was agreed on or asked for, where it stands nowhere else in the story."""
    return row.words if row.kind in {CommitmentKind.APPOINTMENT, CommitmentKind.HELP} else None


def _ended(row: Commitment, at: datetime) -> Event:
    """With its code and what somebody said of how it went; a case's call is told by the account of its case."""
    how, _, words = (row.outcome or "").partition(": ")
    if row.kind == CommitmentKind.LISTENING_CALL and row.successor_id is None:
        return Event(at, "kept", "", row.kind)
    return Event(at, "kept", "", row.kind, text=words or None, how=how)


def _of_ends(session: Session, customer_id: int, refs: dict[int, str]) -> list[Event]:
    rows = session.scalars(
        select(ContractEnd).where(
            ContractEnd.customer_id == customer_id, ContractEnd.confirmed_at.is_not(None)
        )
    )
    return [
        Event(
            row.declared_at, row.kind, refs.get(row.order_id or 0, ""), row.cause_code or "", text=row.cause
        )
        for row in rows
    ]


def _words(row: Response) -> str | None:
    """What was said, with the day that was named for the payment."""
    return " ".join(str(part) for part in (row.pays_on, row.text) if part) or None


def _of_invoices(session: Session, customer_id: int) -> list[Event]:
    """What became of the money: paid, disputed, promised in vain, and what managers decided."""
    invoices = {
        row.id: row for row in session.scalars(select(Invoice).where(Invoice.customer_id == customer_id))
    }
    found = [Event(row.paid_at, "paid", row.ref) for row in invoices.values() if row.paid_at]
    found += [Event(row.disputed_at, "disputed", row.ref) for row in invoices.values() if row.disputed_at]
    notes = session.scalars(
        select(History).where(
            History.subject_type == Subject.INVOICE,
            History.subject_id.in_(invoices),
            History.event.in_(OF_INVOICES),
        )
    )
    return found + [Event(row.at, row.event, invoices[row.subject_id].ref, _kind(row)) for row in notes]


def _kind(row: History) -> str:
    """Who decided, or what a receipt confirms."""
    if row.event == CERTIFIED:
        return row.cause or ""
    return row.actor if row.event in OF_DECISIONS else ""
