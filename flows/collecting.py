"""Collecting what customers answered elsewhere than on our own pages."""

import asyncio

from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Failed

from flows.blocks import settings
from flows.importing import read_source
from flows.outcomes import named_flow
from flows.runs import CANNOT_RUN, said, services
from tasks.health import good_runs
from tasks.mailboxes.collect import collect
from tasks.mailboxes.opening import reception
from tasks.mailboxes.tally import CollectTally


@named_flow(
    "collect-responses",
    "Reads the mailbox: answers, bounces, automatic mails. Takes in what survey tools and call lists hold.",
)
async def collect_responses() -> State[None]:
    """Collect answers; each counts once, however often it is found."""
    problems: list[str] = []
    try:
        tally = await read_mailboxes()
        problems += tally.problems
        sentence = tally.sentence()
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    try:
        imported = (await read_source(tables=["responses"])).sentence()
    except CANNOT_RUN as error:
        problems.append(str(error))
        imported = str(error)
    whole = f"{sentence}; other systems: {imported}"
    return Failed(message=whole) if problems else said(whole)


@task(name="read the mailboxes", cache_policy=NO_CACHE, persist_result=False)
async def read_mailboxes() -> CollectTally:
    """Read every mailbox that the settings name."""
    async with services() as opened:
        tally = await asyncio.to_thread(collect, reception(await settings(), opened))
        if not tally.problems:
            good_runs.note(opened.db, "collect-responses", opened.clock.now())
        return tally
