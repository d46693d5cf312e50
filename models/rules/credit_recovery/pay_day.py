"""Until when an invoice may be paid by law, and how long the ladder rests for a promise to pay."""

from datetime import date, datetime, timedelta

from models.rules.calendar.calendars import Place, Window, day_start, term_end
from models.rules.calendar.due import due_at

_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_BESIDE = "CH IS LI NO SM VA"
_KNOWN = frozenset(f"{_UNION} {_BESIDE}".split())
"""Where a day to pay that is a day off moves to the next working day: Regulation 1182/71 and laws like art. 115 k.c.,
art. 1187 c.c., § 193 BGB, art. 78 OR."""


def due_by_law(country: str, due_on: date) -> date:
    """The last day to pay in a country (ISO 3166-1 alpha-2); where its law is not known here, the day itself."""
    return term_end(country, due_on) if country in _KNOWN else due_on


def is_overdue(country: str, due_on: date, today: date) -> bool:
    """Whether the last day to pay in a country is over."""
    return due_on < today and due_by_law(country, due_on) < today


def last_day(today: date, max_days: int) -> date:
    """The furthest day that a customer may name without asking anybody."""
    return today + timedelta(days=max_days)


def is_acceptable(day: date, today: date, max_days: int) -> bool:
    """Whether the ladder rests for a payment on that day."""
    return today <= day <= last_day(today, max_days)


def rests_until(day: date, grace: str, window: Window, place: Place) -> datetime:
    """Until when, in UTC, reminders rest: the whole day that was named, and then the grace of the policy.

    Raises:
        ValueError: `grace` is no distance in time.
    """
    return due_at(day_start(day + timedelta(days=1), place), grace, window, place)
