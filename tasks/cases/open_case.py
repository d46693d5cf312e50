"""Opening the matters that a person must settle, and taking them; "not solved" reopens a closed case, one level up."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history, people
from models.queries.cases import cases
from models.queries.commitments import commitments
from models.queries.planning import plan
from models.rules.cases.acting import Act, ActError, checked
from models.rules.cases.case_reasons import COMPLAINTS
from models.rules.escalation import ownership
from models.rules.planning.plan import PlanFacts, new_row, owed
from models.rules.planning.step_key import Mark, StepKey
from models.rules.responses.call_hour import CallTime
from models.tables import Case, Customer, Staff
from models.words import CaseReasonKind, Matter, Role, Subject
from tasks.cases.listening_call import give_call, owe_call
from tasks.commitments.own_sales import check_act

_LEVELS = ("manager", "director")

_AT_ONCE = frozenset(matter.reason for matter in Matter) | {CaseReasonKind.TOLD_ANOTHER}
"""Reasons of which the manager hears by a mail of its own."""
_MOST_LINKS = 20
_MOST_LINKS_OF_ONE = 3
"""Links asked for and mailed in an hour, over all cases."""

About = tuple[str, int]
"""What a reason is about: subject type and id."""
_Mark = tuple[Mark, int | str]
"""Why there is one more notice: see `models.rules.planning.step_key`."""


def open_case(
    session: Session,
    policy: Policy,
    customer_id: int,
    reason: str,
    about: About,
    *,
    now: datetime,
    actor: str,
    response_id: int | None = None,
    asked_at: datetime | None = None,
    call_time: CallTime | None = None,
) -> Case:
    """Bring a matter to the manager: opens the customer's case, or joins the one that is open (B20).

    The manager is told when the case is new, and again when the customer or an alarm of the policy adds something to
    it. Nobody's consent is asked (B04). What is said about a closed case goes on with it, one level up (B22).
    `asked_at` is when the customer spoke: waiting and the time for the call count from then. `call_time` is the hour
    that the customer named for the call.
    """
    before = session.get(Case, about[1]) if about[0] == Subject.CLOSED_CASE else None
    level = before.level + 1 if before else 0
    case, is_new = cases.open_or_join(
        session, customer_id, _manager(session, customer_id, level, now), now, before, asked_at
    )
    added = cases.add_reason(
        session,
        {
            "case_id": case.id,
            "reason": reason,
            "subject_type": about[0],
            "subject_id": about[1],
            "response_id": response_id,
            "at": now,
        },
    )
    if added is not None:
        event = ("reopened" if before else "opened") if is_new else "joined"
        history.note(session, (Subject.CASE, case.id), event, now, actor, cause=reason)
    if before is not None and not is_new:
        _raise(session, case, before, now, actor)
    if is_new and case.manager_id is not None:
        note_stand_in(session, (Subject.CASE, case.id), audience_of(level), case.manager_id, now, actor)
    owe_call(session, policy, case, now=now, actor=actor, asked_at=asked_at, call_time=call_time)
    if reason in _AT_ONCE and added is not None:
        _tell(session, policy, case, now, (Mark.RAISED, added))
    elif is_new:
        _tell(session, policy, case, now)
    elif response_id is not None and not cases.unsent_notice(session, case.id):
        _tell(session, policy, case, now, (Mark.RESPONSE, response_id))  # the customer added something
    elif added is not None and _is_alarm(policy, reason) and not cases.unsent_notice(session, case.id):
        _tell(session, policy, case, now, (Mark.REASON, added))
    if reason in COMPLAINTS:
        _ask_seller(session, policy, case, about, now)
    return case


def take_case(session: Session, case: Case, staff_id: int, now: datetime, actor: str) -> bool:
    """Note who took a case on; False when somebody had already.

    Raises:
        ActError: whoever sells takes no case.
    """
    if (person := people.staff(session).get(staff_id)) is not None:
        check_act(session, person, Act.TAKE)
    if case.taken_at is not None or case.closed_at is not None:
        return False
    case.taken_at, case.taken_by_id = now, staff_id
    history.note(session, (Subject.CASE, case.id), "taken", now, actor)
    give_call(session, case.id, staff_id, now=now, actor=actor, cause="taken")
    return True


def hand_over_case(
    session: Session, policy: Policy, case: Case, to: str, reason: str, *, now: datetime, by: Staff
) -> Staff:
    """Give a case to a colleague, who is told; it waits for him or her to take it on. The clock runs on.

    Raises:
        ActError: nobody has this reference, or could take a case; there is no reason; or the case is closed.
    """
    check_act(session, by, Act.HAND_OVER)
    person = people.staff_by_ref(session, to.strip())
    if person is None:
        raise ActError("unknown-person", f"to: nobody here has the reference {to!r}; give one such as S-03")
    if person.role == Role.SELLER:
        raise ActError("unknown-person", f"to: {person.ref} sells; a case goes to after-sale or to a manager")
    words = checked(reason)
    if case.closed_at is not None:
        raise ActError("too-late", f"case {case.id} is closed")
    case.manager_id, case.taken_at, case.taken_by_id = person.id, None, None
    session.flush()
    made = history.note(
        session, (Subject.CASE, case.id), "handed-over", now, by.ref, cause=words, to=person.ref
    )
    give_call(session, case.id, person.id, now=now, actor=by.ref, cause=words)
    _tell(session, policy, case, now, (Mark.HANDED, made))
    return person


def send_link(session: Session, policy: Policy, case: Case, now: datetime) -> None:
    """Have the link of an open case mailed to its manager again.

    Anybody may ask for it, since it tells the one who asks nothing. So it goes once in an hour, not while a notice
    waits anyway, three times a day, and never for so many cases that a machine that presses every button drowns
    managers in mail.
    """
    hour = f"{now:%Y%m%d%H}"
    if case.closed_at is not None or cases.unsent_notice(session, case.id):
        return
    if cases.links_on(session, case.id, f"{now:%Y%m%d}") >= _MOST_LINKS_OF_ONE:
        return
    if cases.notices_with(session, Mark.LINK, hour) < _MOST_LINKS:
        _tell(session, policy, case, now, (Mark.LINK, hour))


def fill_in(session: Session, case_id: int, staff_id: int, now: datetime, actor: str) -> None:
    """A case that was opened while nobody could be reached belongs to whoever hears of it first."""
    case = session.get_one(Case, case_id)
    if case.manager_id is None and case.closed_at is None:
        case.manager_id = staff_id
        session.flush()
        note_stand_in(session, (Subject.CASE, case_id), audience_of(case.level), staff_id, now, actor)
        give_call(session, case_id, staff_id, now=now, actor=actor, cause="somebody can be reached")


def note_stand_in(
    session: Session, about: About, role: str, staff_id: int, now: datetime, actor: str
) -> None:
    """Somebody hears of a matter for a role at which nobody can be reached: the history says so, and why."""
    who = session.get_one(Staff, staff_id)
    if who.role != role:
        history.note(session, about, "stood-in", now, actor, cause=f"{ownership.UNREACHED}{role}", by=who.ref)


def audience_of(level: int) -> str:
    """The role that hears of a case of this level."""
    return _LEVELS[min(level, len(_LEVELS) - 1)]


def _raise(session: Session, case: Case, before: Case, now: datetime, actor: str) -> None:
    """The open case takes in what was not solved after all, and stands where that would."""
    if case.level > before.level:
        return
    case.level, case.reopens_id = before.level + 1, case.reopens_id or before.id
    case.manager_id = _manager(session, case.customer_id, case.level, now)
    session.flush()
    if case.manager_id is not None:
        give_call(session, case.id, case.manager_id, now=now, actor=actor, cause="raised a level")
    history.note(session, (Subject.CASE, case.id), "raised-a-level", now, actor, cause=f"case {before.id}")


def _manager(session: Session, customer_id: int, level: int, now: datetime) -> int | None:
    customer = session.get_one(Customer, customer_id)
    return ownership.reached(people.people(session), audience_of(level), customer.language, now.date())


def _is_alarm(policy: Policy, reason: str) -> bool:
    return any(cadence.opens_case == reason for cadence in policy.cadences.values())


def _tell(session: Session, policy: Policy, case: Case, now: datetime, mark: _Mark | None = None) -> None:
    _plan(session, policy, case, {"opened": now}, case.manager_id, mark)


def _ask_seller(session: Session, policy: Policy, case: Case, about: About, now: datetime) -> None:
    """Who sold it is asked for his or her version, once a case (B02); where the import names nobody, nobody is."""
    order = commitments.order_about(session, case.customer_id, about)
    if order is not None and order.seller_id is not None:
        _plan(session, policy, case, {"complained": now}, order.seller_id)


def _plan(
    session: Session,
    policy: Policy,
    case: Case,
    anchors: dict[str, datetime],
    staff_id: int | None,
    mark: _Mark | None = None,
) -> None:
    subject = PlanFacts(Subject.CASE, case.id, case.customer_id, policy.company.place, dict(anchors))
    rows = [new_row(subject, item, staff_id) for item in owed(subject, policy.cadences, policy.windows)]
    if mark is not None:
        rows = [{**row, "step": str(StepKey.parse(row["step"]).marked(*mark))} for row in rows]
    plan.add_follow_ups(session, rows)
