"""Distances in time, as people write them in the policy: `3 days`, `-2 business days`, `50% of withdrawal`."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import pendulum

from models.rules.calendar.calendars import Place, add_business_days, day_start, local_day

_WRITTEN = re.compile(
    r"(?P<count>-?\d+)\s*(?P<unit>hours?|days?|business days?|weeks?|months?|% of withdrawal)"
)


@dataclass(frozen=True)
class Offset:
    """A signed distance: `count` of `unit` (`hour`, `day`, `business day`, `week`, `month`, `% of withdrawal`)."""

    count: int
    unit: str

    @property
    def of_withdrawal(self) -> bool:
        """Whether it is a part of the withdrawal window."""
        return self.unit.startswith("%")


@lru_cache(maxsize=256)
def parse(text: str) -> Offset:
    """Read a distance.

    Raises:
        ValueError: the text is no distance; the message says how to write one.
    """
    match = _WRITTEN.fullmatch(text.strip())
    if match is None:
        raise ValueError(
            f"{text!r} is no distance in time; write for instance '4 hours', '3 days', '2 business days', '-5 days', "
            "'2 weeks', '6 months' or '50% of withdrawal'"
        )
    unit = match["unit"]
    return Offset(int(match["count"]), unit if unit.startswith("%") else unit.removesuffix("s"))


def apply(anchor: date | datetime, offset: Offset, place: Place, withdrawal_days: int = 0) -> datetime:
    """The instant, in UTC, that lies `offset` away from `anchor` at a place.

    Hours count from the instant. Everything else counts whole local days and gives the beginning of that day: the
    window of the cadence then finds the hour.
    """
    if offset.unit == "hour":
        start = anchor if isinstance(anchor, datetime) else day_start(anchor, place)
        return start.astimezone(UTC) + timedelta(hours=offset.count)
    day = local_day(anchor, place)
    return day_start(_shift(day, offset, place, withdrawal_days), place)


def _shift(day: date, offset: Offset, place: Place, withdrawal_days: int) -> date:
    match offset.unit:
        case "business day":
            return add_business_days(place.country, day, offset.count)
        case "week":
            return day + timedelta(weeks=offset.count)
        case "month":
            shifted = pendulum.date(day.year, day.month, day.day).add(months=offset.count)
            return date(shifted.year, shifted.month, shifted.day)
        case "% of withdrawal":
            return day + timedelta(days=withdrawal_days * offset.count // 100)
        case _:
            return day + timedelta(days=offset.count)
