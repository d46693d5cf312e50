"""Promises without a ladder: those of a database of an earlier version, or made before the policy had ladders."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy.orm import Session

from models.policy import NOTICE, Policy
from models.queries import facts, history, watermarks
from models.queries.commitments import commitments
from models.tables import Commitment
from models.words import CommitmentKind, Subject
from tasks.commitments.ladder import start_late
from tasks.runtime.held_rows import each

_MARK = "promises-laddered"
_SPAN = 20_000
"""Promises looked at in one run: the look is taken once, however many there are, and no run takes long for it."""


@dataclass(frozen=True)
class _Look:
    """How far the look through the promises of old has come, for these kinds."""

    kinds: str
    at: int
    until: int

    @classmethod
    def of(cls, session: Session, policy: Policy) -> Self:
        """Where it stands; from the start, where it was never taken or other kinds have a ladder now."""
        kinds = ",".join(_kinds(policy))
        kept = watermarks.watermark(session, _MARK)
        if kept is not None and kept.rpartition(":")[0].rpartition(":")[0] == kinds:
            _, at, until = kept.rsplit(":", 2)
            return cls(kinds, int(at), int(until))
        return cls(kinds, 0, commitments.newest(session) if kinds else 0)

    @property
    def is_over(self) -> bool:
        """Whether everything was looked at; what is made from then on has its ladder from the beginning."""
        return self.at >= self.until


def any_to_look_at(session: Session, policy: Policy) -> bool:
    """Whether the look is not over."""
    return not _Look.of(session, policy).is_over


def promises_without_ladder(session: Session, policy: Policy, now: datetime, actor: str) -> int:
    """Start the ladders of open promises that have none, from now on; returns how many there were."""
    look = _Look.of(session, policy)
    if look.is_over:
        return 0
    upto = min(look.at + _SPAN, look.until)
    found = commitments.without_ladder(session, look.at, upto, look.kinds.split(","))
    customers = {owed.customer_id for owed in found if owed.customer_id is not None}
    complaining = facts.complaints(session, customers) if customers else set()

    def start(owed: Commitment) -> bool:
        start_late(session, policy, owed, now, complains=owed.customer_id in complaining)
        about = (Subject.COMMITMENT, owed.id)
        history.note(session, about, "ladder-started", now, actor, cause="it had none")
        return True

    done, _ = each(session, found, start, now)
    watermarks.set_watermark(session, _MARK, f"{look.kinds}:{upto}:{look.until}", now)
    return done


def _kinds(policy: Policy) -> list[str]:
    """The kinds of promise that climb."""
    return [
        str(kind) for kind in CommitmentKind if policy.ladder(kind) is not None and NOTICE in policy.cadences
    ]
