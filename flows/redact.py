"""Free words of a form do not stay in Prefect: whoever opens the UI could read them for a month."""

from typing import Any

from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

KEPT = "(kept in the history)"
"""Stands in the parameters of a run in the place of words that were typed."""


async def take_out(*names: str) -> None:
    """Replace these parameters of the present run on the server; the flow has read them already.

    Raises:
        ValueError: the form was filled by copying an earlier run, whose words are gone.
    """
    async with get_client() as client:
        run = await client.read_flow_run(flow_run.id)
        parameters: dict[str, Any] = dict(run.parameters)
        copied = [name for name in names if parameters.get(name) == KEPT]
        parameters.update({name: KEPT for name in names if name in parameters})
        await client.update_flow_run(run.id, parameters=parameters)
    if copied:
        raise ValueError(
            f"{', '.join(copied)}: the words of an earlier run are not copied with it; write them anew"
        )
