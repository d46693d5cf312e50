"""The lists that people work from at the desk: narrowed, sorted and paged by the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from models.queries.commitments.commitments import BY_HAND
from models.queries.desk.likeness import has
from models.queries.desk.rows import CaseRow, CommitmentRow, ContactRow, HeldInvoice
from models.queries.desk.search import is_of
from models.tables import Case, CaseReason, Commitment, Customer, FollowUp, Invoice, Message, Staff
from models.words import FollowUpState, Subject

CASE_SINCE = func.coalesce(Case.asked_at, Case.opened_at)
OWED_SINCE = func.coalesce(Commitment.asked_at, Commitment.made_at)
TOLD = (
    FollowUpState.SENT,
    FollowUpState.ANSWERED,
    FollowUpState.SILENT,
    FollowUpState.BOUNCED,
    FollowUpState.FAILED,
    FollowUpState.HELD,
)
"""States of contacts of which something is to be told today."""


_OF_CUSTOMERS = (
    Subject.ORDER,
    Subject.INVOICE,
    Subject.CLOSED_CASE,
    Subject.CUSTOMER,
    Subject.HEARD,
    Subject.REPLY,
    Subject.AGREED,
)
TO_CUSTOMERS = (
    FollowUp.staff_id.is_(None),
    FollowUp.audience.is_(None),
    FollowUp.customer_id.is_not(None),
    FollowUp.subject_type.in_(_OF_CUSTOMERS),
)
"""Contacts with customers; the others tell our own people."""


@dataclass(frozen=True)
class ListPart:
    """Which part of a list is wanted."""

    find: str = ""
    """In names and references."""
    codes: frozenset[str] = frozenset()
    """Codes whose words have `find` in them."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """By column: what it has to be."""
    sort: str = ""
    """A column; with a dash before it, the other way round."""
    offset: int = 0
    most: int | None = None


ALL = ListPart()


def open_cases(
    session: Session,
    wanted: ListPart = ALL,
    *,
    holder: int | None = None,
    sold_by: int | None = None,
    before: datetime | None = None,
) -> list[CaseRow]:
    """Open cases, who waits longest first; of one holder, of the customers of one who sells, or older, where given."""
    reasons = (
        select(func.group_concat(CaseReason.reason.distinct()))
        if session.get_bind().dialect.name == "sqlite"
        else select(func.string_agg(CaseReason.reason.distinct(), ","))
    )
    stands = (CaseReason.case_id == Case.id, CaseReason.settled_at.is_(None))
    query = (
        select(
            Case.id,
            Customer.ref,
            Customer.name,
            Customer.language,
            Customer.phone,
            CASE_SINCE,
            Staff.name,
            Case.taken_at.is_not(None),
            reasons.where(*stands).scalar_subquery(),
        )
        .join(Customer, Customer.id == Case.customer_id)
        .join(Staff, Staff.id == func.coalesce(Case.taken_by_id, Case.manager_id), isouter=True)
        .where(Case.closed_at.is_(None))
    )
    if holder is not None:
        query = query.where(func.coalesce(Case.taken_by_id, Case.manager_id) == holder)
    if sold_by is not None:
        query = query.where(is_of(sold_by))
    if before is not None:
        query = query.where(before > CASE_SINCE)
    if reason := wanted.chosen.get("why"):
        query = query.where(select(CaseReason.id).where(*stands, CaseReason.reason == reason).exists())
    coded = select(CaseReason.id).where(*stands, CaseReason.reason.in_(wanted.codes)).exists()
    query = _narrowed(query, wanted, [coded])
    columns = {"customer": Customer.ref, "name": Customer.name, "since": CASE_SINCE, "owner": Staff.name}
    return [
        CaseRow(*row) for row in session.execute(_part(query, wanted, columns, CASE_SINCE, Case.id)).all()
    ]


def open_commitments(
    session: Session,
    wanted: ListPart = ALL,
    *,
    holder: int | None = None,
    due: tuple[datetime | None, datetime | None] = (None, None),
) -> list[CommitmentRow]:
    """What is owed, the earliest due first; of one person (owed or told), and `due` since and until, where given."""
    query = (
        select(
            Commitment.id,
            Commitment.kind,
            Customer.ref,
            Customer.name,
            Staff.name,
            Commitment.due_at,
            OWED_SINCE,
            Commitment.case_id,
            Customer.phone,
            Customer.language,
        )
        .join(Customer, Customer.id == Commitment.customer_id, isouter=True)
        .join(Staff, Staff.id == Commitment.owner_id, isouter=True)
        .where(
            Commitment.done_at.is_(None), or_(Commitment.kind.in_(BY_HAND), Commitment.told_id.is_not(None))
        )
    )
    if holder is not None:
        query = query.where(or_(Commitment.owner_id == holder, Commitment.told_id == holder))
    since, until = due
    if since is not None:
        query = query.where(Commitment.due_at >= since)
    if until is not None:
        query = query.where(Commitment.due_at < until)
    if kind := wanted.chosen.get("why"):
        query = query.where(Commitment.kind == kind)
    query = _narrowed(query, wanted, [Commitment.kind.in_(wanted.codes)])
    columns = {
        "customer": Customer.ref,
        "name": Customer.name,
        "why": Commitment.kind,
        "due": Commitment.due_at,
        "owner": Staff.name,
    }
    return [
        CommitmentRow(*row)
        for row in session.execute(_part(query, wanted, columns, Commitment.due_at, Commitment.id)).all()
    ]


def contacts_since(session: Session, since: datetime, wanted: ListPart = ALL) -> list[ContactRow]:
    """Contacts with customers that were sent, held or refused since a time, the newest first."""
    at = func.coalesce(FollowUp.sent_at, Message.recorded_at, FollowUp.due_at)
    query = _contacts(at).where(FollowUp.state.in_(TOLD), at >= since)
    columns = {**_CONTACT_COLUMNS, "at": at}
    return _read_contacts(session, query, wanted, columns, at.desc())


def contacts_due(
    session: Session, since: datetime, until: datetime, wanted: ListPart = ALL
) -> list[ContactRow]:
    """Contacts with customers that are planned for a span of time, the earliest first."""
    query = _contacts(FollowUp.due_at).where(
        FollowUp.state == FollowUpState.PLANNED, FollowUp.due_at >= since, FollowUp.due_at < until
    )
    columns = {**_CONTACT_COLUMNS, "at": FollowUp.due_at}
    return _read_contacts(session, query, wanted, columns, FollowUp.due_at)


def money_held(session: Session, wanted: ListPart = ALL) -> list[HeldInvoice]:
    """Open invoices of which something is held, with the reason; the largest first."""
    held = (
        select(FollowUp.reason.label("reason"), FollowUp.subject_id.label("invoice"))
        .where(FollowUp.subject_type == Subject.INVOICE, FollowUp.state == FollowUpState.HELD)
        .distinct()
        .subquery()
    )
    rest = Invoice.asked_cents
    query = (
        select(
            Customer.ref, Customer.name, Invoice.ref, rest, Invoice.currency, Invoice.due_on, held.c.reason
        )
        .join(held, held.c.invoice == Invoice.id)
        .join(Customer, Customer.id == Invoice.customer_id)
        .where(Invoice.paid_at.is_(None), Invoice.cancelled_at.is_(None))
    )
    if reason := wanted.chosen.get("reason"):
        query = query.where(held.c.reason == reason)
    if currency := wanted.chosen.get("currency"):
        query = query.where(Invoice.currency == currency)
    coded = [has(Invoice.ref, wanted.find), held.c.reason.in_(wanted.codes)]
    query = _narrowed(query, wanted, coded, with_owner=False)
    columns = {"customer": Customer.ref, "name": Customer.name, "amount": rest, "due": Invoice.due_on}
    rows = session.execute(_part(query, wanted, columns, rest.desc(), Invoice.id)).all()
    return [HeldInvoice(*row) for row in rows]


_CONTACT_COLUMNS: Mapping[str, Any] = {
    "customer": Customer.ref,
    "name": Customer.name,
    "kind": FollowUp.kind,
    "state": FollowUp.state,
}


def _contacts(at: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(FollowUp.kind, FollowUp.state, FollowUp.reason, Customer.ref, Customer.name, at)
        .join(Customer, Customer.id == FollowUp.customer_id)
        .join(Message, Message.id == FollowUp.message_id, isouter=True)
        .where(*TO_CUSTOMERS)
    )


def _read_contacts(
    session: Session,
    query: Select[*tuple[Any, ...]],
    wanted: ListPart,
    columns: Mapping[str, Any],
    usual: Any,
) -> list[ContactRow]:
    for name, column in (("state", FollowUp.state), ("kind", FollowUp.kind), ("reason", FollowUp.reason)):
        if value := wanted.chosen.get(name):
            query = query.where(column == value)
    coded = [
        FollowUp.kind.in_(wanted.codes),
        FollowUp.state.in_(wanted.codes),
        FollowUp.reason.in_(wanted.codes),
    ]
    query = _narrowed(query, wanted, coded, with_owner=False)
    return [
        ContactRow(*row) for row in session.execute(_part(query, wanted, columns, usual, FollowUp.id)).all()
    ]


def _narrowed(
    query: Select[*tuple[Any, ...]],
    wanted: ListPart,
    coded: Sequence[ColumnElement[bool]],
    *,
    with_owner: bool = True,
) -> Select[*tuple[Any, ...]]:
    """Only what has the words in a name, a reference, or the words of a code; and whose owner is wanted."""
    if with_owner and (owner := wanted.chosen.get("owner")):
        query = query.where(Staff.ref == owner)
    if not wanted.find:
        return query
    named = [has(Customer.name, wanted.find), has(Customer.ref, wanted.find)]
    names = [*named, *([has(Staff.name, wanted.find)] if with_owner else [])]
    return query.where(or_(*names, *coded))


def _part(
    query: Select[*tuple[Any, ...]],
    wanted: ListPart,
    columns: Mapping[str, Any],
    usual: Any,
    last: Any,
) -> Select[*tuple[Any, ...]]:
    """Sorted as wanted, else as usual, and cut to the page."""
    column = columns.get(wanted.sort.removeprefix("-"))
    order = usual if column is None else column.desc() if wanted.sort.startswith("-") else column.asc()
    query = query.order_by(order, last)
    return query.offset(wanted.offset).limit(wanted.most) if wanted.most is not None else query
