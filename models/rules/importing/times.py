"""Days and times as other systems write them, brought to aware UTC by the zone of their source."""

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_SPACED_OFFSET = re.compile(r" (?=[+-]\d{2}:?\d{2}$)")
"""As shops write it: `2026-02-28 14:30:00 +0100`."""


def read_day(value: Any, zone: ZoneInfo) -> date:
    """The calendar day of a date, a time or an ISO text; an aware time counts in `zone`.

    Raises:
        ValueError: it is none; the message says how to write one.
    """
    if isinstance(value, str):
        value = _parsed(value, "date", "2026-02-28")
    if isinstance(value, datetime):
        _check_year(value)
        value = (value.astimezone(zone) if value.tzinfo else value).date()
    if not isinstance(value, date):
        raise ValueError("is no date; write it like 2026-02-28")
    _check_year(value)
    return value


def read_time(value: Any, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, of a time, a date (the start of that day) or an ISO text.

    A naive time belongs to `zone`. In a daylight-saving gap it moves forward by the gap; of an hour that
    comes twice it is the first.

    Raises:
        ValueError: it is none; the message says how to write one.
    """
    if isinstance(value, str):
        value = _parsed(value, "time", "2026-02-28 14:30:00")
    if not isinstance(value, datetime):
        if not isinstance(value, date):
            raise ValueError("is no time; write it like 2026-02-28 14:30:00")
        value = datetime(value.year, value.month, value.day, tzinfo=zone)
    _check_year(value)
    at: datetime = value if value.tzinfo else value.replace(tzinfo=zone, fold=0)
    return at.astimezone(UTC)


def read_moment(value: Any, zone: ZoneInfo) -> str:
    """ISO 8601: the day alone where the value is a day, else the instant in UTC with its offset.

    Raises:
        ValueError: it is neither; the message says how to write one.
    """
    is_day = len(value) <= len("2026-02-28") if isinstance(value, str) else not isinstance(value, datetime)
    return (read_day(value, zone) if is_day else read_time(value, zone)).isoformat()


def _parsed(text: str, noun: str, example: str) -> datetime:
    try:
        return datetime.fromisoformat(_SPACED_OFFSET.sub("", text))
    except ValueError:
        raise ValueError(f"is no {noun}; write it like {example}") from None


def _check_year(value: date) -> None:
    """Refuse what systems write for "none" or "never", such as 0001-01-01 and 9999-12-31."""
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError(
            f"lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}; leave it empty where there is none"
        )
