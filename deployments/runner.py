"""The launcher's child that runs the flows: `python -m deployments.runner STATUS_FD`.

It waits for the Prefect server, tidies up after a machine that died, registers the deployments, says
`ready` on the status pipe, runs everything once, and from then on what is scheduled or started by hand.
Each run is a process.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import groupby
from textwrap import shorten

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.flows import load_flow_from_entrypoint
from prefect.runner import Runner
from prefect.states import Crashed

from deployments.automations import BlockMissingError, set_up
from deployments.schedules import SCHEDULED, Scheduled, deployment
from deployments.setup import limit_connections
from deployments.waking import Waker
from flows.blocks import register
from models import policy as policies
from tasks.runtime.settings import Settings

_SERVER_SECONDS = 120.0
_LOOK_SECONDS = 0.5
_LAST_SECONDS = 25
_ORPHAN_SECONDS = 3
_PAGE = 200
_MOST_SAID = 140
_LAUNCHER = os.getppid()
FIRST_RUNS_DONE = "first runs done"
"""What it says once everything ran once."""

Say = Callable[[str], None]


async def main(settings: Settings, say: Say) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    policy = policies.load(settings.policy)
    for item in SCHEDULED:  # while the server is still starting: importing them takes a second or two
        load_flow_from_entrypoint(item.entrypoint, use_placeholder_flow=False)
    async with get_client() as client:
        await _server_answers(client)
        await tidy(client)
        runner = Runner(name="seguito", pause_on_shutdown=False, query_seconds=2)
        ids = {item: await runner.aadd_deployment(await deployment(item, policy)) for item in SCHEDULED}
        await register(client)
        await limit_connections(client, policy)
        await _automations(client, settings, say)
        serving = asyncio.create_task(runner.start())
        while not runner.started:
            await asyncio.wait({serving}, timeout=0.05)
            if serving.done():
                serving.result()
        # Not before: the runner puts a handler of its own here, which leaves runs unfinished.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _ending, stop)
        say("ready")
        found = {item: await client.read_deployment(key) for item, key in ids.items()}
        by_need = asyncio.create_task(_run_by_need(client, settings, found, say))
        await asyncio.wait({asyncio.create_task(stop.wait()), serving}, return_when=asyncio.FIRST_COMPLETED)
        by_need.cancel()
        await runner.astop()  # cancels the runs, tells the server, and ends their processes
        await serving


async def _automations(client: PrefectClient, settings: Settings, say: Say) -> None:
    """What watches the runs; a block that is missing keeps nobody's mail back."""
    try:
        await set_up(client, settings.notify_block)
    except BlockMissingError as error:
        say(f"automations: {error}")


async def _server_answers(client: PrefectClient) -> None:
    deadline = time.monotonic() + _SERVER_SECONDS
    while (problem := await client.api_healthcheck()) is not None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no answer from the Prefect server in {_SERVER_SECONDS:.0f} s") from problem
        await asyncio.sleep(0.1)


async def tidy(client: PrefectClient) -> None:
    """Settle the runs that a dead machine left behind.

    What was running has crashed: the server is ours alone, so nothing that stands as running can be alive.
    What the clock owed meanwhile is dropped, since everything runs afresh now. Runs made by hand are kept.
    """
    for run in await _runs(client, (StateType.RUNNING, StateType.PENDING, StateType.CANCELLING)):
        await client.set_flow_run_state(
            run.id, Crashed(message="The machine stopped during this run."), force=True
        )
    for run in await _runs(client, (StateType.SCHEDULED,), before=datetime.now(UTC)):
        if run.auto_scheduled:
            await client.delete_flow_run(run.id)


async def _runs(
    client: PrefectClient, states: Iterable[StateType], before: datetime | None = None
) -> list[FlowRun]:
    found = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=before) if before else None,
    )
    result: list[FlowRun] = []
    while page := await client.read_flow_runs(flow_run_filter=found, limit=_PAGE, offset=len(result)):
        result += page
    return result


async def _run_by_need(
    client: PrefectClient, settings: Settings, found: dict[Scheduled, DeploymentResponse], say: Say
) -> None:
    """Everything once, now, turn by turn: the import before the sweeps; then what has something to do.

    What ops paused is left alone.
    """
    turns = sorted((item for item in found if item.first is not None and _active(found[item])), key=_turn)
    for _, items in groupby(turns, key=_turn):
        await asyncio.gather(*(_run_once(client, found[item], say) for item in items))
    say(FIRST_RUNS_DONE)
    await Waker(client, settings).watch()


def _turn(item: Scheduled) -> int:
    return item.first or 0


def _active(known: DeploymentResponse) -> bool:
    return not known.paused and all(schedule.active for schedule in known.schedules)


async def _run_once(client: PrefectClient, known: DeploymentResponse, say: Say) -> None:
    run = await client.create_flow_run_from_deployment(known.id, tags=["at-start"])
    while run.state is None or not run.state.is_final():
        await asyncio.sleep(_LOOK_SECONDS)
        run = await client.read_flow_run(run.id)
    say(f"{known.name}: {_outcome(run.state)}")


def _outcome(state: State[object]) -> str:
    if state.is_cancelled() and "concurrency limit" in (state.message or ""):
        return "runs already, by its schedule"
    return shorten(f"{state.name}. {state.message or ''}", _MOST_SAID, placeholder=" …")


def _ending(stop: asyncio.Event) -> None:
    """Stop, and see to it that it happens: with the launcher the server died too, and nobody answers."""
    signal.alarm(_LAST_SECONDS if os.getppid() == _LAUNCHER else _ORPHAN_SECONDS)
    stop.set()


def _end_for_sure(_number: int, _frame: object) -> None:
    """End with every run's process; they stand in this process's group."""
    os.killpg(0, signal.SIGKILL)


def run(status_fd: int) -> None:
    """Serve until SIGTERM, and be gone within seconds after it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGALRM, _end_for_sure)
    with os.fdopen(status_fd, "w", buffering=1) as status:
        asyncio.run(main(Settings(), lambda text: print(text.replace("\n", " "), file=status)))


if __name__ == "__main__":
    run(int(sys.argv[1]))
