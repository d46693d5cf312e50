"""Until when the page offers to declare a withdrawal. Whether the right exists is for people to say, not for this."""

from datetime import date, datetime, timedelta

from models.rules.calendar.calendars import Place, add_business_days, local_day


def last_day(
    signed_at: datetime, delivered_at: datetime | None, days: int, place: Place, *, is_service: bool
) -> date | None:
    """The last day of the window at the customer's place; None while it has not begun to run.

    Goods: from the delivery. Services: from the signature. One that would end on a day off ends on the next business
    day. Instants are aware.
    """
    begins = signed_at if is_service else delivered_at
    if begins is None:
        return None
    return add_business_days(place.country, local_day(begins, place) + timedelta(days=days), 0)


def is_offered(
    now: datetime,
    signed_at: datetime,
    delivered_at: datetime | None,
    days: int,
    place: Place,
    *,
    is_service: bool,
) -> bool:
    """Whether the page offers to declare it at `now` (aware): there is a window, and it is not over."""
    last = last_day(signed_at, delivered_at, days, place, is_service=is_service)
    return days > 0 and (last is None or local_day(now, place) <= last)
