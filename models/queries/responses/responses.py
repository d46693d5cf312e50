"""What customers said, and the contacts they answer."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from models.queries.in_list import among
from models.queries.mailboxes import possible_answers
from models.queries.sending.threads import same_thread
from models.tables import Commitment, FollowUp, Response
from models.words import FollowUpState, Subject

_WAITING = (FollowUpState.SENT, FollowUpState.SILENT)
_UNSENT = (FollowUpState.PLANNED, FollowUpState.HELD)
_ANSWERABLE = (FollowUpState.SENT, FollowUpState.SILENT, FollowUpState.ANSWERED)
_ADD = insert(Response).returning(Response.ref, Response.id)


def known_refs(session: Session, refs: Collection[str]) -> set[str]:
    """Which of these references have been recorded already."""
    return set(session.scalars(select(Response.ref).where(Response.ref.in_(refs))))


def add(session: Session, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Record responses, each with the same columns; returns their ids by reference."""
    session.flush()  # what the rows refer to
    return dict(session.execute(_ADD, list(rows)).all())


def follow_ups(session: Session, ids: Collection[int]) -> dict[int, FollowUp]:
    """Follow-ups by id."""
    rows = session.scalars(select(FollowUp).where(among(FollowUp.id, ids))) if ids else ()
    return {row.id: row for row in rows}


def latest_asked(
    session: Session, subject_type: Subject, subject_id: int, before: datetime, kind: str | None
) -> FollowUp | None:
    """The contact about this subject that was sent last before a time, and that an answer may belong to."""
    query = select(FollowUp).where(
        FollowUp.subject_type == subject_type,
        FollowUp.subject_id == subject_id,
        FollowUp.state.in_(_ANSWERABLE),
        FollowUp.sent_at <= before,
    )
    if kind is not None:
        query = query.where(FollowUp.kind == kind)
    return session.scalar(query.order_by(FollowUp.sent_at.desc(), FollowUp.id.desc()).limit(1))


def asked_after(
    session: Session,
    subject_type: Subject,
    subject_id: int,
    said_at: datetime,
    within: timedelta,
    kinds: Collection[str],
) -> FollowUp | None:
    """The contact that still waits, and was sent so soon after something was said that this answers it already.

    `kinds` are those that ask for what was said.
    """
    query = select(FollowUp).where(
        FollowUp.subject_type == subject_type,
        FollowUp.subject_id == subject_id,
        FollowUp.state.in_(_WAITING),
        FollowUp.nudge == 0,
        FollowUp.sent_at > said_at,
        FollowUp.sent_at <= said_at + within,
        among(FollowUp.kind, kinds),
    )
    return session.scalar(query.order_by(FollowUp.sent_at, FollowUp.id).limit(1))


def said_lately(
    session: Session, orders: Collection[int], meanings: Collection[str]
) -> dict[int, list[datetime]]:
    """By order: when something of this meaning was said about it, oldest first."""
    found: dict[int, list[datetime]] = defaultdict(list)
    rows = session.execute(
        select(Response.order_id, Response.received_at)
        .where(among(Response.order_id, orders), among(Response.meaning, meanings))
        .order_by(Response.received_at)
    )
    for order_id, at in rows:
        if order_id is not None:
            found[order_id].append(at)
    return found


def carried(session: Session, message_ids: Collection[int]) -> dict[int | None, list[FollowUp]]:
    """By mail: the follow-ups that it carries."""
    found: dict[int | None, list[FollowUp]] = defaultdict(list)
    if message_ids:
        query = select(FollowUp).where(among(FollowUp.message_id, message_ids)).order_by(FollowUp.id)
        for row in session.scalars(query):
            found[row.message_id].append(row)
    return found


def same_letters(session: Session, asked: Sequence[FollowUp]) -> dict[int, list[FollowUp]]:
    """By contact: whatever its mail asked together with it, itself included; a joint letter lists several invoices."""
    letters = carried(session, {row.message_id for row in asked if row.message_id is not None})
    return {row.id: letters[row.message_id] if row.message_id is not None else [row] for row in asked}


