"""The figures of the company: how much is open, late, sent and held."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from models.queries.commitments.commitments import BY_HAND
from models.queries.desk.lists import CASE_SINCE, TO_CUSTOMERS, TOLD
from models.tables import Case, CaseReason, Commitment, FollowUp, Invoice, Message, Order, Staff
from models.words import FollowUpState, Subject


def counts_since(session: Session, since: datetime) -> list[tuple[str, str, int]]:
    """Kind, state and number of the contacts with customers since a time."""
    at = func.coalesce(FollowUp.sent_at, Message.recorded_at, FollowUp.due_at)
    rows = session.execute(
        select(FollowUp.kind, FollowUp.state, func.count())
        .join(Message, Message.id == FollowUp.message_id, isouter=True)
        .where(*TO_CUSTOMERS, FollowUp.state.in_(TOLD), at >= since)
        .group_by(FollowUp.kind, FollowUp.state)
        .order_by(FollowUp.kind, FollowUp.state)
    )
    return [(kind, state, number) for kind, state, number in rows]


def case_counts(session: Session, old: datetime) -> tuple[int, int]:
    """How many cases are open, and how many of them since before a time."""
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(case((old > CASE_SINCE, 1), else_=0)), 0)).where(
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
                for within in (due < now, and_(due >= now, due < midnight), and_(due >= now, due < week))
            )
        ).where(
            Commitment.done_at.is_(None), or_(Commitment.kind.in_(BY_HAND), Commitment.told_id.is_not(None))
        )
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def cases_by_reason(session: Session) -> Sequence[tuple[str, int]]:
    """How many open cases there are for each reason that stands; the most first. One may have several."""
    number = func.count(CaseReason.case_id.distinct())
    rows = session.execute(
        select(CaseReason.reason, number)
        .join(Case, Case.id == CaseReason.case_id)
        .where(Case.closed_at.is_(None), CaseReason.settled_at.is_(None))
        .group_by(CaseReason.reason)
        .order_by(number.desc(), CaseReason.reason)
    )
    return [(reason, count) for reason, count in rows]


def cases_by_owner(session: Session) -> Sequence[tuple[str | None, str | None, int]]:
    """Reference, name and number of open cases of each who sees to some; the most first."""
    number = func.count()
    rows = session.execute(
        select(Staff.ref, Staff.name, number)
        .select_from(Case)
        .join(Staff, Staff.id == func.coalesce(Case.taken_by_id, Case.manager_id), isouter=True)
        .where(Case.closed_at.is_(None))
        .group_by(Staff.ref, Staff.name)
        .order_by(number.desc(), Staff.name)
    )
    return [(ref, name, count) for ref, name, count in rows]


def money_held(session: Session) -> Sequence[tuple[str | None, str, int, int]]:
    """Why contacts about open invoices are held, with currency, number of invoices, and sum in hundredths."""
    held = (
        select(FollowUp.reason, FollowUp.subject_id)
        .where(FollowUp.subject_type == Subject.INVOICE, FollowUp.state == FollowUpState.HELD)
        .distinct()
        .subquery()
    )
    rest = Invoice.asked_cents
    rows = session.execute(
        select(held.c.reason, Invoice.currency, func.count(), func.sum(rest))
        .join(Invoice, Invoice.id == held.c.subject_id)
        .where(Invoice.paid_at.is_(None), Invoice.cancelled_at.is_(None))
        .group_by(held.c.reason, Invoice.currency)
        .order_by(func.sum(rest).desc())
    )
    return [(reason, currency, count, int(cents)) for reason, currency, count, cents in rows]


def load_of_staff(session: Session) -> dict[int, int]:
    """How much is open for each of our people, by id: what is owed, and the cases of customers they sold to."""
    owed = session.execute(
        select(Commitment.owner_id, func.count())
        .where(Commitment.done_at.is_(None), Commitment.kind.in_(BY_HAND), Commitment.owner_id.is_not(None))
        .group_by(Commitment.owner_id)
    )
    sold = session.execute(
        select(Order.seller_id, func.count(Case.id.distinct()))
        .join(Case, Case.customer_id == Order.customer_id)
        .where(Case.closed_at.is_(None), Order.seller_id.is_not(None))
        .group_by(Order.seller_id)
    )
    load: Counter[int] = Counter()
    for id_, number in (*owed, *sold):
        load[id_] += number
    return dict(load)
