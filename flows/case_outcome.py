"""What a person did about a case, told through a form."""

from datetime import datetime
from typing import Literal

from prefect import State

from flows.forms import form, with_words
from flows.naming import CaseNumber, Reference, Words
from models.words import Outcome
from tasks.cases import actions, by_reference
from tasks.services import Services

Ending = Literal[Outcome.SOLVED, Outcome.AGREED, Outcome.ONLY_LISTENED, Outcome.NOT_REACHED]


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
) -> State[None]:
    """Close a case.

    Args:
        case: Number of the case, as it stands in the call list.
        by: Your own reference, such as M-1; the words are signed with it.
        outcome: How it ended. "Solved" needs the customer's own version: in writing, or told to you.
        text: What happened, in a few words; they are moved into the case.
        heard: What the customer said in a conversation, where nothing is in writing; moved into the case, too.
        spoke_with: With whom you spoke, where it was not the customer; moved into the case, too.
        spoke_at: When you spoke; just now when left out.
    """

    def record(opened: Services) -> str:
        by_reference.act(
            opened, case, by, lambda acting: actions.close(acting, outcome, text, heard, spoke_with, spoke_at)
        )
        return (
            f"case {case} is closed: {outcome}"
            if outcome != Outcome.NOT_REACHED
            else f"case {case} stays open"
        )

    named = {"heard": heard, "spoke_with": spoke_with}
    return await with_words(record, ("text", *(name for name, words in named.items() if words)))
