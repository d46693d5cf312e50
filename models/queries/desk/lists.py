"""The lists that people work from at the desk, each with its count."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import Session

from models.queries.commitments.commitments import BY_HAND
from models.tables import (
    Case,
    CaseReason,
    Commitment,
    Customer,
    FollowUp,
    Hold,
    Invoice,
    Message,
    Order,
    Staff,
)
from models.words import FollowUpState, Subject

_CASE_SINCE = func.coalesce(Case.asked_at, Case.opened_at)
_OWED_SINCE = func.coalesce(Commitment.asked_at, Commitment.made_at)


class OpenCase(NamedTuple):
    """A case that is open."""

    id: int
    customer_ref: str
    customer: str
    language: str
    phone: str | None
    since: datetime
    holder: str | None
    is_taken: bool
    reasons: str | None
    """Codes, parted by commas."""


class Owed(NamedTuple):
    """A commitment that is open."""

    id: int
    kind: str
    customer_ref: str | None
    customer: str | None
    owner: str | None
    due_at: datetime
    since: datetime
    case_id: int | None


class Contact(NamedTuple):
    """A contact of today with a customer."""

    kind: str
    state: str
    reason: str | None
    customer_ref: str
    at: datetime


def open_cases(
    session: Session, *, holder: int | None = None, offset: int = 0, most: int | None = None
) -> list[OpenCase]:
    """Open cases, who waits longest first; those of one holder, or all."""
    reasons = (
        select(func.group_concat(CaseReason.reason.distinct()))
        if session.get_bind().dialect.name == "sqlite"
        else select(func.string_agg(CaseReason.reason.distinct(), ","))
    )
    of_case = reasons.where(CaseReason.case_id == Case.id, CaseReason.settled_at.is_(None)).scalar_subquery()
    query = (
        select(
            Case.id,
            Customer.ref,
            Customer.name,
            Customer.language,
            Customer.phone,
            _CASE_SINCE,
            Staff.name,
            Case.taken_at.is_not(None),
            of_case,
        )
        .join(Customer, Customer.id == Case.customer_id)
        .join(Staff, Staff.id == func.coalesce(Case.taken_by_id, Case.manager_id), isouter=True)
        .where(Case.closed_at.is_(None))
        .order_by(_CASE_SINCE, Case.id)
    )
    if holder is not None:
        query = query.where(func.coalesce(Case.taken_by_id, Case.manager_id) == holder)
    return [OpenCase(*row) for row in session.execute(_part(query, offset, most)).all()]


def open_commitments(
    session: Session,
    *,
    holder: int | None = None,
    until: datetime | None = None,
    offset: int = 0,
    most: int | None = None,
) -> list[Owed]:
    """What is owed, the earliest due first; of one person (owed or told), and due by a time, where given."""
    query = (
        select(
            Commitment.id,
            Commitment.kind,
            Customer.ref,
            Customer.name,
            Staff.name,
            Commitment.due_at,
            _OWED_SINCE,
            Commitment.case_id,
        )
        .join(Customer, Customer.id == Commitment.customer_id, isouter=True)
        .join(Staff, Staff.id == Commitment.owner_id, isouter=True)
        .where(
            Commitment.done_at.is_(None), or_(Commitment.kind.in_(BY_HAND), Commitment.told_id.is_not(None))
        )
        .order_by(Commitment.due_at, Commitment.id)
    )
    if holder is not None:
        query = query.where(or_(Commitment.owner_id == holder, Commitment.told_id == holder))
    if until is not None:
        query = query.where(Commitment.due_at < until)
    return [Owed(*row) for row in session.execute(_part(query, offset, most)).all()]


def contacts_since(
    session: Session, since: datetime, offset: int = 0, most: int | None = None
) -> list[Contact]:
    """Contacts with customers that were sent, held or refused since a time, the newest first."""
    at = func.coalesce(FollowUp.sent_at, Message.recorded_at, FollowUp.due_at)
    query = (
        select(FollowUp.kind, FollowUp.state, FollowUp.reason, Customer.ref, at)
        .join(Customer, Customer.id == FollowUp.customer_id)
        .join(Message, Message.id == FollowUp.message_id, isouter=True)
        .where(FollowUp.staff_id.is_(None), FollowUp.state.in_(_TOLD), at >= since)
        .order_by(at.desc(), FollowUp.id)
    )
    return [Contact(*row) for row in session.execute(_part(query, offset, most)).all()]


def counts_since(session: Session, since: datetime) -> list[tuple[str, str, int]]:
    """Kind, state and number of the contacts with customers since a time."""
    at = func.coalesce(FollowUp.sent_at, Message.recorded_at, FollowUp.due_at)
    rows = session.execute(
        select(FollowUp.kind, FollowUp.state, func.count())
        .join(Message, Message.id == FollowUp.message_id, isouter=True)
        .where(
            FollowUp.staff_id.is_(None),
            FollowUp.customer_id.is_not(None),
            FollowUp.state.in_(_TOLD),
            at >= since,
        )
        .group_by(FollowUp.kind, FollowUp.state)
        .order_by(FollowUp.kind, FollowUp.state)
    )
    return [(kind, state, number) for kind, state, number in rows]


def case_counts(session: Session, old: datetime) -> tuple[int, int]:
    """How many cases are open, and how many of them since before a time."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(case((old > _CASE_SINCE, 1), else_=0)), 0)).where(
            Case.closed_at.is_(None)
        )
    ).one()
    return int(row[0]), int(row[1])


