"""Whether a contact says of a day that it has passed: it is not true before, whoever wants it sent."""

from datetime import date

from models.rules.planning.cadence import Cadence

_DAYS = frozenset({"promised", "due"})
"""Anchors that are a day which somebody waits for."""


def is_too_early(cadence: Cadence, step: str, day: date | None, today: date) -> bool:
    """Whether a step that comes after a promised or due `day` would say that it has passed, and it has not."""
    if day is None or cadence.anchor not in _DAYS or today > day:
        return False
    return any(one.name == step and one.offset.count > 0 for one in cadence.steps)
