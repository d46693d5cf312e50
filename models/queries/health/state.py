"""Counts of what does not move, and the times at which things ran."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from models.tables import FollowUp, HeldFault, Message, Suppression, Watermark
from models.words import FollowUpState, MessageState

_RAN = "ran:"
_TOLD = "trouble:"


def doubtful(session: Session, before: datetime) -> int:
    """Mails whose outcome nobody knows, marked before a time."""
    query = select(func.count(Message.id)).where(
        Message.state.in_((MessageState.SENDING, MessageState.ASKED)), Message.marked_at < before
    )
    return session.scalar(query) or 0


def stuck(session: Session, before: datetime) -> int:
    """Contacts that a run claimed and gave up, with a lease that ended before a time."""
    query = select(func.count(FollowUp.id)).where(
        FollowUp.state == FollowUpState.CLAIMED, FollowUp.lease_until < before
    )
    return session.scalar(query) or 0


def overdue(session: Session, before: datetime) -> int:
    """Contacts that were due before a time and still wait to be sent."""
    query = select(func.count(FollowUp.id)).where(
        FollowUp.state == FollowUpState.PLANNED, FollowUp.due_at < before
    )
    return session.scalar(query) or 0


def suppressed(session: Session) -> int:
    """Addresses that nothing is sent to any more."""
    return session.scalar(select(func.count(Suppression.id))) or 0


def faults(session: Session) -> list[str]:
    """What keeps rows back, a sentence each."""
    return list(session.scalars(select(HeldFault.reason).order_by(HeldFault.first_at)))


def newest_time(session: Session) -> datetime | None:
    """The latest time at which anything was remembered."""
    return session.scalar(select(func.max(Watermark.at)))


def server_time(session: Session) -> datetime | None:
    """What the database server's own clock says; nothing for a file."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    now: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now


def note_run(session: Session, name: str, now: datetime) -> None:
    """Remember that something ran well."""
    session.merge(Watermark(name=f"{_RAN}{name}", value="well", at=now))


def runs(session: Session) -> Mapping[str, datetime]:
    """When each thing that runs by schedule ran well last."""
    return _by_name(session, _RAN)


def told(session: Session) -> Mapping[str, datetime]:
    """The kinds of trouble that somebody was told of, and since when."""
    return _by_name(session, _TOLD)


def note_told(session: Session, kind: str, now: datetime) -> None:
    """Remember that somebody was told of a kind of trouble."""
    session.merge(Watermark(name=f"{_TOLD}{kind}", value="told", at=now))


def forget_told(session: Session, kind: str) -> None:
    """A kind of trouble is over, and somebody was told so."""
    session.execute(delete(Watermark).where(Watermark.name == f"{_TOLD}{kind}"))


def _by_name(session: Session, begin: str) -> dict[str, datetime]:
    query = select(Watermark.name, Watermark.at).where(Watermark.name.startswith(begin, autoescape=True))
    return {name.removeprefix(begin): at for name, at in session.execute(query)}
