"""What people may do to a ladder that runs: put off their own reminders, never those of somebody above them.

Each function takes the notices of one promise that were not sent yet, and answers with new times by id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.rules.commitments.ladder import rank

Times = dict[int, datetime]


@dataclass(frozen=True)
class Pending:
    """A notice that was not sent yet."""

    id: int
    level: str
    owed_at: datetime
    """When the ladder put it; this never changes."""
    due_at: datetime
    waits_for_people: bool = False
    """Nobody could be told of it, here or above."""


def acknowledged(pending: Sequence[Pending], own_rank: int, until: datetime) -> Times:
    """Say "mine until then": one's own reminders rest, and when the time lapses the matter goes up.

    Whoever stands above hears as planned, or at `until` where that comes first (B04).
    """
    own = {item.id: max(item.due_at, until) for item in pending if rank(item.level) <= own_rank}
    return own | _forward(pending, own_rank, until)


def raised(pending: Sequence[Pending], above: int, now: datetime) -> Times:
    """The next level above a rank hears now."""
    return _forward(pending, above, now)


def _forward(pending: Sequence[Pending], above: int, at: datetime) -> Times:
    """The first notices above a rank come at a time, unless they come earlier anyway."""
    higher = [item for item in pending if rank(item.level) > above]
    if not higher:
        return {}
    level = min(rank(item.level) for item in higher)
    first = {item.level: item for item in sorted(higher, key=_latest_first) if rank(item.level) == level}
    return {item.id: min(item.due_at, at) for item in first.values()}


def _latest_first(item: Pending) -> tuple[float, int]:
    return -item.due_at.timestamp(), -item.id


def snoozed(pending: Sequence[Pending], until: datetime) -> Times:
    """The whole ladder rests: its first notice falls on `until`, and each later one stays as far behind it."""
    if not pending:
        return {}
    shift = max(until - min(item.due_at for item in pending), timedelta(0))
    return {item.id: item.due_at + shift for item in pending}


def woken(pending: Sequence[Pending], now: datetime) -> Times:
    """The rest is over before its time: the first notice comes now, and no notice before the ladder had put it."""
    if not pending:
        return {}
    shift = max(min(item.due_at for item in pending) - now, timedelta(0))
    return {item.id: max(item.owed_at, item.due_at - shift) for item in pending}
