"""What runs leave on the Artifacts page: figures and references, never a name, an address or a link that opens one.

A signed link to a dossier would show personal data to whoever can open the Prefect UI. So a case stands with a link to
its door instead: a page that tells nothing, and mails the signed link to the manager of the case when asked to.
They are markdown, since the UI's own tables hold ten rows a page and no links.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prefect.artifacts import acreate_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactCollectionFilter, ArtifactCollectionFilterKey

from tasks.mails.control_words import CaseNumbers
from tasks.mails.links import door
from tasks.runtime.settings import Settings

_MOST_CASES = 20
"""Doors shown in one row; the figure beside them is whole."""
NOTHING = "Nothing at present."


async def leave_rows(key: str, rows: Sequence[Mapping[str, Any]], description: str) -> None:
    """A table, unless it is empty, so that the history stays readable."""
    if rows:
        await acreate_markdown_artifact(table(rows), key=key, description=description)


async def leave_if_new(
    key: str, rows: Sequence[Mapping[str, Any]], description: str, nothing: str = NOTHING
) -> None:
    """A table, unless the newest one of this key says the same."""
    await leave_text_if_new(key, table(rows, nothing), description)


async def leave_text_if_new(key: str, markdown: str, description: str) -> None:
    """A page, unless the newest one of this key says the same."""
    if await _latest(key) != markdown:
        await acreate_markdown_artifact(markdown, key=key, description=description)


async def _latest(key: str) -> Any:
    async with get_client() as client:
        wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=[key]))
        found = await client.read_latest_artifacts(artifact_filter=wanted)
    return found[0].data if found else None


def table(rows: Sequence[Mapping[str, Any]], nothing: str = NOTHING) -> str:
    """Rows of the same columns as a markdown table; numbers of cases lead to their doors."""
    if not rows:
        return nothing
    columns = list(rows[0])
    lines = [columns, ["---"] * len(columns)]
    lines += [[_cell(row[name]) for name in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    if isinstance(value, CaseNumbers):
        return _doors(value)
    return str(value).replace("|", "\\|").replace("\n", " ")


def _doors(numbers: Iterable[int]) -> str:
    known, url = list(numbers), Settings().public_url
    shown = ", ".join(f"[{number}]({door(url, number)})" for number in known[:_MOST_CASES])
    return shown + (f" (+{len(known) - _MOST_CASES})" if len(known) > _MOST_CASES else "")
