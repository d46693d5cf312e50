"""Looking after the installation itself: does everything work, and who hears when it does not?"""

import asyncio

import httpx
from prefect import State
from prefect.client.orchestration import get_client
from prefect.states import Completed, Failed

from flows.artifacts import leave_if_new
from flows.blocks import settings
from flows.outcomes import named_flow
from flows.runs import said
from models import policy as policies
from models.policy import PolicyError
from models.rules.health.finding import Finding, Severity
from tasks.health.checks import examine
from tasks.health.servers import certified_account, mail_server, mailbox, routes
from tasks.health.tell import UntoldError, tell
from tasks.runtime.clock import SystemClock
from tasks.runtime.database_faults import DatabaseUnreachableError
from tasks.runtime.opening import open_database
from tasks.runtime.settings import AccessError, Settings

KEY = "health"
TROUBLE = "Trouble"
"""Name of the state of a run that found something in trouble; Completed, since those who run it are told."""


async def look(known: Settings) -> list[Finding]:
    """Everything that `seguito doctor` says, but for Prefect."""
    now = SystemClock().now()
    found = await asyncio.to_thread(examine, known, now)
    try:
        policy = policies.load(known.policy)
    except PolicyError:
        policy = None
    found += [await mail_server(known), await asyncio.to_thread(mailbox, known)]
    found += await certified_account(known, policy)
    return found + list(routes(known, policy))


async def prefect_server() -> Finding:
    """Whether the Prefect server of this process answers, and lets us in."""
    todo = "start it (`make up`), or mend PREFECT_API_URL and its login"
    async with get_client() as client:
        where = str(client.api_url)
        try:
            problem = await client.api_healthcheck()
            if problem is None:
                await client.read_flows(limit=1)
                return Finding("prefect", Severity.OK, f"{where} answers")
        except httpx.HTTPError as error:
            problem = error
    return Finding("prefect", Severity.TROUBLE, f"{where}: {type(problem).__name__}", todo)


@named_flow(
    "check-health",
    (
        "Looks whether everything works: database, disk, servers, schedules, clock, policy, mails in doubt. Tells the "
        "addresses of [company] ops each kind of trouble once, and once when it is over."
    ),
)
async def check_health() -> State[None]:
    """Look, keep the table, and tell what is new."""
    try:
        known = await settings()
        found = await look(known)
        policy = policies.load(known.policy)
        database = await asyncio.to_thread(open_database, known)
        try:
            await asyncio.to_thread(tell, database, known, policy.company, found, SystemClock().now())
        finally:
            database.close()
    except (PolicyError, AccessError, DatabaseUnreachableError, UntoldError) as error:
        return Failed(message=str(error))
    await leave_if_new(KEY, [one.as_json() for one in found], "What was looked at, and what to do.")
    troubles = [f"{one.kind}: {one.says}" for one in found if one.level is Severity.TROUBLE]
    return Completed(name=TROUBLE, message="; ".join(troubles)) if troubles else said("everything works")
