"""Flows whose runs are named, once they are over, by what they did: the list of runs tells one from the other."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec

import httpx
from prefect import Flow, State, flow
from prefect.client.orchestration import get_client
from prefect.logging import get_run_logger
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.naming import run_name

NOTHING_DUE = "NothingDue"
"""Name of the state of a run that found nothing to do; of the type Completed."""
_MOST_CHARACTERS = 120
_DRY_RUN = "dry run: "

_Fields = ParamSpec("_Fields")
_Run = Coroutine[Any, Any, State[None]]


def named_flow(
    name: str, description: str, *, timeout_seconds: float | None = None
) -> Callable[[Callable[_Fields, _Run]], Flow[_Fields, _Run]]:
    """Make a flow of a function that returns its final state. Its runs keep no result.

    A run is named by references while it goes on, and by the sentence of its final state, too, from then on. The
    signature makes the fields of the form, and the docstring their descriptions.
    """

    def made(work: Callable[_Fields, _Run]) -> Flow[_Fields, _Run]:
        @wraps(work)
        async def run(*args: _Fields.args, **kwargs: _Fields.kwargs) -> State[None]:
            state = await work(*args, **kwargs)
            await _name(state)
            return state

        return flow(
            name=name,
            description=description,
            flow_run_name=run_name,
            timeout_seconds=timeout_seconds,
            persist_result=False,
        )(run)

    return made


def nothing_due(sentence: str) -> State[None]:
    """The state of a run that found nothing to do."""
    get_run_logger().info(sentence)
    return Completed(name=NOTHING_DUE, message=sentence)


def name_of(before: str, sentence: str) -> str:
    """`satisfaction-check: 51 sent, 2 held`; cut with an ellipsis where the list would cut it anyway."""
    whole = f"{before}: {sentence.removeprefix(_DRY_RUN)}"
    return whole if len(whole) <= _MOST_CHARACTERS else whole[: _MOST_CHARACTERS - 1].rstrip(" ,;:") + "…"


async def _name(state: State[None]) -> None:
    """Name the present run by the sentence of its state, which holds figures and references only.

    A server that does not answer leaves the run its first name: what was done is done, and the state says so.
    """
    if not (flow_run.id and state.message):
        return
    try:
        async with get_client() as client:
            await client.update_flow_run(flow_run.id, name=name_of(run_name(), state.message))
    except httpx.HTTPError as error:
        get_run_logger().warning("the run keeps its first name: %s", type(error).__name__)
