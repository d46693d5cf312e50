"""Whether the dates of a fact can be true together, seen from `now` and from the place that wrote them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

_CLOCKS_APART = timedelta(days=1)
"""How far ahead another system's clock or zone may reasonably be."""
VALUE_DATE = timedelta(days=14)
"""How far ahead a bank dates a payment that it knows of: a direct debit, a transfer ordered for a day."""
_IN_ADVANCE = timedelta(days=366)
"""A down payment comes before its invoice; refusing it would send reminders to somebody who has paid."""


class Doubt(NamedTuple):
    """A date that cannot be true: its name, and what to do."""

    column: str
    fix: str


def still_to_come(
    happened: Mapping[str, datetime | None], now: datetime, ahead: timedelta = _CLOCKS_APART
) -> Doubt | None:
    """The first date of something that has happened, and that lies more than `ahead` in the future."""
    latest = now + ahead
    for name, at in happened.items():
        if at is not None and at > latest:
            return Doubt(name, "lies in the future; write when it happened, and leave it empty until then")
    return None


def before_it_began(
    began: tuple[str, date], ended: Mapping[str, datetime | None], zone: ZoneInfo
) -> Doubt | None:
    """The first date before the day on which the matter began; days, since many systems know no hours."""
    name, start = began
    for later, at in ended.items():
        if at is not None and at.astimezone(zone).date() < start:
            return Doubt(later, f"is an impossible date: it lies before {name} ({start}); mend the wrong one")
    return None


def paid_too_early(issued_on: date, paid_at: datetime | None) -> Doubt | None:
    """A payment more than a year before its invoice."""
    if paid_at is None or paid_at.date() >= issued_on - _IN_ADVANCE:
        return None
    return Doubt(
        "paid_at",
        f"is an impossible date: over a year before issued_on ({issued_on}); mend the wrong one",
    )
