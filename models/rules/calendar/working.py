"""Working time: how much of it lies between two instants, and when some of it is over."""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from models.rules.calendar.calendars import (
    Place,
    Window,
    is_business_day,
    is_closed,
    local_day,
    local_instant,
    spans,
)

_YEARS_AHEAD = 20


class _Year(NamedTuple):
    """The working spans that begin in one local year; seconds since the epoch, and working seconds before each."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int


@lru_cache(maxsize=256)
def _year(window: Window, place: Place, year: int) -> _Year:
    starts, ends = [], []
    day = date(year, 1, 1)
    while day.year == year:
        if not is_closed(window, day) and (window.days == "every" or is_business_day(place.country, day)):
            for start, end in spans(window):
                starts.append(int(local_instant(day, start, place).timestamp()))
                ends.append(int(local_instant(day, end, place).timestamp()))
        day += timedelta(days=1)
    lengths = [max(end - start, 0) for start, end in zip(starts, ends, strict=True)]
    sums = list(accumulate(lengths, initial=0))
    return _Year(tuple(starts), tuple(ends), tuple(sums[:-1]), sums[-1])


def _passed(year: _Year, at: int) -> int:
    """Working seconds of a year that lie before an instant."""
    place = bisect_right(year.starts, at) - 1
    if place < 0:
        return 0
    return year.before[place] + max(min(at, year.ends[place]) - year.starts[place], 0)


def working_minutes(start: datetime, end: datetime, window: Window, place: Place) -> int:
    """Whole working minutes from `start` to `end` (both aware); 0 when `end` is not later.

    Windows of the night count real minutes: the hour that a change of clocks takes is not counted.
    """
    first, last = int(start.timestamp()), int(end.timestamp())
    if last <= first:
        return 0
    years = range(local_day(start, place).year, local_day(end, place).year + 1)
    return (
        sum(_passed(year, last) - _passed(year, first) for year in (_year(window, place, y) for y in years))
        // 60
    )


def after_working_minutes(start: datetime, minutes: int, window: Window, place: Place) -> datetime:
    """The instant, in UTC, at which `minutes` of working time have passed since `start`.

    Exactly at the end of a day's hours it is that end, not the next morning: a promise for six o'clock is due at six.

    Raises:
        ValueError: there is not that much working time within twenty years.
    """
    left, first = minutes * 60, int(start.timestamp())
    if left <= 0:
        return start.astimezone(UTC)
    began = local_day(start, place).year
    for number in range(began, began + _YEARS_AHEAD):
        year = _year(window, place, number)
        wanted = _passed(year, first) + left
        if wanted <= year.total:
            place_ = bisect_left(year.before, wanted) - 1
            return datetime.fromtimestamp(year.starts[place_] + wanted - year.before[place_], UTC)
        left = wanted - year.total
    raise ValueError(f"{minutes} working minutes do not pass within {_YEARS_AHEAD} years of {start}")
