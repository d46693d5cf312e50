"""Business days, quiet hours and local days of the place where somebody lives or works."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

_SEARCH_DAYS = 370
_SATURDAY = 5


@dataclass(frozen=True)
class Place:
    """Where somebody is: `country` (ISO 3166-1 alpha-2) gives the holidays, `timezone` (IANA) the hours."""

    country: str
    timezone: str


@dataclass(frozen=True)
class Window:
    """When a contact may go out, in the local time of whom it goes to.

    `hours` are spans such as `09:00-12:30`, in order; `24:00` ends a day. `days` is `business` (Monday to Friday, no
    holiday) or `every`.
    """

    hours: tuple[str, ...]
    days: str = "business"
    closed: tuple[str, ...] = ()
    """Days on which nobody is here: `2026-08-14`, spans such as `2026-08-10/2026-08-21`, and feasts of every year such
    as `06-24`."""

    def __post_init__(self) -> None:
        """Check the words.

        Raises:
            ValueError: a span that is none, or spans out of order.
        """
        if self.days not in {"business", "every"}:
            raise ValueError(f"days is {self.days!r}; write 'business' or 'every'")
        if not self.hours:
            raise ValueError("hours is empty; write at least one span, such as '09:00-18:00'")
        edges = [edge for span in self.hours for edge in _span(span)]
        if any(later <= earlier for earlier, later in pairwise(edges)):
            raise ValueError(f"hours {list(self.hours)} overlap or run backwards; put the spans in order")
        for written in self.closed:
            _closing(written)


@lru_cache(maxsize=512)
def _span(text: str) -> tuple[int, int]:
    """Minutes since midnight of both ends of `09:00-12:30`."""
    try:
        start, end = (_minutes(part) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"{text!r} is no span of hours; write it like '09:00-12:30'") from None
    return start, end


@lru_cache(maxsize=512)
def _closing(text: str) -> tuple[str, str]:
    """The first and the last closed day, both as `2026-08-10`, or both as `06-24` where it is every year."""
    first, _, last = text.strip().partition("/")
    last = last or first
    try:
        for edge in (first, last):
            date.fromisoformat(edge if len(edge) == len("2026-08-10") else f"2024-{edge}")
    except ValueError:
        raise ValueError(
            f"closed: {text!r} is no day; write '2026-08-14', '2026-08-10/2026-08-21' or '06-24'"
        ) from None
    if len(first) != len(last) or (last < first and len(first) == len("2026-08-10")):
        raise ValueError(f"closed: {text!r} runs backwards; write the first day, a stroke and the last")
    return first, last


@lru_cache(maxsize=8192)
def is_closed(window: Window, day: date) -> bool:
    """Whether a day is one of the closed days of a window."""
    whole, short = day.isoformat(), day.isoformat()[len("2026-") :]
    for first, last in map(_closing, window.closed):
        at = whole if len(first) == len(whole) else short
        if (first <= at <= last) if first <= last else (at >= first or at <= last):
            return True
    return False


def add_open_days(window: Window, place: Place, day: date, count: int) -> date:
    """The `count`-th business day after `day` on which a window is not closed."""
    for _ in range(count):
        day = add_business_days(place.country, day, 1)
        while is_closed(window, day):
            day = add_business_days(place.country, day, 1)
    return day


def spans(window: Window) -> tuple[tuple[int, int], ...]:
    """Both ends of each span of a window, in minutes since midnight."""
    return tuple(_span(text) for text in window.hours)


def _minutes(text: str) -> int:
    hours, minutes = (int(part) for part in text.strip().split(":"))
    total = hours * 60 + minutes
    if not (0 <= minutes < 60 and 0 <= total <= 24 * 60):  # noqa: PLR2004 (a clock's own numbers)
        raise ValueError(text)
    return total


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name, read once."""
    return ZoneInfo(name)


def place_to_count(country: str, timezone: str) -> Place:
    """A place for figures over many rows, which do not fail for one of them: on UTC where nobody knows its zone."""
    try:
        zone(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return Place(country, "UTC")
    return Place(country, timezone)


@lru_cache(maxsize=256)
def _holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:  # a country without a calendar still has its weekends
        return frozenset()


def is_business_day(country: str, day: date) -> bool:
    """Monday to Friday, and no public holiday of the whole country."""
    return day.weekday() < _SATURDAY and day not in _holidays(country, day.year)


_SATURDAY_COUNTS = ("IT", "SM", "VA")
"""Where a term that ends on a Saturday ends there: Sundays and public holidays alone move it (art. 1187, 2963 c.c.)."""


@lru_cache(maxsize=8192)
def term_end(country: str, day: date) -> date:
    """The day on which a legal term ends that would end on `day`: the next working day where that is a day off.

    In Poland Saturdays are days off too (art. 115 k.c.), and elsewhere as well (Regulation 1182/71, art. 3).
    """
    while day in _holidays(country, day.year) or day.weekday() > _SATURDAY or _is_free_saturday(country, day):
        day += timedelta(days=1)
    return day


def _is_free_saturday(country: str, day: date) -> bool:
    return day.weekday() == _SATURDAY and country not in _SATURDAY_COUNTS


@lru_cache(maxsize=8192)
def add_business_days(country: str, day: date, count: int) -> date:
    """The business day `count` after (or, when negative, before) `day`; 0 gives the day itself or the next one open."""
    step = timedelta(days=1 if count >= 0 else -1)
    if count == 0:
        while not is_business_day(country, day):
            day += step
    for _ in range(abs(count)):
        day += step
        while not is_business_day(country, day):
            day += step
    return day


def local_day(at: datetime | date, place: Place) -> date:
    """The calendar day on which an instant falls at a place; a plain date is that day already."""
    return at.astimezone(zone(place.timezone)).date() if isinstance(at, datetime) else at


def local_instant(day: date, minutes: int, place: Place) -> datetime:
    """The instant, in UTC, of a wall-clock time at a place. In a daylight-saving gap: as far after it as written."""
    if minutes == 24 * 60:
        day, minutes = day + timedelta(days=1), 0
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone(place.timezone))
    return wall.astimezone(UTC)


@lru_cache(maxsize=8192)
def day_start(day: date, place: Place) -> datetime:
    """The instant, in UTC, at which a calendar day begins at a place."""
    return local_instant(day, 0, place)


@lru_cache(maxsize=1024)  # a batch asks for one time, a few windows and places
def next_open(at: datetime, window: Window, place: Place) -> datetime:
    """`at` itself when the window is open then, otherwise the next instant at which it opens, in UTC.

    Raises:
        ValueError: the window does not open within a year.
    """
    day = local_day(at, place)
    for _ in range(_SEARCH_DAYS):
        for start, end in _openings(day, window, place):
            if at < end:
                return max(at, start).astimezone(UTC)
        day += timedelta(days=1)
    raise ValueError(f"the window {window} never opens in {place.country}")


@lru_cache(maxsize=8192)
def _openings(day: date, window: Window, place: Place) -> tuple[tuple[datetime, datetime], ...]:
    """From when to when, in UTC, a window is open on a day at a place: thousands of orders ask for the same days."""
    if is_closed(window, day) or (window.days == "business" and not is_business_day(place.country, day)):
        return ()
    return tuple(
        (local_instant(day, start, place), local_instant(day, end, place)) for start, end in spans(window)
    )
