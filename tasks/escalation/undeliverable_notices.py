"""Notices that nobody could be told of: told as soon as somebody of our people can be reached."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from models.queries import people, watermarks
from models.queries.escalation import ladder_steps

_MARK = "people-reached"


def people_changed(session: Session, now: datetime) -> bool:
    """Whether others can be reached today than at the last look: somebody came, came back, or has another address."""
    return watermarks.watermark(session, _MARK) != _who_is_reached(session, now)


def tell_the_unheard(session: Session, now: datetime) -> int:
    """Where others can be reached now, what nobody could be told of is due; returns how much that is."""
    if not people_changed(session, now):
        return 0
    reached = _who_is_reached(session, now)
    watermarks.set_watermark(session, _MARK, reached, now)
    return ladder_steps.tell_now(session, now) if reached else 0


def _who_is_reached(session: Session, now: datetime) -> str:
    """A fingerprint, which tells nobody's address; empty where nobody can be reached."""
    there = [
        (one.id, one.role, one.email)
        for one in people.people(session)
        if one.email and one.is_there(now.date())
    ]
    return hashlib.sha256(repr(there).encode()).hexdigest()[:16] if there else ""
