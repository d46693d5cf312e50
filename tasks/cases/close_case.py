"""How a case ends: by an account of what happened, after the customer was heard; and what goes on then."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history, people
from models.queries.cases import cases
from models.queries.planning import plan
from models.rules.calendar.calendars import Place, Window
from models.rules.calendar.due import due_at
from models.rules.cases import closing
from models.rules.cases.acting import Act, ActError, checked
from models.rules.cases.case_reasons import COMPLAINTS, OF_PAYMENT
from models.tables import Case, Customer
from models.words import CaseReasonKind, Outcome, Subject
from tasks.cases.listening_call import end_call, owe_call
from tasks.cases.open_case import About
from tasks.cases.statements import customer_says, state
from tasks.commitments.not_reached import try_again
from tasks.commitments.own_sales import check_act
from tasks.commitments.solved import ask_if_solved

_CALL_AGAIN, _ANY_HOUR = "2 business days", Window(("00:00-24:00",), "business")


def close_case(
    session: Session,
    policy: Policy,
    case: Case,
    outcome: Outcome,
    text: str,
    *,
    now: datetime,
    actor: str,
    heard: str = "",
    spoke: tuple[datetime, str] | None = None,
) -> bool:
    """Close a case with what happened, in the words of who says so; what it held goes on. False if it was closed.

    `spoke` says when the conversation was, and with whom. `heard` is what the customer said in it, where nothing is in
    writing: it becomes the customer's version. Who was not reached is called again, and the case stays open
    (`tasks.commitments.not_reached`). A listening call that was solved without a word spoken is owed again two business
    days later, at the same hour. Who complained and was reached is asked later whether it is solved (B22); until then
    the customer's credit ladder rests (`tasks.cases.matters`).

    Raises:
        ActError: the words are missing (a case never ends in silence), only our own side of the matter is known (B02),
            or whoever sold it would close it.
    """
    words = checked(text)
    if case.closed_at is not None:
        return False
    person = people.staff_by_ref(session, actor)
    if person is not None:
        check_act(session, person, Act.OUTCOME)
    if outcome is Outcome.NOT_REACHED:
        return _try_again(session, policy, case, words, now, actor)
    sides = {one.side for one in cases.statements(session, cases.chain(session, case))}
    if not heard.strip() and (refusal := closing.refusal(outcome, sides)) is not None:
        raise ActError("not-heard", refusal)
    if heard.strip():
        customer_says(session, case, heard, now, recorded_by=actor)
    state(session, case, actor, words, now)
    reasons = [one.reason for one in cases.reasons(session, case.id)]
    case.spoke_at, case.spoke_with = spoke or (None, None)
    _close(session, case, outcome, now, actor, rests=not COMPLAINTS.isdisjoint(reasons))
    end_call(session, case.id, outcome, text, now=now, actor=actor)
    _go_on(session, policy, case, outcome, reasons, now)
    return True


def _try_again(session: Session, policy: Policy, case: Case, words: str, now: datetime, actor: str) -> bool:
    """Nobody was reached: the case stays open, and its call is made again."""
    call = owe_call(session, policy, case, now=now, actor=actor)
    state(session, case, actor, words, now)
    try_again(session, policy, call, words, now=now, actor=actor)
    return True


def settle_silence(session: Session, customer_id: int, about: About, now: datetime) -> None:
    """The customer was silent about something and has answered: that reason is gone, and with the last one its case."""
    case = cases.open_case_of(session, customer_id)
    if case is None:
        return
    if not cases.settle_reasons(session, case.id, now, (CaseReasonKind.SILENT, *about)):
        return
    if all(reason.settled_at is not None for reason in cases.reasons(session, case.id)):
        _close(session, case, Outcome.ANSWERED, now, "customer")
        end_call(session, case.id, Outcome.ANSWERED, "the customer has answered", now=now, actor="customer")


def settle_paid(session: Session, customer_id: int, invoice_id: int, now: datetime, actor: str) -> None:
    """The money has come, or is owed no longer: what waited for it in the customer's open case is settled by itself."""
    case = cases.open_case_of(session, customer_id)
    if case is None:
        return
    about = (Subject.INVOICE, invoice_id)
    settled = sum(cases.settle_reasons(session, case.id, now, (reason, *about)) for reason in OF_PAYMENT)
    if settled and all(one.settled_at is not None for one in cases.reasons(session, case.id)):
        close_fallen_away(session, case, "the payment has come", now, actor)


def close_fallen_away(session: Session, case: Case, why: str, now: datetime, actor: str) -> None:
    """Close a case whose reasons are all gone by themselves; nobody owes its call any more."""
    _close(session, case, Outcome.FELL_AWAY, now, actor)
    end_call(session, case.id, Outcome.FELL_AWAY, why, now=now, actor=actor)


def _close(
    session: Session, case: Case, outcome: Outcome, now: datetime, actor: str, *, rests: bool = False
) -> None:
    """`rests`: a complaint is closed on record, and the matter is not over (`tasks.cases.matters`)."""
    case.closed_at, case.outcome = now, outcome
    if not rests:
        case.released_at, case.released_by = now, actor
    session.flush()
    cases.settle_reasons(session, case.id, now)
    history.note(session, (Subject.CASE, case.id), "closed", now, actor, cause=outcome)
    plan.plan_customer_again(session, case.customer_id)


def _go_on(
    session: Session,
    policy: Policy,
    case: Case,
    outcome: Outcome,
    reasons: list[str],
    now: datetime,
) -> None:
    customer = session.get_one(Customer, case.customer_id)
    place = Place(customer.country, customer.timezone)
    if outcome is Outcome.SOLVED and not cases.was_spoken_with(session, case.id):
        cases.call_again(session, case.id, due_at(now, _CALL_AGAIN, _ANY_HOUR, place))
    if closing.asks_again(outcome, reasons):
        ask_if_solved(session, policy, case.id, customer.id, now)
