"""What a person did about a case, told through a form."""

from typing import Annotated, Literal

from prefect import State, flow
from pydantic import Field

from flows.by_hand import with_words
from flows.naming import Reference, Words, run_name
from models.words import Outcome
from tasks import by_hand
from tasks.services import Services

CaseNumber = Annotated[int, Field(ge=1)]
Ending = Literal[Outcome.SOLVED, Outcome.AGREED, Outcome.ONLY_LISTENED, Outcome.NOT_REACHED]


@flow(
    name="record-outcome",
    description="Closes a case with what happened: a call that listened is a valid outcome.",
    flow_run_name=run_name,
    persist_result=False,
)
async def record_outcome(case: CaseNumber, by: Reference, outcome: Ending, text: Words) -> State[None]:
    """Close a case.

    Args:
        case: Number of the case, as it stands in the call list.
        by: Your own reference, such as M-1; the words are signed with it.
        outcome: How it ended.
        text: What happened, in a few words; they are moved into the case.
    """

    def record(opened: Services) -> str:
        by_hand.record_outcome(opened, case, by_hand.staff_ref(opened, by), Outcome(outcome), text)
        return f"case {case} is closed: {outcome}"

    return await with_words(record, "text")
