"""Which sweeps have something to do now: cheap questions, so that nobody has to start a run to find nothing."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import ESCALATION, SWEEPS, Policy
from models.queries.responses.responses import any_unanswered
from models.queries.sending.waiting import waiting
from tasks.escalation.patterns import something_to_do

PLANS = SWEEPS[0]
"""Every sweep plans what changed; one is enough to wake for it, and what is due then wakes the others."""


def sweeps_with_work(session: Session, policy: Policy, now: datetime) -> list[str]:
    """The names of the sweeps that would do something at `now` (UTC), in their order. Writes nothing."""
    return [name for name in SWEEPS if _has_work(session, policy, name, now)]


def _has_work(session: Session, policy: Policy, name: str, now: datetime) -> bool:
    found = waiting(session, name, now, now)
    to_plan = found.lapsed or found.changed or found.planned_with != policy.fingerprint()
    if found.due or (name == PLANS and to_plan):
        return True
    return name == ESCALATION and (any_unanswered(session, now) or something_to_do(session, policy, now))