def answer_threads(session: Session, answered: Sequence[tuple[FollowUp, datetime]]) -> None:
    """Mark contacts and their nudges as answered at a time, and take back nudges that were not sent yet."""
    times = {_thread(row): at for row, at in answered}
    for row in threads(session, [row for row, _ in answered], (*_WAITING, *_UNSENT)):
        if row.state in _WAITING:
            row.state, row.answered_at, row.answer_by = FollowUpState.ANSWERED, times[_thread(row)], None
        else:
            row.state, row.reason = FollowUpState.SKIPPED, "answered"


def threads(session: Session, contacts: Sequence[FollowUp], states: Collection[str]) -> list[FollowUp]:
    """These contacts and their nudges, as far as they are in one of the states; read anew, and locked."""
    alike: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row in contacts:
        alike[row.subject_type, row.kind, row.step].append(row.subject_id)
    found: list[FollowUp] = []
    for subject_type, kind, step in sorted(alike):
        query = (
            select(FollowUp)
            .where(
                FollowUp.subject_type == subject_type,
                among(FollowUp.subject_id, alike[subject_type, kind, step]),
                FollowUp.kind == kind,
                FollowUp.step == step,
                FollowUp.state.in_(states),
            )
            .order_by(FollowUp.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        found += session.scalars(query)
    return found


def _thread(row: FollowUp) -> tuple[str, int, str, str]:
    return row.subject_type, row.subject_id, row.kind, row.step


def unanswered(
    session: Session, now: datetime, limit: int, customers: Collection[int] = ()
) -> Sequence[FollowUp]:
    """Contacts whose time to answer is over, of these customers or of all; locked.

    Where a person has yet to say whether a mail of the customer is an answer, time stands still.
    """
    query = (
        select(FollowUp)
        .where(
            FollowUp.state == FollowUpState.SENT,
            FollowUp.answer_by.is_not(None),
            FollowUp.answer_by <= now,
            ~possible_answers.is_waited_for(),
        )
        .order_by(FollowUp.answer_by, FollowUp.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if customers:
        query = query.where(FollowUp.customer_id.in_(customers))
    return session.scalars(query).all()


def any_unanswered(session: Session, now: datetime) -> bool:
    """Whether the time to answer any contact is over."""
    query = select(FollowUp.id).where(
        FollowUp.state == FollowUpState.SENT, FollowUp.answer_by.is_not(None), FollowUp.answer_by <= now
    )
    return session.scalar(query.order_by(FollowUp.answer_by).limit(1)) is not None


def with_nudge(session: Session, waiting: Collection[int]) -> set[int]:
    """Of which of these contacts the next reminder was planned before: it ended without being sent."""
    nudge = aliased(FollowUp)
    query = select(FollowUp.id).join(nudge, and_(same_thread(nudge), nudge.nudge == FollowUp.nudge + 1))
    return set(session.scalars(query.where(among(FollowUp.id, waiting))))


def silence_threads(session: Session, waiting: Collection[int], now: datetime) -> None:
    """Declare contacts and all their nudges unanswered."""
    first = aliased(FollowUp)
    threads = select(FollowUp.id).join(first, and_(same_thread(first), among(first.id, waiting)))
    session.execute(
        update(FollowUp)
        .where(FollowUp.id.in_(threads.scalar_subquery()), FollowUp.state == FollowUpState.SENT)
        .values(state=FollowUpState.SILENT, silent_at=now, answer_by=None)
        .execution_options(synchronize_session=False)
    )


def of_commitment(session: Session, owed: Commitment) -> Sequence[Response]:
    """What the customer said in words, whatever way, since somebody owes an answer; oldest first."""
    return session.scalars(
        select(Response)
        .where(
            Response.customer_id == owed.customer_id,
            Response.recorded_at >= owed.made_at,
            or_(Response.text.is_not(None), Response.rating.is_not(None)),
        )
        .order_by(Response.id)
    ).all()


def of_message(session: Session, key: str) -> Sequence[Response]:
    """What has been answered through the links of one message."""
    return session.scalars(select(Response).where(Response.message_key == key).order_by(Response.id)).all()
