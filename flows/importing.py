"""Importing the company's facts."""

import asyncio
from pathlib import Path

from prefect import State, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Failed

from flows.outcomes import named_flow
from flows.runs import CANNOT_RUN, said, services
from tasks.health import good_runs
from tasks.importing.report import ImportReport
from tasks.importing.run import import_source
from tasks.runtime.settings import read_settings


@named_flow(
    "import-sales",
    "Reads customers, orders, invoices, staff and answers from the company's own files or database.",
)
async def import_sales(check: bool = False) -> State[None]:
    """Import the source that the settings name.

    Args:
        check: Show what would come in, and write nothing.
    """
    try:
        report = await read_source(check=check)
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    return said(report.sentence())


@task(name="import the source", cache_policy=NO_CACHE, persist_result=False)
async def read_source(*, check: bool = False, tables: list[str] | None = None) -> ImportReport:
    """Import the tables named, or all."""
    settings = read_settings()
    data: Path | None = settings.source_data
    async with services() as opened:
        report = await asyncio.to_thread(
            import_source,
            opened.db,
            settings.source,
            data,
            now=opened.clock.now(),
            policy=opened.policy,
            state_dir=settings.state_dir,
            tables=tables,
            check=check,
        )
        if not check and tables is None:
            good_runs.note(opened.db, "import-sales", opened.clock.now())
        return report
