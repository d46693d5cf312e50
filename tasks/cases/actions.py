"""What one of our people does about a case: one function each, behind page, command line and form alike."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.queries.cases import cases, contract_ends
from models.queries.commitments import commitments
from models.rules.calendar.reach import written_day
from models.rules.cases.acting import Act, ActError, checked
from models.rules.cases.closing import is_conversation, is_listener, needs_listener, spoke_problem
from models.rules.commitments.outcomes import NEXT
from models.tables import Case, Customer, Order, Staff
from models.words import EndCause, EndKind, Outcome, Subject
from tasks.cases import statements
from tasks.cases.close_case import close_case
from tasks.cases.contract_ends import DeclaredEnd, declare, dismiss
from tasks.cases.open_case import hand_over_case, take_case
from tasks.commitments import actions
from tasks.commitments.actions import Owing, ask
from tasks.commitments.agreements import Agreement, owe_next
from tasks.commitments.own_sales import check_act

OUTCOMES = tuple(outcome for outcome in Outcome if not outcome.is_by_itself)
"""What a person can close a case with; `answered` is what happens by itself."""

NOTHING = Agreement()
_Word = TypeVar("_Word", Outcome, EndKind, EndCause)


@dataclass(frozen=True)
class Acting:
    """Who acts, about what, and when. The case is locked."""

    session: Session
    policy: Policy
    case: Case
    by: Staff
    now: datetime


def take(acting: Acting, until: datetime | None = None) -> bool:
    """Take it on, until a time or as long as the policy allows; then the matter goes up (B04).

    False when somebody else has it already, or it is closed.
    """
    taken = take_case(acting.session, acting.case, acting.by.id, acting.now, acting.by.ref)
    call = _call(acting)
    if call is not None and (taken or acting.case.taken_by_id == acting.by.id):
        actions.take(call, until)
        return True
    return taken


def promise_anew(acting: Acting, due_at: datetime | None, reason_code: str, text: str) -> bool:
    """Agree on another time for the call that the case owes.

    Raises:
        ActError: see `tasks.commitments.actions.promise_anew`.
    """
    actions.promise_anew(_needed(acting, Act.RE_PROMISE), due_at, reason_code, text)
    return True


def snooze(acting: Acting, until: datetime | None, text: str) -> bool:
    """Let the case rest until a time, with a reason.

    Raises:
        ActError: see `tasks.commitments.actions.snooze`.
    """
    return actions.snooze(_needed(acting, Act.SNOOZE), until, text)


def help_wanted(acting: Acting, text: str) -> bool:
    """Ask a manager for help with the case; whoever sold it may, too (B32).

    Raises:
        ActError: no words, or nobody who could help.
    """
    ask(
        acting.session,
        acting.policy,
        acting.case.customer_id,
        (Subject.CASE, acting.case.id),
        text,
        now=acting.now,
        by=acting.by,
    )
    return True


def close(
    acting: Acting,
    outcome: str,
    text: str,
    heard: str = "",
    spoke_with: str = "",
    spoke_at: datetime | None = None,
    following: Agreement = NOTHING,
    reason: str = "",
) -> bool:
    """Close the case with what happened; False when it is closed. Who was not reached is called again: it stays open.

    A conversation says with whom it was and when; the customer, and just now, where nothing else is given. What was
    agreed on in it (`following`) is owed from now on; `reason` says why a promised day gives way to another one.

    Raises:
        ActError: see `tasks.cases.close_case.close_case`; an outcome that nobody can choose; a conversation about a
            complaint or money that was not the manager's, or not between the opening and now; or an agreement without
            what `tasks.commitments.agreements.owe_next` asks for.
    """
    checked(text)
    ending = _word(Outcome, outcome, "outcome")
    if ending.is_by_itself:
        raise ActError("need-outcome", f"outcome: choose from {', '.join(OUTCOMES)}")
    spoke = _spoken(acting, ending, spoke_with, spoke_at)
    if ending in NEXT and acting.case.closed_at is None:
        check_act(acting.session, acting.by, Act.OUTCOME)
        owe_next(
            acting.session,
            acting.policy,
            ending,
            following,
            text.strip(),
            customer_id=acting.case.customer_id,
            about=(Subject.CASE, acting.case.id),
            case_id=acting.case.id,
            now=acting.now,
            by=acting.by,
            reason=reason,
        )
    return close_case(
        acting.session,
        acting.policy,
        acting.case,
        ending,
        text,
        now=acting.now,
        actor=acting.by.ref,
        heard=heard,
        spoke=spoke,
    )


def _spoken(
    acting: Acting, ending: Outcome, spoke_with: str, spoke_at: datetime | None
) -> tuple[datetime, str] | None:
    if not is_conversation(ending) or acting.case.closed_at is not None:
        return None
    reasons = [one.reason for one in cases.reasons(acting.session, acting.case.id)]
    listens = acting.policy.ledger.listens
    if (
        needs_listener(ending, reasons)
        and not is_listener(acting.by.role, listens)
        and any(one.role in listens for one in people.people(acting.session))
    ):
        raise ActError(
            "not-the-listener",
            f"outcome: the listening call is made by {' or '.join(listens)}; write down what was said as your version",
        )
    at = spoke_at or acting.now
    if (problem := spoke_problem(at, min(acting.case.since, acting.case.opened_at), acting.now)) is not None:
        raise ActError("need-spoke", problem)
    customer = acting.session.get_one(Customer, acting.case.customer_id)
    return at, spoke_with.strip() or customer.name


def state(acting: Acting, text: str) -> bool:
    """Add one's own version; a closed case takes one too, since nothing is ever lost.

    Raises:
        ActError: no words, or too many.
    """
    statements.state(acting.session, acting.case, acting.by.ref, text, acting.now)
    return True


def hand_over(acting: Acting, to: str, reason: str) -> bool:
    """Give the case to the colleague of a reference.

    Raises:
        ActError: see `tasks.cases.open_case.hand_over_case`.
    """
    hand_over_case(acting.session, acting.policy, acting.case, to, reason, now=acting.now, by=acting.by)
    return True


def end_contract(acting: Acting, order: str, kind: str, cause: str, words: str, day: str) -> bool:
    """Record that the customer of the case withdraws or terminates; `day` is ISO, or today when empty.

    Raises:
        ActError: the order is not this customer's, or a word, day or text is missing or wrong.
    """
    row = people.order_by_ref(acting.session, order.strip())
    if row is None or row.customer_id != acting.case.customer_id:
        raise ActError("unknown-order", f"order: this customer has no order {order!r}")
    end_kind, end_cause = _word(EndKind, kind, "kind"), _word(EndCause, cause, "cause")
    at = day_at(day, acting.now, ZoneInfo(acting.policy.company.timezone))
    said = DeclaredEnd(end_kind, end_cause, words, at)
    record_end(acting.session, row, said, now=acting.now, by=acting.by)
    return True


def dismiss_end(acting: Acting, number: str) -> bool:
    """It was not meant so. False when somebody has said so, or has confirmed it, before.

    Raises:
        ActError: the customer said nothing of the kind, or whoever sells would dismiss it.
    """
    check_act(acting.session, acting.by, Act.CONTRACT_END)
    end = contract_ends.to_change(acting.session, int(number)) if number.isdecimal() else None
    if end is None or end.customer_id != acting.case.customer_id:
        raise ActError("unknown", f"end: this customer has declared no end {number!r}")
    return dismiss(acting.session, end, now=acting.now, actor=acting.by.ref)


def record_end(session: Session, order: Order, said: DeclaredEnd, *, now: datetime, by: Staff) -> None:
    """As `end_contract`, for an order with or without a case.

    Raises:
        ActError: no words, a day that lies ahead, or whoever sells would record it.
    """
    check_act(session, by, Act.CONTRACT_END)
    checked(said.words)
    if said.declared_at > now:
        raise ActError("need-day", "declared: the day lies ahead; give the day on which the customer said so")
    declare(session, order, said, now=now, actor=by.ref)


def day_at(day: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The start of an ISO day where the company is; `now` when empty or today.

    Raises:
        ActError: it is no day, or one that has not come yet.
    """
    today = now.astimezone(zone).date()
    try:
        chosen = written_day(day) if day.strip() else today
    except ValueError:
        raise ActError("need-day", f"day: {day!r} is no day; write it like {today}") from None
    if chosen > today:
        raise ActError("need-day", f"day: {chosen} lies ahead; give the day on which the customer said so")
    return now if chosen == today else datetime.combine(chosen, time(), zone)


def _call(acting: Acting) -> Owing | None:
    """The call that the open case owes."""
    call = commitments.of_case(acting.session, acting.case.id)
    return None if call is None else Owing(acting.session, acting.policy, call, acting.by, acting.now)


def _needed(acting: Acting, act: Act) -> Owing:
    check_act(acting.session, acting.by, act)
    call = _call(acting)
    if call is None:
        raise ActError("too-late", f"case {acting.case.id} owes no call any more: it is closed")
    return call


def _word(words: type[_Word], text: str, field: str) -> _Word:
    try:
        return words(text.strip())
    except ValueError:
        raise ActError(f"need-{field}", f"{field}: choose from {', '.join(words)}") from None
