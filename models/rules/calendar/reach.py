"""Days and times as people write them: what can be reckoned with, as plain values of the standard library."""

from datetime import UTC, date, datetime, tzinfo

from models.errors import RefusedError

FIRST_YEAR, END_YEAR = 1900, 3000
"""Arithmetic on what lies between never leaves the calendar, whatever the offset or the length of a span."""


class OutOfReachError(RefusedError):
    """A day or time that nobody can mean; the message says which years can be used."""


def instant(at: datetime, zone: tzinfo = UTC) -> datetime:
    """A time in UTC; one without an offset is meant in `zone`. Times of other libraries become plain ones.

    Raises:
        OutOfReachError: it lies outside the years that can be reckoned with.
    """
    check(at)
    plain = datetime.combine(date(at.year, at.month, at.day), at.time().replace(fold=at.fold))
    return plain.replace(tzinfo=at.tzinfo or zone).astimezone(UTC)


def written_instant(text: str, zone: tzinfo = UTC) -> datetime:
    """As `instant`, of a time in ISO 8601 such as `2026-03-18 15:00`.

    Raises:
        ValueError: it is none; `OutOfReachError` where nobody can mean it.
    """
    return instant(datetime.fromisoformat(text.strip()), zone)


def written_day(text: str) -> date:
    """A day in ISO 8601, such as `2026-03-18`.

    Raises:
        ValueError: it is none; `OutOfReachError` where nobody can mean it.
    """
    day = date.fromisoformat(text.strip())
    check(day)
    return day


def check(day: date) -> None:
    """Refuse a day, or a time, that cannot be reckoned with.

    Raises:
        OutOfReachError: it is one.
    """
    if not FIRST_YEAR <= day.year < END_YEAR:
        raise OutOfReachError(
            f"{day} cannot be reckoned with; name a day between {FIRST_YEAR} and {END_YEAR - 1}"
        )
