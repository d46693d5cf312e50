"""How long before (or after) it mattered somebody was told, and how long a delivery took against what was promised."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.rules.calendar.calendars import Place, day_start

_HOURS = timedelta(hours=1)
_STALE_QUESTION = timedelta(days=30)


@dataclass(frozen=True)
class Alert:
    """A delay alert that went out, and what it was about."""

    sent_at: datetime
    promised_on: date | None
    """The day that will not be kept; None where nobody knows any more which one it was."""
    place: Place
    """Where the customer's calendar is."""
    questions: tuple[datetime, ...] = ()
    """When the customer asked for this order."""


def lead_hours(alert: Alert) -> float | None:
    """From the alert to the customer's first question, or to the end of the promised day, whichever came first.

    Below 0 the alert came too late. Questions of more than 30 days before that day were about something else.
    """
    if alert.promised_on is None:
        return None
    over = day_start(alert.promised_on + timedelta(days=1), alert.place)
    asked = [at for at in alert.questions if at > over - _STALE_QUESTION]
    return round((min([over, *asked]) - alert.sent_at) / _HOURS, 2)


@dataclass(frozen=True)
class Delivered:
    """An order that came: who sold it, and the days (in the customer's calendar) that count."""

    line: str
    """Its product line, or the team that sold it."""
    signed_on: date
    promised_on: date
    """The day promised first."""
    delivered_on: date

    @property
    def promised_days(self) -> int:
        """From signing to the day promised, in calendar days."""
        return (self.promised_on - self.signed_on).days

    @property
    def reached_days(self) -> int:
        """From signing to delivery, in calendar days."""
        return (self.delivered_on - self.signed_on).days

    @property
    def in_time(self) -> bool:
        """Whether it came by the day promised first."""
        return self.delivered_on <= self.promised_on
