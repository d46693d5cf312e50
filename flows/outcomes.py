"""The name of a run that is over: what it did, so that the list of runs tells one from the other at a glance."""

import httpx
from prefect import State
from prefect.client.orchestration import get_client
from prefect.logging import get_run_logger
from prefect.runtime import flow_run

from flows.naming import run_name

_MOST_CHARACTERS = 120
_DRY_RUN = "dry run: "


def name_of(before: str, sentence: str) -> str:
    """`satisfaction-check: 51 sent, 2 held`; cut with an ellipsis where the list would cut it anyway."""
    whole = f"{before}: {sentence.removeprefix(_DRY_RUN)}"
    return whole if len(whole) <= _MOST_CHARACTERS else whole[: _MOST_CHARACTERS - 1].rstrip(" ,;:") + "…"


async def named(state: State[None]) -> State[None]:
    """The same state, once the present run is named by its sentence.

    The sentences of flows hold figures and references only. A server that does not answer leaves the run its first
    name: what was sent is sent, and the state says so.
    """
    if flow_run.id and state.message:
        try:
            async with get_client() as client:
                await client.update_flow_run(flow_run.id, name=name_of(run_name(), state.message))
        except httpx.HTTPError as error:
            get_run_logger().warning("the run keeps its first name: %s", type(error).__name__)
    return state
