"""What customers said, and the contacts they answer."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session, aliased

from models.queries.among import among
from models.queries.claiming import same_thread
from models.tables import Commitment, FollowUp, Message, Response
from models.words import FollowUpState, Subject

_MAIL = "mail"
_ANSWERABLE = (FollowUpState.SENT, FollowUpState.SILENT, FollowUpState.ANSWERED)
_ADD = Response.__table__.insert().returning(Response.id)  # type: ignore[attr-defined]


def known_refs(session: Session, refs: Collection[str]) -> set[str]:
    """Which of these references have been recorded already."""
    return set(session.scalars(select(Response.ref).where(Response.ref.in_(refs))))


def add(session: Session, row: dict[str, Any]) -> int:
    """Record a response; returns its id."""
    session.flush()  # what the row refers to; the table itself is written past the session
    return int(session.connection().execute(_ADD, row).scalar_one())


def follow_up(session: Session, follow_up_id: int) -> FollowUp | None:
    """A follow-up by id."""
    return session.get(FollowUp, follow_up_id)


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


def same_letter(session: Session, asked: FollowUp) -> Sequence[FollowUp]:
    """Whatever one mail asked together with this contact, itself included; a joint letter lists several invoices."""
    if asked.message_id is None:
        return [asked]
    return session.scalars(
        select(FollowUp).where(FollowUp.message_id == asked.message_id).order_by(FollowUp.id)
    ).all()


def answer_thread(session: Session, asked: FollowUp, at: datetime) -> None:
    """Mark a contact and its nudges as answered, and take back nudges that were not sent yet."""
    thread = (
        FollowUp.subject_type == asked.subject_type,
        FollowUp.subject_id == asked.subject_id,
        FollowUp.kind == asked.kind,
        FollowUp.step == asked.step,
    )
    session.execute(
        update(FollowUp)
        .where(*thread, FollowUp.state.in_([FollowUpState.SENT, FollowUpState.SILENT]))
        .values(state=FollowUpState.ANSWERED, answered_at=at, answer_by=None)
    )
    session.execute(
        update(FollowUp)
        .where(*thread, FollowUp.state.in_([FollowUpState.PLANNED, FollowUpState.HELD]))
        .values(state=FollowUpState.SKIPPED, reason="answered")
    )


def unanswered(
    session: Session, now: datetime, limit: int, customers: Collection[int] = ()
) -> Sequence[FollowUp]:
    """Contacts whose time to answer is over, of these customers or of all; locked."""
    query = (
        select(FollowUp)
        .where(
            FollowUp.state == FollowUpState.SENT, FollowUp.answer_by.is_not(None), FollowUp.answer_by <= now
        )
        .order_by(FollowUp.answer_by, FollowUp.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if customers:
        query = query.where(FollowUp.customer_id.in_(customers))
    return session.scalars(query).all()


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
    """What the customer said in words, but not by mail, since somebody owes an answer; oldest first."""
    return session.scalars(
        select(Response)
        .where(
            Response.customer_id == owed.customer_id,
            Response.recorded_at >= owed.made_at,
            Response.text.is_not(None),
            Response.channel != _MAIL,
        )
        .order_by(Response.id)
    ).all()


def by_message_key(session: Session, key: str) -> tuple[Message, Sequence[FollowUp]] | None:
    """A message by its key, with the follow-ups it carries."""
    message = session.scalar(select(Message).where(Message.key == key))
    if message is None:
        return None
    carried = session.scalars(
        select(FollowUp).where(FollowUp.message_id == message.id).order_by(FollowUp.id)
    ).all()
    return message, carried


def of_message(session: Session, key: str) -> Sequence[Response]:
    """What has been answered through the links of one message."""
    return session.scalars(select(Response).where(Response.message_key == key).order_by(Response.id)).all()
