"""What went out since a time, and what is planned until one: asked often, so it reads neither table as a whole."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.policy import SWEEPS
from models.tables import FollowUp, Message
from models.words import FollowUpState, MessageState


def sent_since(session: Session, since: datetime) -> dict[str, int]:
    """How many mails of each kind customers were sent since a time; messages are written in the order of time."""
    before = select(Message.id).where(Message.marked_at < since).order_by(Message.id.desc()).limit(1)
    rows = session.execute(
        select(Message.kind, func.count())
        .where(
            Message.id > func.coalesce(before.scalar_subquery(), 0),
            Message.staff_id.is_(None),
            Message.state == MessageState.ACCEPTED,
        )
        .group_by(Message.kind)
    )
    return dict(rows.all())


def planned_until(session: Session, until: datetime) -> dict[str, int]:
    """How many contacts of each kind with customers fall due before a time."""
    rows = session.execute(
        select(FollowUp.kind, func.count())
        .where(
            FollowUp.state == FollowUpState.PLANNED,
            FollowUp.sweep.in_(SWEEPS),
            FollowUp.due_at < until,
            FollowUp.staff_id.is_(None),
            FollowUp.audience.is_(None),
        )
        .group_by(FollowUp.kind)
    )
    return dict(rows.all())
