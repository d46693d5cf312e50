"""What a customer's promise to pay is worth to the ladder: a rest until the day that was named, and some grace."""

from datetime import date, datetime, timedelta

from models.rules.calendar.calendars import Place, Window, day_start
from models.rules.calendar.due import due_at


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
