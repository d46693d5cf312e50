"""Who has left owes nothing any more: it goes to the deputy, and else to whoever is on duty."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.queries.escalation import leavers
from models.rules.escalation import ownership
from models.words import Level, Role
from tasks.cases.open_case import audience_of
from tasks.commitments import ladder

_ACTOR = "escalate-unanswered"


def relieve_who_left(session: Session, policy: Policy, now: datetime) -> int:
    """Hand over what people who have left still own: promises, cases and mails. Returns how much that was."""
    everyone, gone, day = people.people(session), people.staff(session), now.date()
    moved = 0
    for case in leavers.cases(session):
        to = ownership.reached(everyone, audience_of(case.level), "", day)
        if to is not None:
            case.manager_id, case.taken_by_id, case.taken_at = to, None, None
            moved += 1
    for owed in leavers.promises(session):
        own_deputy = gone[owed.owner_id].deputy_id if owed.owner_id in gone else None
        named = ownership.at_level(everyone, Level.DEPUTY, None, owed.deputy_id or own_deputy, "", day)
        to = named or ownership.reached(everyone, Role.AFTER_SALE, "", day)
        if to is not None:
            ladder.hand_over(session, policy, owed, to, now=now, actor=_ACTOR, cause=leavers.LEFT)
            above = ownership.reached([one for one in everyone if one.id != to], Role.MANAGER, "", day)
            owed.deputy_id = above
            moved += 1
    for mail in leavers.mails(session):
        mail.owner_id = ownership.reached(everyone, Role.AFTER_SALE, "", day)
        moved += 1
    return moved
