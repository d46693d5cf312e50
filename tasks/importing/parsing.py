"""From a record of a SELECT to a checked row, or to its reject."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tasks.importing.building import BUILDERS, UnusableError
from tasks.importing.columns import SOURCE_FILE, SOURCE_ROW, Column, column_of
from tasks.importing.config import SourceConfig
from tasks.importing.readers import readers
from tasks.importing.rows import AnyRow, Origin, Reject
from tasks.importing.seen import SeenKeys

_MISSING = "is missing, and a row cannot do without it; fill it in, or leave the row out with WHERE"
_NAMELESS = "is missing; fill it in; until then the reference stands in its place"
_TWICE = "came before in this import; make the reference unique, or leave the copy out"
_LEFT_OUT = "; the row came in without it"
_NO_VALUE = frozenset(
    {"-", "--", "n/a", "n.a.", "n/d", "n.d.", "nd", "na", "null", "none", "brak", "b/d", "bd", "k.a."}
)
"""What people write into a cell that has nothing in it."""


class RowParser:
    """Reads the records of one SELECT; remembers which references came, to refuse the second of a pair.

    `faults` collects the cells that could not be read in rows that came in all the same.
    """

    def __init__(
        self,
        table: str,
        names: Sequence[str],
        config: SourceConfig,
        *,
        file: str,
        now: datetime,
        line: Callable[[str, int], int] = lambda _, row: row,
    ) -> None:
        self._build, self._line = BUILDERS[table], line
        self._config, self._now, self._file = config, now, file
        self._at = {name: number for number, name in enumerate(names)}
        self._seen = SeenKeys()
        self._row = 0
        self.faults: list[Reject] = []
        read = readers(config.timezone)
        found = [(number, column_of(table, name)) for number, name in enumerate(names)]
        self._plan: list[tuple[int, Column, Callable[[Any], Any]]] = [
            (number, column, read[column.kind]) for number, column in found if column is not None
        ]
        self._named = [column for _, column, _ in self._plan if column.required and not column.essential]

    def parse(self, record: Sequence[Any]) -> AnyRow | Reject:
        """Read one record."""
        self._row += 1
        unread: list[UnusableError] = []
        try:
            row = self._build(self._values(record, unread), self._config, self._now)
            if not self._seen.add(row.ref):
                raise UnusableError("ref", _TWICE)
        except UnusableError as problem:  # a cell that could not be read says why better than its absence
            causes = (cell for cell in unread if cell.column == problem.column)
            return self._reject(record, next(causes, problem))
        faults = (self._reject(record, problem) for problem in unread)
        self.faults += [replace(fault, fix=fault.fix + _LEFT_OUT, costs_row=False) for fault in faults]
        return row

    def take_faults(self) -> list[Reject]:
        """The faults of cells since the last call."""
        taken, self.faults = self.faults, []
        return taken

    def close(self) -> None:
        """Forget what came."""
        self._seen.close()

    def _values(self, record: Sequence[Any], unread: list[UnusableError]) -> dict[str, Any]:
        """By field: the values that are there. An empty text is none.

        `unread` gets the cells that cost themselves alone.

        Raises:
            UnusableError: a cell that the row cannot do without is missing or cannot be read.
        """
        values: dict[str, Any] = {"origin": self._origin(record)}
        dates: dict[str, str] = {}
        for number, column, read in self._plan:
            value = self._read(column, read, record[number], unread)
            if value is None:
                if column.essential:
                    raise UnusableError(column.name, _MISSING)
            else:
                (dates if column.kind == "moment" else values)[column.field or column.name] = value
        if dates:
            values["dates"] = dates
        if unread:
            values["unread"] = frozenset(self._kept(problem.column) for problem in unread) - {""}
        self._name(values, unread)
        return values

    def _name(self, values: dict[str, Any], unread: list[UnusableError]) -> None:
        """Let the reference stand for a name or description that is missing."""
        for column in self._named:
            if column.name not in values and "ref" in values:
                values[column.name] = values["ref"]
                unread.append(UnusableError(column.name, _NAMELESS))

    @staticmethod
    def _read(
        column: Column, read: Callable[[Any], Any], value: Any, unread: list[UnusableError]
    ) -> Any | None:
        """The value as its column has it; None where it is empty, or cannot be read and costs only itself."""
        if type(value) is str:
            value = value.strip() or None
        if value is None:
            return None
        try:
            return read(value)
        except ValueError as problem:
            if column.essential or column.state:
                raise UnusableError(column.name, str(problem)) from None
            if not (type(value) is str and value.casefold() in _NO_VALUE):
                unread.append(UnusableError(column.name, str(problem)))
            return None

    def _kept(self, name: str) -> str:
        """The field that keeps what it had; none for an address: the old one is no longer what the source says."""
        column = next(column for _, column, _ in self._plan if column.name == name)
        return "" if column.kind == "email" else "dates" if column.kind == "moment" else column.field or name

    def _origin(self, record: Sequence[Any]) -> Origin:
        file = self._cell(record, SOURCE_FILE)
        row = self._cell(record, SOURCE_ROW)
        try:
            name = str(file or self._file)
            return Origin(name, self._row if row is None else self._line(name, int(row)))
        except (TypeError, ValueError):
            return Origin(str(file or self._file), self._row)

    def _reject(self, record: Sequence[Any], problem: UnusableError) -> Reject:
        value = self._cell(record, problem.column)
        file, row = self._origin(record)
        return Reject(file, row, problem.column, "" if value is None else str(value), problem.fix)

    def _cell(self, record: Sequence[Any], name: str) -> Any:
        number = self._at.get(name)
        return None if number is None else record[number]
