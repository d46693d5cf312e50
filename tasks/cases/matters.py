"""A hold ends with its matter, not with its record: the credit ladder rests after a complaint until somebody says so.

The customer says that it is solved; or the remedy is kept, or there was none to promise, a set time has passed without
a no, and a manager says from which day the ladder goes on. Silence alone lets nothing go on (B06, B22).
"""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history
from models.queries.cases import matters
from models.queries.planning import plan
from models.rules.calendar.calendars import day_start
from models.rules.cases.acting import ActError, checked
from models.rules.cases.closing import is_listener
from models.tables import Commitment, Staff
from models.words import CommitmentKind, Subject
from tasks.cases.listening_call import owners_of_case
from tasks.commitments.close import fulfil, promise

CUSTOMER = "customer"
GOES_ON = "goes-on"
"""The outcome of the press."""


def release(session: Session, customer_id: int, now: datetime, by: str, until: datetime | None = None) -> int:
    """The matters of a customer are over; what they held goes on now, or from `until`. Returns how many they were."""
    found = matters.unreleased(session, customer_id)
    for case in found:
        case.released_at, case.released_by, case.rests_until = now, by, until
        about = (Subject.CASE, case.id)
        history.note(
            session,
            about,
            "released",
            now,
            by,
            cause="solved" if by == CUSTOMER else GOES_ON,
            **({"until": until.isoformat()} if until else {}),
        )
    if found:
        session.flush()
        plan.plan_customer_again(session, customer_id)
    return len(found)


def ask_for_release(session: Session, policy: Policy, now: datetime, actor: str) -> int:
    """Ask managers about matters that have had their time, and let go on what its day has come for; how many asked."""
    for case in matters.ended_rests(session, now):
        case.rests_until = None
        plan.plan_customer_again(session, case.customer_id)
    asked = matters.to_ask(session, now - rest(policy))
    for case in asked:
        promise(
            session,
            policy,
            case.customer_id,
            CommitmentKind.RELEASE,
            (Subject.CASE, case.id),
            now=now,
            actor=actor,
            case_id=case.id,
            owners=owners_of_case(session, case, now),
        )
    return len(asked)


def anything_to_ask(session: Session, policy: Policy, now: datetime) -> bool:
    """Whether a look may find something."""
    return matters.any_to_see_to(session, now - rest(policy), now)


def rest(policy: Policy) -> timedelta:
    """How long after its closing a manager is asked about a matter at the earliest."""
    return timedelta(days=policy.credit.days_after_complaint)


def let_go_on(
    session: Session, policy: Policy, owed: Commitment, by: Staff, day: date | None, text: str, now: datetime
) -> bool:
    """One press of a manager: the ladder goes on from a day. False when it was said before.

    Raises:
        ActError: no words, no day, one that has passed, or it is not for this colleague to say.
    """
    words = checked(text)
    if not is_listener(by.role, policy.ledger.listens):
        raise ActError("not-yours", "a manager says from which day the ladder goes on after a complaint")
    if day is None:
        raise ActError("need-day-on", "day: say from which day reminders may go on, today or later")
    until = day_start(day, policy.company.place)
    if until < day_start(now.astimezone(until.tzinfo).date(), policy.company.place):
        raise ActError("need-day-on", "day: it has passed; say today or a later one")
    if not fulfil(session, owed, GOES_ON, words, now=now, actor=by.ref):
        return False
    release(session, owed.buyer_id, now, by.ref, until if until > now else None)
    return True
