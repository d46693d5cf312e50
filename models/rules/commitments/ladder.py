"""The escalation ladder of a promise: who is told when, as long as nobody says what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from models.rules.calendar.calendars import Place, Window
from models.rules.calendar.due import due_at
from models.rules.calendar.offsets import parse
from models.rules.calendar.working import after_working_minutes, working_minutes
from models.rules.planning.step_key import StepKey, check_name
from models.words import Level

LEVELS = tuple(Level)
RANKS = {Level.OWNER: 0, Level.DEPUTY: 1, Level.TEAM_LEAD: 1, Level.MANAGER: 2, Level.DIRECTOR: 3}
"""How high each level stands; deputy and team lead stand side by side."""

_LEAST_MINUTES = 60
"""A promise with hardly any working time in it still climbs one step at a time."""
_DUE = 100
_DAY_HOURS = 24
_NEXT = "1 business day"


def rank(level: str) -> int:
    """How high a level stands."""
    return RANKS[Level(level)]


@dataclass(frozen=True)
class Rung:
    """One step: whom it tells, and when."""

    name: str
    """Names the text's occasion; letters, digits, `-` and `_`."""
    tell: tuple[str, ...]
    """Levels, `models.words.Level`."""
    at: int | None = None
    """Per cent of the working minutes between the making of a promise and its due time; 100 is the due time."""
    late: str | None = None
    """Instead of `at`: how long after the due time, such as `1 business day`."""
    times: int = 1
    """How often it is told: once more each business day. What stands above waits until that is over."""

    def __post_init__(self) -> None:
        """Check the words.

        Raises:
            ValueError: a level nobody knows, no time or two, a distance that is none, or a name of other characters.
        """
        check_name(self.name, "a rung")
        if unknown := [level for level in self.tell if level not in LEVELS]:
            raise ValueError(f"{unknown[0]!r} is no level; choose from {', '.join(LEVELS)}")
        if not self.tell:
            raise ValueError(f"rung {self.name!r} tells nobody; write tell = ['owner'], for instance")
        if (self.at is None) == (self.late is None):
            raise ValueError(
                f"rung {self.name!r} needs either at (per cent) or late (a time after the due time)"
            )
        if self.late is not None and parse(self.late).unit not in {"hour", "day", "business day"}:
            raise ValueError(f"{self.late!r} is no time after due; write hours, days or business days")
        if (self.at is not None and self.at < 0) or self.times < 1:
            raise ValueError(f"rung {self.name!r}: at starts from 0, and times from 1")

    @property
    def is_late(self) -> bool:
        """Whether it comes when the time is over, or later."""
        return self.late is not None or (self.at is not None and self.at >= _DUE)

    @property
    def rank(self) -> int:
        """The highest level that it tells."""
        return max(rank(level) for level in self.tell)


@dataclass(frozen=True)
class Ladder:
    """The rungs of one kind of promise, from the bottom to the top."""

    rungs: tuple[Rung, ...]

    def __post_init__(self) -> None:
        """Check that the ladder leads somewhere.

        Raises:
            ValueError: no rungs, two of one name, rungs out of order, or a top that is neither manager nor director.
        """
        if not self.rungs:
            raise ValueError("rungs is empty; a ladder without rungs would end in silence")
        if len({rung.name for rung in self.rungs}) != len(self.rungs):
            raise ValueError("two rungs share a name; each rung needs its own")
        for below, above in pairwise(self.rungs):
            if _runs_backwards(below, above) or above.rank < below.rank:
                raise ValueError(
                    f"rung {above.name!r} stands above {below.name!r}; put it below, or give it a later time"
                )
        if self.rungs[-1].rank < rank(Level.MANAGER):
            raise ValueError(
                "the ladder ends below the managers; let its last rung tell 'manager' or 'director'"
            )


def _runs_backwards(below: Rung, above: Rung) -> bool:
    """Whether a rung comes before the one below it. A percentage and a time after due meet at the due time alone."""
    if below.at is not None and above.at is not None:
        return above.at < below.at
    if below.late is not None and above.late is not None:
        return _hours(above.late) < _hours(below.late)
    return below.late is not None and not above.is_late


def _hours(late: str) -> int:
    distance = parse(late)
    return distance.count * (1 if distance.unit == "hour" else _DAY_HOURS)


@dataclass(frozen=True)
class Telling:
    """One notice of a ladder: who is told of it, and when (UTC)."""

    step: str
    """Text of a `StepKey`."""
    level: str
    at: datetime


@lru_cache(maxsize=256)
def climbed(ladder: Ladder, *, complains: bool, breaks: int) -> tuple[Rung, ...]:
    """The rungs of one particular promise.

    For a customer who complains it starts one rung up. Where one promise of the chain slipped already, the manager
    hears as soon as this one is over its time; where two did, the manager hears at once (B26).
    """
    rungs = ladder.rungs
    if complains and len(rungs) > 1:
        first, *rest = (replace(rung, tell=up.tell, times=up.times) for rung, up in pairwise(rungs))
        rungs = (replace(first, tell=_both(rungs[0].tell, first.tell)), *rest)
    if breaks:
        rungs = tuple(
            _heard(rung) if rung.is_late or (breaks > 1 and number == 0) else rung
            for number, rung in enumerate(rungs)
        )
    return rungs


def _heard(rung: Rung) -> Rung:
    """The same rung, with the manager told too."""
    if rung.rank >= rank(Level.MANAGER):
        return rung
    return replace(rung, tell=_both(rung.tell, (Level.MANAGER,)))


def _both(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))


def tellings(
    rungs: Sequence[Rung], made_at: datetime, due: datetime, window: Window, place: Place
) -> list[Telling]:
    """Every notice of these rungs with its time, in the working hours of a place; the lowest rung first.

    A rung never comes before the one below it has been told as often as it says.
    """
    minutes = 0
    if any(
        rung.at for rung in rungs
    ):  # a ladder of days after due needs no count, and there are many of those
        minutes = max(working_minutes(made_at, due, window, place), _LEAST_MINUTES)
    found: list[Telling] = []
    earliest = made_at
    for rung in rungs:
        at = max(_time(rung, made_at, due, minutes, window, place), earliest)
        for number in range(1, rung.times + 1):
            found += [
                Telling(str(StepKey(rung.name, level, number=number)), level, at) for level in rung.tell
            ]
            if rung.times > 1:
                at = due_at(at, _NEXT, window, place)
                earliest = at
    return found


def begun_late(found: Sequence[Telling], due: datetime, now: datetime) -> list[tuple[Telling, datetime]]:
    """When to tell the rungs of a promise that had no ladder until now: none lies in the past.

    While there is time left each rung stands where it would have stood, or comes now. Over its time, the ladder starts
    at the bottom and keeps its distances: nobody hears all of it at once.
    """
    if not found or now < due:
        return [(one, max(one.at, now)) for one in found]
    shift = max(now - found[0].at, timedelta(0))
    return [(one, one.at + shift) for one in found]


def _time(
    rung: Rung, made_at: datetime, due: datetime, minutes: int, window: Window, place: Place
) -> datetime:
    if rung.late is not None:
        return due_at(due, rung.late, window, place) if parse(rung.late).count else due
    percent, end = rung.at or 0, max(due, made_at)
    if percent >= _DUE:
        return after_working_minutes(end, minutes * (percent - _DUE) // _DUE, window, place)
    return min(after_working_minutes(made_at, minutes * percent // _DUE, window, place), end)
