"""Taking to a manager what nobody answered."""

from datetime import datetime

from prefect import State, flow
from prefect.states import Failed

from flows.moments import moment
from flows.running import batch_task, said, services
from flows.sweeping import ESCALATION, escalate
from models.policy import PolicyError
from tasks.sweeping import SweepStoppedError, UnknownCustomersError, customer_ids


@flow(
    name="escalate-unanswered",
    description="Nudges those who did not answer, and then brings the matter to a manager, with the dossier.",
    persist_result=False,
)
async def escalate_unanswered(
    customers: list[str] = [],  # noqa: B006 (Prefect's form shows the default, and nothing changes it)
    as_of: datetime | None = None,
    dry_run: bool = False,
) -> State[None]:
    """Look at every contact whose time to answer is over, and tell the managers.

    Args:
        customers: References of customers; empty means everyone.
        as_of: Judge what is due at this time instead of now.
        dry_run: Write and send nothing; say what would be done.
    """
    try:
        async with services() as opened:
            now = moment(as_of, opened.clock.now(), may_be_later=dry_run)
            sentence = await escalate(
                opened, now, customer_ids(opened, customers), dry_run=dry_run, batch=batch_task(ESCALATION)
            )
    except (SweepStoppedError, UnknownCustomersError, PolicyError, ValueError) as error:
        return Failed(message=str(error))
    return said(sentence)
