"""How often things run by schedule at least, and after which silence one of them is missed."""

from collections.abc import Mapping
from datetime import timedelta

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
