"""Taking to a manager what nobody answered."""

from datetime import datetime

from prefect import State
from prefect.states import Failed

from flows.artifacts import leave_if_new, leave_text_if_new, table
from flows.as_of import moment
from flows.batches import Batches
from flows.events import tell_news
from flows.naming import Reference
from flows.outcomes import named_flow
from flows.runs import CANNOT_RUN, MOST_SECONDS, ended, leave, refused, services, stopped
from flows.sweeping import watch_and_tell
from models.policy import ESCALATION
from tasks.escalation.call_list import call_table
from tasks.health import good_runs
from tasks.mails.control_words import ControlWords
from tasks.mails.links import desk
from tasks.reporting.outgoing_events import read_news, remember
from tasks.reporting.overview import overview
from tasks.runtime.settings import Settings
from tasks.sending.sweep import SweepStoppedError, UnknownCustomersError, customer_ids
from tasks.services import Services

CALL_LIST = "call-list"
OVERVIEW = "overview"


@named_flow(
    ESCALATION,
    (
        "Nudges those who did not answer, then brings the matter to a manager, with the dossier. Keeps the call list."
    ),
    timeout_seconds=MOST_SECONDS,
)
async def escalate_unanswered(
    customers: list[Reference] = [],  # noqa: B006 (Prefect's form shows the default, and nothing changes it)
    as_of: datetime | None = None,
    dry_run: bool = False,
) -> State[None]:
    """Look at every contact whose time to answer is over, and tell the managers.

    Args:
        customers: Only these customers, by their references, such as C-338. Empty: everyone.
        as_of: Judge what is due at this time instead of now. A later time is for dry runs.
        dry_run: Write and send nothing; say what would be done.
    """
    try:
        async with services() as opened:
            now = moment(as_of, opened.clock.now(), may_be_later=dry_run)
            ids = customer_ids(opened, customers)
            heard, report = await watch_and_tell(opened, now, ids, dry_run=dry_run, batch=Batches(ESCALATION))
            if not dry_run:
                await _show(opened)
            if not (dry_run or customers):
                good_runs.note(opened.db, ESCALATION, opened.clock.now())
    except SweepStoppedError as error:
        return await stopped(ESCALATION, error)
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except (UnknownCustomersError, ValueError) as error:
        return refused(error)
    await leave(ESCALATION, report, dry_run=dry_run)
    return ended(report, dry_run=dry_run, before=heard, must_arrive=True)


async def _show(opened: Services) -> None:
    """Today's call list, when it is another one than before; and the news for other systems."""
    description = "Whom to call today: by the hour promised, then by harm, then by waiting."
    rows = call_table(opened.db, opened.policy, opened.clock.now())
    await leave_if_new(CALL_LIST, rows, description, ControlWords.of(opened.policy).say("text.nothing"))
    with opened.db.read() as session:
        figures = overview(session, opened.policy, opened.clock.now())
    words = ControlWords.of(opened.policy)
    page = f"{table(figures)}\n\n{words.say('text.desk', url=desk(Settings().public_url))}"
    await leave_text_if_new(
        OVERVIEW, page, "Today at a glance: what waits, what is late, what went out, what comes."
    )
    news, told = read_news(opened.db, opened.clock.now())
    if news and await tell_news(news):
        remember(opened.db, told, opened.clock.now())
