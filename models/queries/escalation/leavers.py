"""What people who no longer work here still own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import false, func, or_, select
from sqlalchemy.orm import Session

from models.queries.commitments.commitments import BY_HAND
from models.queries.in_list import among
from models.tables import Case, Commitment, History, Inbound, Staff
from models.words import Subject

LEFT = "left"
"""Cause of a hand-over whose owner does not work here any more."""

_GONE = select(Staff.id).where(Staff.active == false())


def any_left_behind(session: Session) -> bool:
    """Whether something open belongs to somebody who has left; most looks find nothing."""
    gone = session.scalars(_GONE).all()
    if not gone:
        return False
    owed = select(Commitment.id).where(Commitment.done_at.is_(None), among(Commitment.owner_id, gone))
    cases = select(Case.id).where(
        Case.closed_at.is_(None), among(func.coalesce(Case.taken_by_id, Case.manager_id), gone)
    )
    mails = select(Inbound.id).where(Inbound.handled_at.is_(None), among(Inbound.owner_id, gone))
    return session.scalar(select(or_(owed.exists(), cases.exists(), mails.exists()))) is True


def promises(session: Session) -> Sequence[Commitment]:
    """Open promises of people who have left, oldest first; locked."""
    return session.scalars(
        select(Commitment)
        .where(
            Commitment.done_at.is_(None),
            Commitment.kind.in_((*BY_HAND, "delivery")),
            Commitment.owner_id.in_(_GONE),
        )
        .order_by(Commitment.id)
        .with_for_update()
    ).all()


def cases(session: Session) -> Sequence[Case]:
    """Open cases of people who have left; locked."""
    return session.scalars(
        select(Case)
        .where(Case.closed_at.is_(None), func.coalesce(Case.taken_by_id, Case.manager_id).in_(_GONE))
        .order_by(Case.customer_id)
        .with_for_update()
    ).all()


def mails(session: Session) -> Sequence[Inbound]:
    """Mails that wait for people who have left; locked."""
    return session.scalars(
        select(Inbound)
        .where(Inbound.handled_at.is_(None), Inbound.owner_id.in_(_GONE))
        .order_by(Inbound.id)
        .with_for_update()
    ).all()


def handed_over_since(session: Session, since: datetime) -> list[tuple[str, str, int]]:
    """Whose promises went to whom since a time, because the first left: references, and how many."""
    rows = session.scalars(
        select(History.details).where(
            History.subject_type == Subject.COMMITMENT,
            History.event == "handed-over",
            History.cause == LEFT,
            History.at >= since,
        )
    )
    counts: dict[tuple[str, str], int] = {}
    for details in rows:
        key = (str(details.get("before")), str(details.get("after")))
        counts[key] = counts.get(key, 0) + 1
    return [(*key, number) for key, number in sorted(counts.items())]
