from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tasks.importing.rows import Reject


@dataclass(frozen=True)
class Selected:
    """A running SELECT: the names of its columns, and its rows, at most so many at a time."""

    names: Sequence[str]
    batches: Callable[[int], Iterator[Sequence[Any]]]
    line: Callable[[str, int], int] = lambda _, row: row
    """The line of a file that a row stands on."""


class Selecting(Protocol):
    """Where SELECTs run: DuckDB over files, or a database."""

    def select(self, sql: str, file: str) -> Selected:
        """Start a SELECT; `file` stands in errors, which are `SourceError`s."""
        ...

    def malformed(self) -> list[Reject]:
        """What the SELECTs so far could not even see as a row; told once."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...
