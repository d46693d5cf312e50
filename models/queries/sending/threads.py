"""What stands around a contact: other steps of its cadence, the mail that a nudge reminds of, the last letter."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import Session, aliased

from models.queries.in_list import among
from models.tables import FollowUp
from models.words import FollowUpState, Subject

WENT_OUT = (FollowUpState.SENT, FollowUpState.ANSWERED, FollowUpState.SILENT, FollowUpState.TRIAL)


def newer_steps(session: Session, rows: Collection[FollowUp], now: datetime) -> set[int]:
    """Which of these follow-ups have a later step of the same cadence that is due by `now`, or went out already; ids.

    Later is what facts and policy put later (`owed_at`), whatever was postponed since; of two steps owed at one time
    it is the one planned last. So at most one step of a cadence goes out for a subject. A nudge is as old as its step.
    Rungs of a ladder supersede each other for one level alone: what the owner is told does not tell the manager.
    """
    places = {row.id: (row.owed_at, row.id) for row in rows if not row.nudge}
    places |= _first_mails(session, [row.id for row in rows if row.nudge])
    if not places:
        return set()
    steps: dict[tuple[Any, ...], list[tuple[str, tuple[datetime, int]]]] = defaultdict(list)
    for other in _steps_about(session, rows, min(at for at, _ in places.values()), now):
        steps[_cadence(other)].append((other.step, (other.owed_at, other.id)))
    return {
        row.id
        for row in rows
        if row.id in places
        and any(step != row.step and place > places[row.id] for step, place in steps[_cadence(row)])
    }


def _cadence(row: FollowUp | Row[*tuple[Any, ...]]) -> tuple[Any, ...]:
    return row.subject_type, row.subject_id, row.kind, row.audience or ""


def _steps_about(
    session: Session, rows: Collection[FollowUp], since: datetime, now: datetime
) -> Sequence[Row[int, str, int, str, str, str | None, datetime]]:
    """All of the same kinds, owed `since` a time, that is due by `now` or went out, about the subjects of these rows.

    Compared where they are read: joined, PostgreSQL looks through all of the subjects again for each of them.
    """
    columns = (
        FollowUp.id,
        FollowUp.subject_type,
        FollowUp.subject_id,
        FollowUp.kind,
        FollowUp.step,
        FollowUp.audience,
        FollowUp.owed_at,
    )
    return session.execute(
        select(*columns).where(
            among(FollowUp.subject_type, {row.subject_type for row in rows}),
            among(FollowUp.subject_id, {row.subject_id for row in rows}),
            among(FollowUp.kind, {row.kind for row in rows}),
            FollowUp.nudge == 0,
            FollowUp.state.in_([FollowUpState.PLANNED, FollowUpState.CLAIMED, *WENT_OUT]),
            FollowUp.owed_at >= since,
            FollowUp.due_at <= now,
        )
    ).all()


def _first_mails(session: Session, nudge_ids: Sequence[int]) -> dict[int, tuple[datetime, int]]:
    """When what these nudges remind of was owed, and its id; by the nudge's id."""
    if not nudge_ids:
        return {}
    first = aliased(FollowUp)
    query = select(FollowUp.id, first.owed_at, first.id).join(
        first, and_(same_thread(first), first.nudge == 0)
    )
    return {id_: (at, of) for id_, at, of in session.execute(query.where(among(FollowUp.id, nudge_ids)))}


def last_letters(session: Session, invoice_ids: Collection[int]) -> dict[int, datetime]:
    """By invoice: when the last letter about it was sent to the customer."""
    if not invoice_ids:
        return {}
    rows = session.execute(
        select(FollowUp.subject_id, func.max(FollowUp.sent_at))
        .where(
            FollowUp.subject_type == Subject.INVOICE,
            among(FollowUp.subject_id, invoice_ids),
            FollowUp.sent_at.is_not(None),
            FollowUp.nudge == 0,
        )
        .group_by(FollowUp.subject_id)
    )
    return {id_: at for id_, at in rows if at is not None}


def answered_threads(session: Session, nudge_ids: Sequence[int]) -> set[int]:
    """Which of these nudges remind of a contact that has been answered meanwhile."""
    if not nudge_ids:
        return set()
    other = aliased(FollowUp)
    query = select(FollowUp.id).join(other, and_(same_thread(other), other.state == FollowUpState.ANSWERED))
    return set(session.scalars(query.where(among(FollowUp.id, nudge_ids))))


def same_thread(other: Any) -> ColumnElement[bool]:
    """Whether another follow-up is the same contact, or a nudge of it."""
    return and_(
        other.subject_type == FollowUp.subject_type,
        other.subject_id == FollowUp.subject_id,
        other.kind == FollowUp.kind,
        other.step == FollowUp.step,
    )
