"""The call that every open case owes: its manager calls, and listens (B05). No case is without a clock."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import facts, history, people
from models.queries.cases import cases
from models.queries.commitments import commitments
from models.rules.calendar.due import due_at
from models.rules.commitments.ledger import AGREED
from models.rules.escalation import ownership
from models.rules.responses.call_hour import CallTime
from models.tables import Case, Commitment, Customer
from models.words import CommitmentKind, Outcome, Role, Subject
from tasks.commitments.call_times import keep_to
from tasks.commitments.close import fulfil, promise, re_promise, withdraw
from tasks.commitments.make import Owners
from tasks.runtime.held_rows import each

_AT_LEAST = timedelta(hours=1)
"""No new promise lies in the past."""


def owe_call(
    session: Session,
    policy: Policy,
    case: Case,
    *,
    now: datetime,
    actor: str,
    asked_at: datetime | None = None,
    call_time: CallTime | None = None,
) -> Commitment:
    """See that an open case owes exactly one call, by its manager, in a time that runs from when the customer spoke.

    When the customer begins to complain in a case that had more time, an earlier call takes the place of the later one.
    An hour that the customer names (`call_time`) goes before both.
    """
    about = (Subject.CASE, case.id)
    call = commitments.of_case(session, case.id)
    if call is None:
        return promise(
            session,
            policy,
            case.customer_id,
            CommitmentKind.LISTENING_CALL,
            about,
            now=now,
            actor=actor,
            case_id=case.id,
            owners=owners_of_case(session, case, now),
            asked_at=asked_at,
            call_time=call_time,
        )
    if call_time is not None:
        return keep_to(session, policy, call, call_time, now=now, actor=actor)
    if not facts.complaints(session, [case.customer_id]):
        return call
    soon = due_at(asked_at or now, policy.ledger.complaint_within, policy.working_hours, policy.company.place)
    soon = max(soon, now + _AT_LEAST)  # who complained days ago has a right to a call today
    if call.due_at <= soon or call.root_id is not None:
        return call  # a time that was agreed on with the customer is the customer's
    return re_promise(session, policy, call, soon, AGREED, "the customer complains", now=now, actor=actor)


def end_call(
    session: Session, case_id: int, outcome: Outcome, text: str, *, now: datetime, actor: str
) -> None:
    """The case is closed, and with it what it owed. Where the customer was quicker, nobody owes a call any more."""
    call = commitments.of_case(session, case_id)
    if call is None:
        return
    if outcome.is_by_itself:
        withdraw(session, call, text, now=now, actor=actor)
    else:
        fulfil(session, call, outcome, text, now=now, actor=actor)


def give_call(session: Session, case_id: int, to: int, *, now: datetime, actor: str, cause: str) -> None:
    """The call follows its case to another colleague; its time does not change."""
    call = commitments.of_case(session, case_id)
    if call is not None and call.owner_id != to:
        if call.deputy_id == to:  # nobody is one's own deputy
            call.deputy_id = call.owner_id
        call.owner_id, call.acted_at, call.acknowledged_until = to, None, None
        history.note(session, (Subject.COMMITMENT, call.id), "handed-over", now, actor, cause=cause)


def cases_without_call(session: Session, policy: Policy, now: datetime, actor: str) -> int:
    """Give a clock to open cases that have none, such as those of an older version; returns how many there were."""
    found = cases.without_call(session)
    return each(session, found, lambda case: owe_call(session, policy, case, now=now, actor=actor), now)[0]


def owners_of_case(session: Session, case: Case, now: datetime) -> Owners:
    """The manager of the case, and the next one who can be reached."""
    everyone = people.people(session)
    owner_id = case.taken_by_id or case.manager_id
    language = session.get_one(Customer, case.customer_id).language
    others = [person for person in everyone if person.id != owner_id]
    own = next((person.deputy_id for person in everyone if person.id == owner_id), None)
    return Owners(owner_id, own or ownership.reached(others, Role.MANAGER, language, now.date()))
