"""What an import did, in figures that may stand in a log."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tasks.importing.rows import AnyRow, CustomerRow, Reject, StaffRow
from tasks.importing.writing import Applied

_SAMPLES, _SHOWN_REJECTS = 3, 1_000
_CODE = 3
"""Of a language's name so many letters stand in a sentence: whatever else is in that column is for no log."""


@dataclass
class Counts:
    """Of one table; `columns` counts the rejects by the column at fault."""

    read: int = 0
    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    columns: Counter[str] = field(default_factory=Counter)
    unwritten: Counter[str] = field(default_factory=Counter)
    """Languages that are not written here, and how many speak them."""

    def add(self, rows: Iterable[AnyRow], read: int, applied: Applied, rejects: Iterable[Reject]) -> None:
        """Count a batch in; `rejects` are all of it."""
        self.unwritten.update(
            row.unwritten[:_CODE] for row in rows if isinstance(row, CustomerRow | StaffRow) and row.unwritten
        )
        columns = [reject.column for reject in rejects]
        self.read += read
        self.inserted += applied.inserted
        self.changed += applied.changed
        self.unchanged += applied.unchanged
        self.rejected += len(columns)
        self.columns.update(columns)

    @property
    def is_whole(self) -> bool:
        """Whether the table counts as freshly imported: it had rows, and at least half of them could be used.

        An empty export, or a date format that spoils every paid row, must not pass for fresh payments.
        """
        return self.read > 0 and self.rejected * 2 <= self.read


@dataclass
class Preview:
    """What `--check` shows to the person at the keyboard. Personal data: not for logs."""

    samples: dict[str, list[AnyRow]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)

    def add(self, table: str, rows: list[AnyRow], rejects: list[Reject]) -> None:
        """Keep the first few."""
        shown = self.samples.setdefault(table, [])
        shown += rows[: _SAMPLES - len(shown)]
        self.rejects += rejects[: _SHOWN_REJECTS - len(self.rejects)]


@dataclass
class ImportReport:
    """What became of a source. It names no person; the rejects file and the preview do."""

    source: str
    tables: dict[str, Counts] = field(default_factory=dict)
    rejects_file: Path | None = None
    preview: Preview | None = field(default=None, repr=False)

    def sentence(self) -> str:
        """In a line: `300 customers: 300 new; 800 orders: 12 new, 3 changed, 2 rejected (promised_on 2)`."""
        said = "; ".join(_said(table, counts) for table, counts in self.tables.items())
        return said or "nothing to import"


def _said(table: str, counts: Counts) -> str:
    parts = [
        f"{number} {word}"
        for number, word in (
            (counts.inserted, "new"),
            (counts.changed, "changed"),
            (counts.rejected, "rejected"),
        )
        if number
    ]
    if counts.columns:
        parts[-1] += f" ({', '.join(f'{name} {number}' for name, number in sorted(counts.columns.items()))})"
    if counts.unwritten:
        spoken = ", ".join(f"{name} {number}" for name, number in sorted(counts.unwritten.items()))
        parts.append(f"{counts.unwritten.total()} in a language that is not written here ({spoken})")
    if counts.read and not counts.is_whole:
        parts.append("not counted as a fresh import: too many rejected")
    return f"{counts.read} {table}: {', '.join(parts) or 'nothing new'}"
