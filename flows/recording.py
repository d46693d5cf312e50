"""Recording what a customer said by phone or in person."""

from datetime import date, datetime
from typing import Annotated

from prefect import State
from prefect.runtime import flow_run
from pydantic import Field

from flows.forms import form, with_words
from flows.naming import Reference, Words
from models.rules.calendar.reach import instant
from tasks.responses.by_staff import Spoken, SpokenBy, Wants, record
from tasks.services import Services

Rating = Annotated[int, Field(ge=1, le=5)]


@form(
    "record-response",
    "Records what a customer said by phone or in person: it stops reminders like an answer by mail.",
)
async def record_response(
    about: Reference,
    what_was_said: Words,
    taken_by: Reference,
    rating: Rating | None = None,
    channel: SpokenBy = SpokenBy.PHONE,
    wants: Wants = Wants.NOTHING,
    pays_on: date | None = None,
    call_at: datetime | None = None,
) -> State[None]:
    """Record a conversation.

    Args:
        about: Reference of the order, such as CB-24626, of the invoice, or of the customer, such as C-338.
        what_was_said: In the customer's words; they are moved to the customer's history.
        taken_by: Reference of whoever spoke with the customer, such as S-10.
        rating: How it is going, from 1 (very badly) to 5 (very well); empty when nobody asked.
        channel: How the customer spoke with us.
        wants: What the customer still waits for; somebody is named for it.
        pays_on: The day that the customer names for the payment; its reminders rest until then.
        call_at: From when on the customer wants to be called. Empty: an hour that the words name, or the policy's time.
    """
    at = None if call_at is None else instant(call_at)  # naive means UTC, as in every form here
    spoken = Spoken(
        flow_run.id, about.strip(), what_was_said, taken_by.strip(), channel, rating, wants, pays_on, at
    )

    def keep(opened: Services) -> str:
        with opened.db.write() as session:
            return record(session, opened.policy, spoken, opened.clock.now())

    return await with_words(keep, ("what_was_said",))
