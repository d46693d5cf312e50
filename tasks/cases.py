"""Opening, taking and closing the matters that a person must settle."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import cases, people, planning
from models.rules import ownership
from models.rules.calendars import Place, Window
from models.rules.due import due_at
from models.rules.planning import Subject, owed
from models.tables import Case, Customer
from models.words import CaseReasonKind, Outcome
from models.words import Subject as SubjectType
from tasks.planning import new_row

_CALL_AGAIN, _ANY_HOUR = "2 business days", Window(("00:00-24:00",), "business")

ASKED = ":link-"
"""In the step of a notice: it was asked for once more, so it is no escalation."""
_MOST_LINKS = 20
"""Links asked for and mailed in an hour, over all cases."""

About = tuple[str, int]
"""What a reason is about: subject type and id."""


def open_case(
    session: Session, policy: Policy, customer_id: int, reason: str, about: About, *,
    now: datetime, actor: str, response_id: int | None = None,
) -> Case:  # fmt: skip
    """Bring a matter to the manager: opens the customer's case, or joins the one that is open (B20).

    The manager is told when the case is new, and again when the customer or an alarm of the policy adds something to
    it. Nobody's consent is asked (B04).
    """
    manager_id = _manager(session, customer_id, now)
    case, is_new = cases.open_or_join(session, customer_id, manager_id, now)
    added = cases.add_reason(
        session,
        {"case_id": case.id, "reason": reason, "subject_type": about[0], "subject_id": about[1],
         "response_id": response_id, "at": now},
    )  # fmt: skip
    if added is not None:
        event = "opened" if is_new else "joined"
        cases.note(session, (SubjectType.CASE, case.id), event, now, actor, cause=reason)
    if is_new:
        _tell(session, policy, case, "", now)
    elif response_id is not None and not cases.unsent_notice(session, case.id):
        _tell(session, policy, case, f":{response_id}", now)  # the customer added something
    elif added is not None and _is_alarm(policy, reason) and not cases.unsent_notice(session, case.id):
        _tell(session, policy, case, f":{reason}-{added}", now)
    return case


def take_case(session: Session, case: Case, staff_id: int, now: datetime, actor: str) -> bool:
    """Note who took a case on; False when somebody had already."""
    if case.taken_at is not None or case.closed_at is not None:
        return False
    case.taken_at, case.taken_by_id = now, staff_id
    cases.note(session, (SubjectType.CASE, case.id), "taken", now, actor)
    return True


def close_case(
    session: Session, case: Case, outcome: Outcome, text: str, *, now: datetime, actor: str
) -> bool:
    """Close a case with what happened, in the words of who says so; what it held goes on. False if it was closed.

    A listening call that reached nobody is owed again two business days later, at the same hour, until somebody was
    reached or nothing is owed any more.

    Raises:
        ValueError: the words are missing; a case never ends in silence.
    """
    if not text.strip():
        raise ValueError("say in a few words what happened: a case is closed by an outcome, not by a click")
    if case.closed_at is not None:
        return False
    cases.add_statement(session, case.id, "manager", actor, text.strip(), now)
    _close(session, case, outcome, now, actor)
    if outcome is Outcome.NOT_REACHED:
        customer = session.get_one(Customer, case.customer_id)
        again = due_at(now, _CALL_AGAIN, _ANY_HOUR, Place(customer.country, customer.timezone))
        cases.call_again(session, case.id, again)
    return True


def send_link(session: Session, policy: Policy, case: Case, now: datetime) -> None:
    """Have the link of an open case mailed to its manager again.

    Anybody may ask for it, since it tells the one who asks nothing. So it goes once in an hour, not while a notice
    waits anyway, and never for so many cases that a machine that presses every button drowns managers in mail.
    """
    suffix = f"{ASKED}{now:%Y%m%d%H}"
    if case.closed_at is not None or cases.unsent_notice(session, case.id):
        return
    if cases.notices_with(session, suffix) < _MOST_LINKS:
        _tell(session, policy, case, suffix, now)


def settle_silence(session: Session, customer_id: int, about: About, now: datetime) -> None:
    """The customer was silent about something and has answered: that reason is gone, and with the last one its case."""
    case = cases.open_case_of(session, customer_id)
    if case is None:
        return
    if not cases.settle_reasons(session, case.id, now, (CaseReasonKind.SILENT, *about)):
        return
    if all(reason.settled_at is not None for reason in cases.reasons(session, case.id)):
        _close(session, case, Outcome.ANSWERED, now, "customer")


def _close(session: Session, case: Case, outcome: Outcome, now: datetime, actor: str) -> None:
    case.closed_at, case.outcome = now, outcome
    cases.settle_reasons(session, case.id, now)
    cases.note(session, (SubjectType.CASE, case.id), "closed", now, actor, cause=outcome)
    planning.plan_customer_again(session, case.customer_id)


def _manager(session: Session, customer_id: int, now: datetime) -> int | None:
    customer = session.get_one(Customer, customer_id)
    return ownership.reached(people.people(session), "manager", customer.language, now.date())


def _is_alarm(policy: Policy, reason: str) -> bool:
    return any(cadence.opens_case == reason for cadence in policy.cadences.values())


def _tell(session: Session, policy: Policy, case: Case, suffix: str, now: datetime) -> None:
    subject = Subject(SubjectType.CASE, case.id, case.customer_id, policy.company.place, {"opened": now})
    rows = [
        new_row(subject, item, case.manager_id) for item in owed(subject, policy.cadences, policy.windows)
    ]
    planning.add_follow_ups(session, [{**row, "step": row["step"] + suffix} for row in rows])
