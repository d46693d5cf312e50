"""Steps of a ladder at the moment of telling: who stands there today, and that absent people are passed over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from models.rules.commitments import ladder_changes
from models.rules.commitments.ladder import rank
from models.rules.commitments.ladder_changes import Pending, Times
from models.rules.escalation import ownership
from models.rules.escalation.ownership import UNREACHED, Person
from models.rules.planning.step_key import Mark, StepKey

CLOSED = "closed"


@dataclass(frozen=True)
class DueRung:
    """A rung that is due: `people` are those who can hear of it, `language` is the customer's."""

    id: int
    commitment: int
    key: StepKey
    level: str
    people: Sequence[Person]
    language: str

    @property
    def rank(self) -> int:
        """How high its level stands."""
        return rank(self.level)


@dataclass(frozen=True)
class Promise:
    """A commitment whose rungs are due; `pending` are its rungs that are still to come."""

    owner_id: int | None
    deputy_id: int | None
    told_level: str | None
    """The highest level that was told before."""
    is_done: bool
    pending: Sequence[Pending] = ()


@dataclass(frozen=True)
class Placed:
    """What becomes of a rung: `staff_id` is told; or nobody, with the reason; or nobody at all can be reached."""

    staff_id: int | None = None
    skipped: str | None = None


@dataclass
class Placement:
    """What becomes of each rung, by its id, and the new times of rungs that stand above empty ones."""

    rungs: dict[int, Placed] = field(default_factory=dict)
    times: Times = field(default_factory=dict)


def place(due: Sequence[DueRung], promises: Mapping[int, Promise], now: datetime) -> Placement:
    """Say who is told at each rung.

    A rung at which nobody stands is skipped, and the one above it comes at its own time. At once it comes where nobody
    has heard of the promise at all. Where nobody stands above it either, it is anybody who can be reached: no matter
    ends in silence.
    """
    found = Placement()
    manned: set[tuple[int, StepKey, int]] = set()
    empty = []
    for rung in due:
        promise = promises.get(rung.commitment)
        if promise is None or (promise.is_done and rung.key.mark is not Mark.OFF):
            found.rungs[rung.id] = Placed(skipped=CLOSED)
            continue
        chosen = ownership.at_level(
            rung.people, rung.level, promise.owner_id, promise.deputy_id, rung.language, now.date()
        )
        if chosen is None:
            empty.append((rung, promise))
        else:
            found.rungs[rung.id] = Placed(chosen)
            manned.add((rung.commitment, rung.key.rung, rung.rank))
    for rung, promise in sorted(empty, key=lambda pair: -pair[0].rank):
        found.rungs[rung.id] = _go_past(rung, promise, manned, found.times, now)
    return found


def _go_past(
    rung: DueRung,
    promise: Promise,
    manned: set[tuple[int, StepKey, int]],
    times: Times,
    now: datetime,
) -> Placed:
    """Nobody stands at this rung: somebody else is told, here or above; `manned` and `times` learn of it."""
    pending = [replace(other, due_at=times.get(other.id, other.due_at)) for other in promise.pending]
    is_told = _is_told_above(rung, promise, manned) or any(other.waits_for_people for other in pending)
    above = any(rank(other.level) > rung.rank for other in pending)
    if above and not is_told and promise.told_level is None:
        times.update(ladder_changes.raised(pending, rung.rank, now))
    if is_told or above:
        return Placed(skipped=f"{UNREACHED}{rung.level}")
    manned.add((rung.commitment, rung.key.rung, rung.rank))
    return Placed(ownership.anybody(rung.people, promise.owner_id, rung.language, now.date()))


def _is_told_above(rung: DueRung, promise: Promise, manned: set[tuple[int, StepKey, int]]) -> bool:
    """Whether somebody else of the same rung, or of a higher one, is told, or was before."""
    now = (
        key == rung.key.rung or height > rung.rank for id_, key, height in manned if id_ == rung.commitment
    )
    return any(now) or (promise.told_level is not None and rank(promise.told_level) > rung.rank)
