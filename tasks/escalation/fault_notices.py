"""Telling a person of a fault: once for each cause, however many rows it holds."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import FAULT_NOTICE, Policy
from models.queries import people
from models.queries.planning import plan
from models.queries.sending import faults
from models.rules.escalation import ownership
from models.rules.planning.plan import OwedContact, PlanFacts, new_row
from models.rules.planning.step_key import Mark, StepKey
from models.rules.sending.faults import FaultKind, parse
from models.tables import FollowUp
from models.words import Role, Subject
from tasks.mails.letter import FaultFacts
from tasks.runtime.database import Database

_LATELY = timedelta(days=1)


def plan_fault_notices(db: Database, policy: Policy, now: datetime) -> int:
    """Plan a mail for each fault of which nobody was told; returns how many that is."""
    cadence = policy.cadences[FAULT_NOTICE]
    with db.read() as session:
        if not faults.untold(session, now - _LATELY):
            return 0
    with db.write() as session:
        reader = ownership.reached(people.people(session), Role.MANAGER, policy.company.language, now.date())
        found = faults.untold(session, now - _LATELY) if reader is not None else ()
        for fault in found:
            fault.told_at, fault.times_told = now, fault.times_told + 1
            key = StepKey(
                cadence.steps[0].name, mark=Mark.FAULT, value=str(fault.id), number=fault.times_told
            )
            subject = PlanFacts(Subject.STAFF, reader or 0, None, policy.company.place, {})
            row = new_row(subject, OwedContact(FAULT_NOTICE, str(key), cadence.sweep, now, None), reader)
            plan.add_follow_ups(session, [row])
    return len(found)


def fault_facts(session: Session, row: FollowUp) -> FaultFacts | None:
    """What the notice of a fault tells."""
    key = StepKey.parse(row.step)
    found = faults.by_id(session, int(key.value)) if key.mark is Mark.FAULT else None
    if found is None:
        return None
    fault, held = found
    known = parse(fault.reason)
    return FaultFacts(
        is_text=known.kind is FaultKind.TEXT, cause=known.cause, held=held, since=fault.first_at
    )
