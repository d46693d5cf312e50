"""How fast mails may go: so many a minute, and slowly at first where nobody knows us yet."""

from collections.abc import Sequence
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def window_start(now: datetime, length: timedelta) -> datetime:
    """Start of the minute or hour (UTC) that `now` lies in."""
    start = now.replace(second=0, microsecond=0)
    return start.replace(minute=0) if length >= HOUR else start


def hourly_cap(ramp: Sequence[int], first_at: datetime, now: datetime) -> int | None:
    """Mails an hour on this day of a ramp, whose first day begins with the first mail; None when it is over."""
    day = max((now - first_at).days, 0)
    return ramp[day] if day < len(ramp) else None
