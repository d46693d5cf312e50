"""What one of our people does about a case: one function each, behind page, command line and form alike."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.rules import acting as rules
from models.rules.acting import Act, ActError
from models.tables import Case, Staff
from models.words import EndCause, EndKind, Outcome
from tasks import statements
from tasks.cases import hand_over_case, take_case
from tasks.closing import close_case
from tasks.contract_ends import Declared, declare

OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.ANSWERED)
"""What a person can close a case with; `answered` is what happens by itself."""

_Word = TypeVar("_Word", Outcome, EndKind, EndCause)


@dataclass(frozen=True)
class Acting:
    """Who acts, about what, and when. The case is locked."""

    session: Session
    policy: Policy
    case: Case
    by: Staff
    now: datetime


def take(acting: Acting) -> bool:
    """Take it on. False when somebody has it already, or it is closed."""
    return take_case(acting.session, acting.case, acting.by.id, acting.now, acting.by.ref)


def close(acting: Acting, outcome: str, text: str, heard: str = "") -> bool:
    """Close the case with what happened; False when it is closed.

    Raises:
        ActError: see `tasks.closing.close_case`; or an outcome that nobody can choose.
    """
    statements.checked(text)
    ending = _word(Outcome, outcome, "outcome")
    if ending is Outcome.ANSWERED:
        raise ActError("need-outcome", f"outcome: choose from {', '.join(OUTCOMES)}")
    return close_case(
        acting.session,
        acting.policy,
        acting.case,
        ending,
        text,
        now=acting.now,
        actor=acting.by.ref,
        heard=heard,
    )


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
        ActError: see `tasks.cases.hand_over_case`.
    """
    hand_over_case(acting.session, acting.policy, acting.case, to, reason, now=acting.now, by=acting.by)
    return True


def end_contract(acting: Acting, order: str, kind: str, cause: str, words: str, day: str) -> bool:
    """Record that the customer of the case withdraws or terminates; `day` is ISO, or today when empty.

    Raises:
        ActError: the order is not this customer's, or a word, day or text is missing or wrong.
    """
    rules.check(acting.by.role, Act.CONTRACT_END)
    row = people.order_by_ref(acting.session, order.strip())
    if row is None or row.customer_id != acting.case.customer_id:
        raise ActError("unknown-order", f"order: this customer has no order {order!r}")
    end_kind, end_cause = _word(EndKind, kind, "kind"), _word(EndCause, cause, "cause")
    said = Declared(
        end_kind, end_cause, statements.checked(words),
        day_at(day, acting.now, ZoneInfo(acting.policy.company.timezone)),
    )  # fmt: skip
    declare(acting.session, row, said, now=acting.now, actor=acting.by.ref)
    return True


def day_at(day: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The start of an ISO day where the company is; `now` when empty or today.

    Raises:
        ActError: it is no day, or one that has not come yet.
    """
    today = now.astimezone(zone).date()
    try:
        chosen = date.fromisoformat(day.strip()) if day.strip() else today
    except ValueError:
        raise ActError("need-day", f"day: {day!r} is no day; write it like {today}") from None
    if chosen > today:
        raise ActError("need-day", f"day: {chosen} lies ahead; give the day on which the customer said so")
    return now if chosen == today else datetime.combine(chosen, time(), zone)


def _word(words: type[_Word], text: str, field: str) -> _Word:
    try:
        return words(text.strip())
    except ValueError:
        raise ActError(f"need-{field}", f"{field}: choose from {', '.join(words)}") from None
