"""Counts for a program that watches: contacts by sweep, kind and state, and when each sweep ran well last."""

from collections.abc import Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from models.tables import FollowUp, Message


def contacts(session: Session) -> Sequence[Row[str, str, str, int]]:
    """How many contacts of each sweep and kind stand in each state. Reads the whole table: ask it seldom."""
    query = select(FollowUp.sweep, FollowUp.kind, FollowUp.state, func.count()).group_by(
        FollowUp.sweep, FollowUp.kind, FollowUp.state
    )
    return session.execute(query.order_by(FollowUp.sweep, FollowUp.kind, FollowUp.state)).all()


def mails(session: Session) -> Sequence[Row[str, int]]:
    """How many mails stand in each state."""
    query = select(Message.state, func.count()).group_by(Message.state).order_by(Message.state)
    return session.execute(query).all()
