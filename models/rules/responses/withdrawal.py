"""The right to withdraw from a sale: until when it runs, and what may be said of it on a day."""

from datetime import date, datetime, timedelta

from models.rules.calendar.calendars import Place, add_business_days, local_day


def last_day(
    signed_at: datetime, delivered_at: datetime | None, days: int, place: Place, *, is_service: bool
) -> date | None:
    """The last day of the window at the customer's place; None while it has not begun to run.

    Goods: from the delivery. Services: from the contract. One that would end on a day off ends on the next business
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
    waived: bool = False,
) -> bool:
    """Whether the right can be used at `now` (aware): there is a window, it is not over, and it was not lost.

    A service that is done has lost it only where the customer had asked for that beforehand, and acknowledged it
    (`waived`; art. 59 lett. a Codice del consumo, art. 38 pkt 1 ustawy o prawach konsumenta).
    """
    last = last_day(signed_at, delivered_at, days, place, is_service=is_service)
    is_lost = is_service and waived and delivered_at is not None
    return days > 0 and not is_lost and (last is None or local_day(now, place) <= last)


def told(
    now: datetime,
    signed_at: datetime,
    delivered_at: datetime | None,
    days: int,
    place: Place,
    *,
    is_service: bool,
    waived: bool = False,
) -> tuple[str, date | None]:
    """What may be said of the right at `now`: `from-delivery`, `until` with its last day, or nothing at all."""
    if not is_offered(now, signed_at, delivered_at, days, place, is_service=is_service, waived=waived):
        return "", None
    last = last_day(signed_at, delivered_at, days, place, is_service=is_service)
    return ("from-delivery", None) if last is None else ("until", last)
