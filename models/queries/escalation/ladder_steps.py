"""The rungs of ladders: notices about promises that were not sent yet."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import NotNullable, Row, bindparam, func, select, update
from sqlalchemy.orm import Session

from models.queries import bulk
from models.queries.in_list import among
from models.rules.commitments.ladder_changes import Pending
from models.rules.escalation.coverage import DAYS
from models.rules.sending.before_sending import NOBODY
from models.tables import Commitment, Customer, FollowUp
from models.words import FollowUpState, Subject

_UNHEARD = (FollowUp.state == FollowUpState.PLANNED, FollowUp.reason == NOBODY)
_PENDING = (
    select(FollowUp.id, NotNullable(FollowUp.audience), FollowUp.owed_at, FollowUp.due_at, FollowUp.reason)
    .where(
        FollowUp.subject_type == Subject.COMMITMENT,
        FollowUp.subject_id == bindparam("commitment"),
        FollowUp.audience.is_not(None),
        FollowUp.state == FollowUpState.PLANNED,
    )
    .order_by(FollowUp.due_at, FollowUp.id)
)
ESCALATION = "escalate-unanswered"


def pending(session: Session, commitment_id: int) -> list[Pending]:
    """The rungs of a promise that nobody was told of yet, in the order of their times."""
    rows = session.execute(_PENDING, {"commitment": commitment_id})
    return [
        Pending(id_, audience, owed_at, due_at, reason == NOBODY)
        for id_, audience, owed_at, due_at, reason in rows
    ]


def pending_of(session: Session, commitment_ids: Collection[int]) -> dict[int, list[Pending]]:
    """As `pending`, by promise."""
    found: dict[int, list[Pending]] = {}
    if not commitment_ids:
        return found
    rows = session.execute(
        select(
            FollowUp.subject_id,
            FollowUp.id,
            FollowUp.audience,
            FollowUp.owed_at,
            FollowUp.due_at,
            FollowUp.reason,
        )
        .where(
            FollowUp.subject_type == Subject.COMMITMENT,
            among(FollowUp.subject_id, commitment_ids),
            FollowUp.audience.is_not(None),
            FollowUp.state == FollowUpState.PLANNED,
        )
        .order_by(FollowUp.due_at, FollowUp.id)
    )
    for of, id_, audience, owed_at, due_at, reason in rows:
        found.setdefault(of, []).append(Pending(id_, audience or "", owed_at, due_at, reason == NOBODY))
    return found


def move(session: Session, times: Mapping[int, datetime]) -> None:
    """Give rungs that were not sent new times; when the ladder had put them stays as it is."""
    bulk.update(session, FollowUp, [{"id": id_, "due_at": at} for id_, at in times.items()])


def unheard(session: Session) -> int:
    """How many notices wait since nobody of our people could be reached."""
    return session.scalar(select(func.count(FollowUp.id)).where(*_UNHEARD)) or 0


def tell_now(session: Session, now: datetime) -> int:
    """Somebody can be reached again: what nobody could be told of is due now. Returns how much that is."""
    found = session.scalars(select(FollowUp.id).where(*_UNHEARD).with_for_update(skip_locked=True)).all()
    move(session, dict.fromkeys(found, now))
    return len(found)


def withdraw(session: Session, commitment_ids: Collection[int], reason: str) -> None:
    """Nobody need be told of these promises any more."""
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.subject_type == Subject.COMMITMENT,
            among(FollowUp.subject_id, commitment_ids),
            FollowUp.state == FollowUpState.PLANNED,
        )
        .values(state=FollowUpState.SKIPPED, reason=reason)
        .execution_options(synchronize_session=False)
    )


def of_next_days(
    session: Session, now: datetime
) -> Sequence[Row[str, int | None, int | None, str, datetime, int]]:
    """The rungs planned for the next seven days, alike ones together.

    Rows of level, owner, deputy, language of the customer, the first time, and how many there are.
    """
    day = func.date(FollowUp.due_at)
    return session.execute(
        select(
            NotNullable(FollowUp.audience),
            Commitment.owner_id,
            Commitment.deputy_id,
            Customer.language,
            func.min(FollowUp.due_at),
            func.count(FollowUp.id),
        )
        .join(Commitment, Commitment.id == FollowUp.subject_id)
        .join(Customer, Customer.id == Commitment.customer_id, isouter=True)
        .where(
            FollowUp.state == FollowUpState.PLANNED,
            FollowUp.sweep == ESCALATION,
            FollowUp.audience.is_not(None),
            FollowUp.subject_type == Subject.COMMITMENT,
            FollowUp.due_at <= now + timedelta(days=DAYS),
            Commitment.done_at.is_(None),
        )
        .group_by(FollowUp.audience, Commitment.owner_id, Commitment.deputy_id, Customer.language, day)
    ).all()


def running(session: Session) -> Iterator[tuple[Commitment, dict[str, Pending]]]:
    """Open promises that nobody acknowledged or put off, with their rungs to come by step."""
    rows = session.execute(
        select(Commitment, FollowUp)
        .join(FollowUp, FollowUp.subject_id == Commitment.id)
        .where(
            FollowUp.subject_type == Subject.COMMITMENT,
            FollowUp.audience.is_not(None),
            FollowUp.state == FollowUpState.PLANNED,
            Commitment.done_at.is_(None),
            Commitment.acknowledged_until.is_(None),
            Commitment.snoozed_until.is_(None),
        )
        .order_by(Commitment.id, FollowUp.id)
    ).all()
    for owed, group in groupby(rows, key=lambda row: row[0]):
        yield (
            owed,
            {
                rung.step: Pending(rung.id, rung.audience or "", rung.owed_at, rung.due_at)
                for _, rung in group
            },
        )


def put(session: Session, times: Mapping[int, datetime]) -> None:
    """Give rungs another place on the ladder."""
    if times:
        rows = [{"id": id_, "owed_at": at, "due_at": at} for id_, at in times.items()]
        session.execute(update(FollowUp), rows)
