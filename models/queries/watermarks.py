"""Watermarks: a remembered value by name, up to where or when something was done."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.tables import Watermark

_LOCK = 0x5E9017
"""Any number nobody else uses: imports on PostgreSQL take turns by it (SQLite has one writer anyway)."""


def take_turn(session: Session) -> None:
    """Wait until no other import writes; held to the end of the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def watermark(session: Session, name: str) -> str | None:
    """The value of a watermark; None when it was never set."""
    return session.scalar(select(Watermark.value).where(Watermark.name == name))


def set_watermark(session: Session, name: str, value: str, at: datetime) -> None:
    """Set a watermark (`at` aware). Two that set one at once follow each other."""
    take_turn(session)
    session.merge(Watermark(name=name, value=value, at=at))
