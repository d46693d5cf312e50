"""How often things run by schedule at least, and after which silence one of them is missed."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from models.policy import SWEEPS

COLLECT = "collect-responses"
IMPORT = "import-sales"
WAKING = "wake"
"""What looks for work between the schedules; it has no run of its own."""

_QUARTER = timedelta(minutes=15)
_HALF = timedelta(minutes=30)

EVERY: Mapping[str, timedelta] = {
    **dict.fromkeys(SWEEPS, _HALF),
    "escalate-unanswered": _QUARTER,
    COLLECT: _QUARTER,
    IMPORT: _QUARTER,
    WAKING: timedelta(minutes=10),
}
"""By name: the time between two runs by the shipped schedules. Between them they are woken by what there is to do."""


def silent_after(name: str) -> timedelta:
    """After which time without a good run somebody has to hear of it: two turns, and the length of a long run."""
    return 2 * EVERY[name] + _HALF


class ScheduledRun(NamedTuple):
    """When something that runs by schedule ran well last, by when it should have again, and whether that has passed."""

    name: str
    ran_at: datetime | None
    expected_by: datetime | None
    """None where it has never run well here."""
    is_missed: bool


def turns(names: Iterable[str], ran: Mapping[str, datetime], now: datetime) -> list[ScheduledRun]:
    """Of each of these, what has missed its turn first; times are aware."""
    found = [_turn(name, ran.get(name), now) for name in names]
    return sorted(found, key=lambda one: (not one.is_missed, one.name))


def _turn(name: str, at: datetime | None, now: datetime) -> ScheduledRun:
    by = None if at is None else at + silent_after(name)
    return ScheduledRun(name, at, by, by is None or by < now)