def commitment_counts(
    session: Session, now: datetime, midnight: datetime, week: datetime
) -> tuple[int, int, int]:
    """How many commitments are late, due before `midnight`, and due before the end of the `week`."""
    due = Commitment.due_at
    row = session.execute(
        select(
            *(
                func.coalesce(func.sum(case((within, 1), else_=0)), 0)
                for within in (due < now, due.between(now, midnight), due.between(now, week))
            )
        ).where(
            Commitment.done_at.is_(None), or_(Commitment.kind.in_(BY_HAND), Commitment.told_id.is_not(None))
        )
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def planned(session: Session, customer_id: int, most: int = 40) -> Sequence[tuple[str, datetime, str | None]]:
    """What is to go to a customer: kind, when, and why it waits; the soonest first."""
    rows = session.execute(
        select(FollowUp.kind, FollowUp.due_at, FollowUp.reason)
        .where(
            FollowUp.customer_id == customer_id,
            FollowUp.staff_id.is_(None),
            FollowUp.audience.is_(None),
            FollowUp.subject_type.in_((Subject.ORDER, Subject.INVOICE, Subject.CLOSED_CASE)),
            FollowUp.state == FollowUpState.PLANNED,
        )
        .order_by(FollowUp.due_at, FollowUp.id)
        .limit(most)
    )
    return [(kind, due, reason) for kind, due, reason in rows]


def holds_of(session: Session, customer_id: int, now: datetime) -> Sequence[Hold]:
    """What holds the mails of a customer now, by whom and why."""
    orders = select(Order.id).where(Order.customer_id == customer_id)
    invoices = select(Invoice.id).where(Invoice.customer_id == customer_id)
    return session.scalars(
        select(Hold)
        .where(
            Hold.released_at.is_(None),
            Hold.until > now,
            or_(
                (Hold.subject_type == Subject.CUSTOMER) & (Hold.subject_id == customer_id),
                (Hold.subject_type == Subject.ORDER) & Hold.subject_id.in_(orders),
                (Hold.subject_type == Subject.INVOICE) & Hold.subject_id.in_(invoices),
            ),
        )
        .order_by(Hold.until)
    ).all()


_TOLD = (
    FollowUpState.SENT,
    FollowUpState.ANSWERED,
    FollowUpState.SILENT,
    FollowUpState.BOUNCED,
    FollowUpState.FAILED,
    FollowUpState.HELD,
)


def _part(query: Select[*tuple[Any, ...]], offset: int, most: int | None) -> Select[*tuple[Any, ...]]:
    return query.offset(offset).limit(most) if most is not None else query
