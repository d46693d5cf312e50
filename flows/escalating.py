"""Taking to a manager what nobody answered."""

from datetime import datetime

from prefect import State, flow
from prefect.states import Failed

from flows.running import batch_task, moment, said, services
from flows.sweeping import escalate
from models.policy import PolicyError
from tasks.sweeping import SweepStoppedError


@flow(
    name="escalate-unanswered",
    description="Nudges those who did not answer, and then brings the matter to a manager, with the dossier.",
    persist_result=False,
)
async def escalate_unanswered(as_of: datetime | None = None, dry_run: bool = False) -> State[None]:
    """Look at every contact whose time to answer is over, and tell the managers.

    Args:
        as_of: Judge what is due at this time instead of now.
        dry_run: Write and send nothing; say what would be done.
    """
    try:
        async with services() as opened:
            now = moment(as_of, opened.clock.now(), may_be_later=dry_run)
            sentence = await escalate(opened, now, dry_run=dry_run, batch=batch_task("escalate-unanswered"))
    except (SweepStoppedError, PolicyError, ValueError) as error:
        return Failed(message=str(error))
    return said(sentence)
