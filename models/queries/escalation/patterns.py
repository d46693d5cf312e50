"""Patterns in the ledger: who misses again and again, and who is silent."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from models.tables import CaseReason, Commitment
from models.words import CaseReasonKind, CommitmentKind, CommitmentState, Subject

_SLIPPED = (CommitmentState.LATE, CommitmentState.BROKEN)
ANSWERED_FOR = (
    CommitmentKind.REPLY,
    CommitmentKind.PHONE,
    CommitmentKind.CALL_BACK,
    CommitmentKind.APPOINTMENT,
    CommitmentKind.SET_APPOINTMENT,
)
"""What an owner can see to alone: silence about it says something."""


def _missed(since: datetime, now: datetime) -> ColumnElement[bool]:
    """Promises that slipped in a span of time: ended late, or broken, or over their time and open."""
    ended = and_(Commitment.state.in_(_SLIPPED), Commitment.done_at > since, Commitment.done_at <= now)
    overdue = and_(
        Commitment.done_at.is_(None),
        Commitment.kind.in_(tuple(CommitmentKind)),  # with it, the index of open ones finds them
        Commitment.due_at > since,
        Commitment.due_at <= now,
    )
    return or_(ended, overdue)


def orders_that_slip(
    session: Session, seen: datetime, since: datetime, now: datetime, misses: int
) -> Sequence[tuple[int, int]]:
    """Order and customer where something slipped since `seen`, and at least `misses` promises did since `since`."""
    lately = select(Commitment.subject_id).where(Commitment.subject_type == Subject.ORDER, _missed(seen, now))
    known = (
        select(CaseReason.id)
        .where(
            CaseReason.reason == CaseReasonKind.MISSED_TERMS,
            CaseReason.subject_type == Subject.ORDER,
            CaseReason.subject_id == Commitment.subject_id,
            CaseReason.at > since,
        )
        .exists()
    )
    rows = session.execute(
        select(Commitment.subject_id, Commitment.customer_id)
        .where(
            Commitment.subject_type == Subject.ORDER,
            Commitment.subject_id.in_(lately),
            _missed(since, now),
            ~known,
        )
        .group_by(Commitment.subject_id, Commitment.customer_id)
        .having(func.count(Commitment.id) >= misses)
        .order_by(Commitment.customer_id, Commitment.subject_id)
    )
    return [(order_id, customer_id) for order_id, customer_id in rows if customer_id is not None]


def owners_that_slip(
    session: Session, seen: datetime, since: datetime, now: datetime, misses: int
) -> Sequence[int]:
    """Owners of whom a promise slipped since `seen`, and at least `misses` did since `since`.

    Only what an owner can see to alone is counted: late goods are no owner's pattern.
    """
    own = Commitment.kind.in_(ANSWERED_FOR)
    lately = select(Commitment.owner_id).where(Commitment.owner_id.is_not(None), own, _missed(seen, now))
    rows = session.scalars(
        select(Commitment.owner_id)
        .where(Commitment.owner_id.in_(lately), own, _missed(since, now))
        .group_by(Commitment.owner_id)
        .having(func.count(Commitment.id) >= misses)
        .order_by(Commitment.owner_id)
    )
    return [owner_id for owner_id in rows if owner_id is not None]


def anything_slipped(session: Session, since: datetime, now: datetime) -> bool:
    """Whether any promise slipped in a span of time."""
    return session.scalar(select(Commitment.id).where(_missed(since, now)).limit(1)) is not None


def overdue_of(session: Session, owners: Collection[int], now: datetime) -> Sequence[Commitment]:
    """What these owners owe, and is over its time; locked."""
    return session.scalars(
        select(Commitment)
        .where(
            Commitment.owner_id.in_(owners),
            Commitment.kind.in_(ANSWERED_FOR),
            Commitment.done_at.is_(None),
            Commitment.due_at <= now,
        )
        .order_by(Commitment.id)
        .with_for_update()
    ).all()


def silent_owners(session: Session, now: datetime, least: int) -> Sequence[int]:
    """Owners who gave no sign about so many promises that are over their time."""
    rows = session.scalars(
        select(Commitment.owner_id)
        .where(_silent(now), Commitment.owner_id.is_not(None))
        .group_by(Commitment.owner_id)
        .having(func.count(Commitment.id) >= least)
        .order_by(Commitment.owner_id)
    )
    return [owner_id for owner_id in rows if owner_id is not None]


def silent_ones(session: Session, owner_id: int, now: datetime) -> Sequence[Commitment]:
    """The promises of an owner that are over their time, and of which there is no sign; locked."""
    return session.scalars(
        select(Commitment)
        .where(_silent(now), Commitment.owner_id == owner_id)
        .order_by(Commitment.id)
        .with_for_update()
    ).all()


def _silent(now: datetime) -> ColumnElement[bool]:
    return and_(
        Commitment.done_at.is_(None),
        Commitment.kind.in_(ANSWERED_FOR),
        Commitment.due_at <= now,
        Commitment.acted_at.is_(None),
    )
