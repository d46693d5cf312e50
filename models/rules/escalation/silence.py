"""What happens when the time to answer is over."""

from dataclasses import dataclass
from datetime import datetime

from models.rules.calendar import offsets
from models.rules.calendar.calendars import Place, local_instant, term_end, zone
from models.rules.planning.cadence import Cadence
from models.rules.planning.step_key import StepKey


@dataclass(frozen=True)
class Nudge:
    """Ask again: the `number`-th reminder."""

    number: int


@dataclass(frozen=True)
class Silent:
    """Give up asking; `opens_case` says whether a person takes it up, `draws` whether the lot decides.

    `lists`: who is not drawn stands by name on a manager's list.
    """

    opens_case: bool
    draws: bool = False
    lists: bool = False


def answer_by(cadence: Cadence, sent_at: datetime, place: Place) -> datetime | None:
    """Until when, in UTC, we wait for the answer to a contact sent at `sent_at`; None when none is expected.

    Days count from the instant of sending, so that a wait of 7 days is 168 hours; business days count whole days.
    What would end on a day off ends at the same hour of the next working day.
    """
    if cadence.wait is None:
        return None
    offset = offsets.parse(cadence.wait)
    if offset.unit in {"day", "week"}:
        days = offset.count * (7 if offset.unit == "week" else 1)
        return _on_working_day(offsets.apply(sent_at, offsets.Offset(days * 24, "hour"), place), place)
    return offsets.apply(sent_at, offset, place)


def _on_working_day(at: datetime, place: Place) -> datetime:
    local = at.astimezone(zone(place.timezone))
    last = term_end(place.country, local.date())
    return at if last == local.date() else local_instant(last, local.hour * 60 + local.minute, place)


def after_waiting(cadence: Cadence, step: str, nudge: int, *, ended: bool = False) -> Nudge | Silent:
    """Nudge again while the cadence has nudges left, otherwise declare silence about a step.

    `ended` says that the next nudge was planned before and never went out: it is not tried again.
    """
    name = StepKey.parse(step).name
    asked = next((one for one in cadence.steps if one.name == name), None)
    nudges = asked.nudges if asked is not None and asked.nudges is not None else cadence.nudges
    if not ended and nudge < nudges:
        return Nudge(nudge + 1)
    own = (asked.on_silence if asked is not None else None) or cadence.on_silence
    return Silent(opens_case=own == "case", draws=own in {"draw", "list"}, lists=own == "list")
