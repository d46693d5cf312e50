"""What an import did, in figures that may stand in a log."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tasks.importing.mending import mended
from tasks.importing.rows import TABLES, AnyRow, CustomerRow, Reject, StaffRow
from tasks.importing.writing import Applied

_SAMPLES = 3
_CODE = 3
"""Of a language's name so many letters stand in a sentence: whatever else is in that column is for no log."""


@dataclass
class Counts:
    """Of one table; `columns` and `cells` count rejected rows and unread cells by the column at fault."""

    read: int = 0
    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: int = 0
    """Rows that a complete export does not have any more."""
    renamed: int = 0
    """Known rows that came under other keys."""
    of_sellers: int = 0
    """Open orders that belong to somebody who sells."""
    waiting: list[str] = field(default_factory=list)
    """What is too much of its kind, and waits for a person."""
    rejected: int = 0
    columns: Counter[str] = field(default_factory=Counter)
    unwritten: Counter[str] = field(default_factory=Counter)
    """Languages that are not written here, and how many speak them."""
    cells: Counter[str] = field(default_factory=Counter)

    def add(self, rows: Iterable[AnyRow], read: int, applied: Applied, rejects: Iterable[Reject]) -> None:
        """Count a batch in; `rejects` are all of it."""
        self.unwritten.update(
            row.unwritten[:_CODE] for row in rows if isinstance(row, CustomerRow | StaffRow) and row.unwritten
        )
        faults = list(rejects)
        columns = [fault.column for fault in faults if fault.costs_row]
        self.cells.update(fault.column for fault in faults if not fault.costs_row)
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
class RejectCause:
    """One thing to do, however many rows it costs: the same column, refused for the same reason."""

    table: str
    column: str
    fix: str
    costs_row: bool
    count: int = 0
    examples: list[Reject] = field(default_factory=list)
    """The first few, with their values: personal data, not for logs."""
    sql: str | None = None
    """The item of the SELECT that would mend it."""


@dataclass
class Preview:
    """What `--check` shows to the person at the keyboard, grouped by cause. Personal data: not for logs."""

    samples: dict[str, list[AnyRow]] = field(default_factory=dict)
    causes: list[RejectCause] = field(default_factory=list)
    """In the order of the tables, parents first; of a table the most frequent first."""

    def add(self, table: str, rows: list[AnyRow], rejects: list[Reject]) -> None:
        """Keep the first few rows, and count the rejects in."""
        shown = self.samples.setdefault(table, [])
        shown += rows[: _SAMPLES - len(shown)]
        known = {(item.table, item.column, item.fix, item.costs_row): item for item in self.causes}
        for reject in rejects:
            key = (table, reject.column, reject.fix, reject.costs_row)
            if key not in known:
                known[key] = RejectCause(*key)
                self.causes.append(known[key])
            cause = known[key]
            cause.count += 1
            values = [example.value for example in cause.examples]
            if len(values) < _SAMPLES and (reject.value not in values or cause.count <= _SAMPLES):
                cause.examples.append(reject)

    def close(self, table: str, sql: str) -> None:
        """A table is read: put its causes in order, and find the SQL that mends each."""
        self.causes.sort(key=lambda cause: (TABLES.index(cause.table), -cause.count))
        for cause in self.causes:
            if cause.table == table:
                cause.sql = mended(
                    sql, table, cause.column, [item.value for item in cause.examples if item.value]
                )


@dataclass
class ImportReport:
    """What became of a source. It names no person; the rejects file and the preview do."""

    source: str
    tables: dict[str, Counts] = field(default_factory=dict)
    rejects_file: Path | None = None
    preview: Preview | None = field(default=None, repr=False)

    @property
    def has_waiting(self) -> bool:
        """Whether something waits for a person."""
        return any(counts.waiting for counts in self.tables.values())

    def sentence(self) -> str:
        """In a line: `300 customers: 300 new; 800 orders: 12 new, 3 changed, 2 rejected (promised_on 2)`."""
        said = "; ".join(_said(table, counts) for table, counts in self.tables.items())
        return said or "nothing to import"


def _by_column(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counts.items()))


def _said(table: str, counts: Counts) -> str:
    parts = [
        f"{number} {word}"
        for number, word in (
            (counts.inserted, "new"),
            (counts.changed, "changed"),
            (counts.renamed, "under new keys"),
            (counts.rejected, "rejected"),
        )
        if number
    ]
    if counts.columns:
        parts[-1] += f" ({_by_column(counts.columns)})"
    if counts.unwritten:
        parts.append(
            f"{counts.unwritten.total()} in a language that is not written here ({_by_column(counts.unwritten)})"
        )
    if counts.cells:
        parts.append(f"{counts.cells.total()} cells not read ({_by_column(counts.cells)})")
    if counts.vanished:
        parts.append(f"{counts.vanished} no longer come")
    if counts.of_sellers:
        parts.append(
            f"{counts.of_sellers} open ones belong to whoever sells, not to after-sale (column owner)"
        )
    parts += counts.waiting
    if counts.read and not counts.is_whole:
        parts.append("not counted as a fresh import: too many rejected")
    return f"{counts.read} {table}: {', '.join(parts) or 'nothing new'}"
