"""By when something is owed."""

from datetime import UTC, datetime, timedelta

from models.rules.calendar.calendars import (
    Place,
    Window,
    add_open_days,
    local_day,
    local_instant,
    next_open,
    zone,
)
from models.rules.calendar.offsets import parse
from models.rules.calendar.working import after_working_minutes


def due_at(at: datetime, within: str, window: Window, place: Place) -> datetime:
    """The instant, in UTC, by which something asked at `at` is owed, on the working hours of a place.

    Time begins when the window is open. Hours are working hours: four of them, asked for on Friday two hours before the
    end, are over on Monday two hours after the beginning. `1 business day` later is the same time of the next one.

    Raises:
        ValueError: `within` is no distance in time, or none of hours, days and business days.
    """
    offset, start = parse(within), next_open(at, window, place)
    if offset.unit == "hour":
        return after_working_minutes(start, offset.count * 60, window, place)
    if offset.unit not in {"day", "business day"}:
        raise ValueError(f"{within!r} is no time to answer in; write hours, days or business days")
    local, day = start.astimezone(zone(place.timezone)), local_day(start, place)
    if offset.unit == "business day":
        day = add_open_days(window, place, day, offset.count)
    else:
        day += timedelta(days=offset.count)
    return next_open(local_instant(day, local.hour * 60 + local.minute, place), window, place).astimezone(UTC)
