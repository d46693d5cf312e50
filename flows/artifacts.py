"""What runs leave on the Artifacts page: figures and references, never a name, an address or a link that opens one.

A signed link to a dossier would show personal data to whoever can open the Prefect UI, so none is ever put here: a case
stands with its number, and its manager has the link in the mail.
"""

import json
from typing import Any

from prefect.artifacts import acreate_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey

from tasks.report import Report


async def leave_table(key: str, report: Report, description: str) -> None:
    """A table of what a sweep did. One that found nothing leaves none, so that the history stays readable."""
    if report.counts:
        await acreate_table_artifact(report.rows(), key=key, description=description)


async def leave_if_new(key: str, rows: list[dict[str, Any]], description: str) -> None:
    """A table, unless the newest one of this key says the same."""
    if await _latest(key) != rows:
        await acreate_table_artifact(rows, key=key, description=description)


async def _latest(key: str) -> Any:
    async with get_client() as client:
        wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[key]))
        found = await client.read_latest_artifacts(artifact_filter=wanted)
    data = found[0].data if found else None
    return json.loads(data) if isinstance(data, str) else data  # tables are kept as JSON text
