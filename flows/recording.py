"""Recording what a customer said by phone or in person."""

from typing import Annotated
from uuid import UUID

from prefect import State, flow
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run
from prefect.states import Failed
from pydantic import Field

from flows.running import said, services
from models.policy import PolicyError
from tasks.recording import Channel, RecordingError, Spoken, Wants, record

_TAKEN = "(recorded in our own database)"

Rating = Annotated[int, Field(ge=1, le=5)]


@flow(
    name="record-response",
    description="Record what a customer said by phone or in person: it stops reminders like an answer by mail.",
    flow_run_name="record-response {about} (by hand)",
    persist_result=False,
)
async def record_response(
    about: str,
    what_was_said: str,
    taken_by: str,
    rating: Rating | None = None,
    channel: Channel = Channel.PHONE,
    wants: Wants = Wants.NOTHING,
) -> State[None]:
    """Record a conversation.

    Args:
        about: Reference of the order, such as SO-1042, or of the customer, such as C-0042.
        what_was_said: In the customer's words. They are kept in the company's database, and taken out of this run.
        taken_by: Reference of whoever spoke with the customer, such as A-1.
        rating: How it is going, from 1 (very badly) to 5 (very well); empty when nobody asked.
        channel: How the customer spoke with us.
        wants: What the customer still waits for.
    """
    spoken = Spoken(flow_run.id, about.strip(), what_was_said, taken_by.strip(), channel, rating, wants)
    try:
        async with services() as opened:
            with opened.db.write() as session:
                sentence = record(session, opened.policy, spoken, opened.clock.now())
    except (RecordingError, PolicyError) as error:
        return Failed(message=str(error))  # the words stay, so that nobody has to type them again
    await _forget_words()
    return said(sentence)


async def _forget_words() -> None:
    """A customer's words do not stay in Prefect's database, which has no erasure."""
    kept = {name: value for name, value in flow_run.parameters.items() if name != "what_was_said"}
    async with get_client() as client:
        await client.update_flow_run(UUID(flow_run.id), parameters={**kept, "what_was_said": _TAKEN})
