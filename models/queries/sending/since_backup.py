"""After a backup was put back: what was due by then, and may have gone out without this database knowing."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.queries.watermarks import set_watermark, watermark
from models.tables import Case, Commitment, FollowUp, Inbound, Message
from models.words import FollowUpState

_MARK = "restored"
_GAP = 1_000_000
"""More contacts than can have been planned between a backup and the moment it was put back."""
_COUNTED = (FollowUp, Message, Case, Commitment, Inbound)


def begin_again(session: Session, now: datetime) -> None:
    """Remember that a backup was put back. Numbers that were given since are never given again: links lead to them."""
    first_new = (session.scalar(select(func.max(FollowUp.id))) or 0) + _GAP
    set_watermark(session, _MARK, f"{now.isoformat()} {first_new}", now)
    if session.get_bind().dialect.name == "postgresql":
        for one in _COUNTED:
            highest = func.coalesce(select(func.max(one.id)).scalar_subquery(), 0) + _GAP
            sequence = func.pg_get_serial_sequence(one.__tablename__, "id")
            session.execute(select(func.setval(sequence, highest)))
        return
    session.add(
        FollowUp(
            id=first_new,
            subject_type="staff",
            subject_id=0,
            sweep="restore",
            kind="restore",
            step=now.isoformat(),
            owed_at=now,
            due_at=now,
            state=FollowUpState.SKIPPED,
            reason="a backup was put back; numbers go on behind this one",
        )
    )


def put_back(session: Session) -> tuple[datetime, int] | None:
    """When a backup was put back, and from which number on contacts are planned after that; None when none was."""
    value = watermark(session, _MARK)
    if value is None:
        return None
    at, _, first_new = value.partition(" ")
    return datetime.fromisoformat(at), int(first_new)


def due_by(session: Session, until: datetime, after: int, most: int) -> Sequence[FollowUp]:
    """Planned contacts that were owed or due by a time, in the order of their ids behind `after`."""
    query = (
        select(FollowUp)
        .where(
            FollowUp.state == FollowUpState.PLANNED,
            FollowUp.id > after,
            or_(FollowUp.due_at <= until, FollowUp.owed_at <= until),
        )
        .order_by(FollowUp.id)
        .limit(most)
    )
    return session.scalars(query).all()


def known(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these keys have a mail here."""
    return set(session.scalars(select(Message.key).where(Message.key.in_(keys))))
