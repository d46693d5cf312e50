"""What a person did about a case, told through a form."""

from datetime import datetime
from typing import Literal

from prefect import State

from flows.forms import form, with_words
from flows.naming import CaseNumber, ReasonCode, Reference, Words
from models.rules.calendar.reach import instant
from models.words import Outcome
from tasks.cases import actions, by_reference
from tasks.commitments.agreements import Agreement
from tasks.services import Services

Ending = Literal[
    Outcome.SOLVED,
    Outcome.AGREED,
    Outcome.APPOINTMENT_SET,
    Outcome.NEW_DAY,
    Outcome.ONLY_LISTENED,
    Outcome.NOT_REACHED,
]


@form(
    "record-outcome",
    "Closes a case with what happened: a call that listened is a valid outcome.",
)
async def record_outcome(
    case: CaseNumber,
    by: Reference,
    outcome: Ending,
    text: Words,
    heard: str = "",
    spoke_with: str = "",
    spoke_at: datetime | None = None,
    agreed_until: datetime | None = None,
    agreed_by: Reference | None = None,
    agreed_on: str = "",
    reason_code: ReasonCode | None = None,
) -> State[None]:
    """Close a case.

    Args:
        case: Number of the case, as it stands in the call list.
        by: Your own reference, such as S-03; the words are signed with it.
        outcome: How it ended. "Solved" needs the customer's own version: in writing, or told to you.
        text: What happened, in a few words; they are moved into the case.
        heard: What the customer said in a conversation, where nothing is in writing; moved into the case, too.
        spoke_with: With whom you spoke, where it was not the customer; moved into the case, too.
        spoke_at: When you spoke; just now when left out.
        agreed_until: By when what was agreed on is done, when the appointment begins, or the new day.
        agreed_by: Reference of who does it, or comes; you, when left out.
        agreed_on: What was agreed on, where the text does not say it; moved into the ledger, too.
        reason_code: Why a promised day gives way to a new one: one of the policy's reasons.
    """
    at = None if agreed_until is None else instant(agreed_until)
    following = Agreement(at, agreed_by or "", agreed_on)

    def record(opened: Services) -> str:
        by_reference.act(
            opened,
            case,
            by,
            lambda acting: actions.close(
                acting, outcome, text, heard, spoke_with, spoke_at, following, reason_code or ""
            ),
        )
        return (
            f"case {case} is closed: {outcome}"
            if outcome != Outcome.NOT_REACHED
            else f"case {case} stays open"
        )

    named = {"heard": heard, "spoke_with": spoke_with, "agreed_on": agreed_on}
    return await with_words(record, ("text", *(name for name, words in named.items() if words)))
