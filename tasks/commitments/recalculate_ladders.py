"""Another calendar: which rungs of running ladders would move, and moving them. Due times never move."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.escalation import ladder_steps
from models.rules.commitments.ladder_changes import Pending
from models.tables import Commitment
from tasks.commitments.ladder import ladder


@dataclass(frozen=True)
class MovedRung:
    """A rung that stands elsewhere on the calendar of today. References only."""

    rung: int
    commitment: int
    step: str
    before: datetime
    after: datetime


def recompute(session: Session, policy: Policy, *, apply: bool) -> list[MovedRung]:
    """Compare every rung that is still to come with the policy's calendar and ladder; move it where `apply` says so.

    Rungs that the policy no longer has, and those of promises that somebody acknowledged or put off, stay as they are.
    """
    found = [moved for owed, steps in ladder_steps.running(session) for moved in _of(policy, owed, steps)]
    if apply:
        ladder_steps.put(session, {moved.rung: moved.after for moved in found})
    return found


def _of(policy: Policy, owed: Commitment, steps: dict[str, Pending]) -> Iterator[MovedRung]:
    """A ladder that started one rung up is known by its steps."""
    for complains in (False, True):
        found = ladder(policy, owed.kind, owed.made_at, owed.due_at, complains=complains, breaks=owed.breaks)
        times = {item.step: item.at for item in found}
        if set(steps) <= set(times):
            yield from (
                MovedRung(rung.id, owed.id, step, rung.owed_at, times[step])
                for step, rung in steps.items()
                if rung.owed_at == rung.due_at and rung.owed_at != times[step]
            )
            return
