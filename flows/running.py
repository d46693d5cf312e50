"""What all flows share: opening the services, one task run a batch, and a final state that speaks."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime

from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.moments import moment
from flows.sweeping import RunBatch, sweep
from models.policy import PolicyError
from tasks.report import Report, Scope
from tasks.services import Services, open_services
from tasks.settings import Settings
from tasks.sweeping import SweepStoppedError, UnknownCustomersError, customer_ids, run_batch


@asynccontextmanager
async def services() -> AsyncIterator[Services]:
    """The services by the settings of this process."""
    async with open_services(Settings()) as opened:
        yield opened


def batch_task(sweep_name: str) -> RunBatch:
    """A batch as a task run of its own: its parameters name the sweep and a number, and nobody."""

    async def run(opened: Services, scope: Scope) -> Report:
        @task(
            name="send a batch",
            task_run_name="batch of {sweep_name}",
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        async def send_a_batch(sweep_name: str) -> Report:
            del sweep_name  # shown in the Prefect UI; the work itself is in the closure
            return await run_batch(opened, scope)

        return await send_a_batch(sweep_name)

    return run


async def run_sweep(
    sweep_name: str, customers: Collection[str], as_of: datetime | None, *, dry_run: bool,
    kinds: Collection[str] = (), may_bring_forward: bool = False,
) -> State[None]:  # fmt: skip
    """Run one sweep and say in the final state what it did.

    `as_of` (aware; naive means UTC) judges what is due; now when empty. The future is for dry runs, unless the flow
    says that it may bring contacts forward.
    """
    try:
        async with services() as opened:
            now = moment(as_of, opened.clock.now(), may_be_later=dry_run or may_bring_forward)
            scope = Scope(sweep_name, now, customer_ids(opened, customers), frozenset(kinds))
            report = await sweep(opened, scope, dry_run=dry_run, batch=batch_task(sweep_name))
    except (SweepStoppedError, UnknownCustomersError, PolicyError, ValueError) as error:
        return Failed(message=str(error))
    return said(f"dry run: {report.sentence()}" if dry_run else report.sentence())


def said(sentence: str) -> State[None]:
    """Completed, with a sentence that stands in the log too."""
    get_run_logger().info(sentence)
    return Completed(message=sentence)
