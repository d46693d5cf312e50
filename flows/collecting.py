"""Collecting what customers answered elsewhere than on our own pages."""

from prefect import State, flow
from prefect.states import Failed

from flows.importing import read_source
from flows.running import said
from tasks.importing.errors import SourceError


@flow(
    name="collect-responses",
    description="Takes in answers that the company's other systems hold: survey tools, call lists.",
    persist_result=False,
)
async def collect_responses() -> State[None]:
    """Collect answers; each counts once, however often it is found."""
    try:
        report = await read_source(tables=["responses"])
    except SourceError as error:
        return Failed(message=str(error))
    return said(report.sentence())
