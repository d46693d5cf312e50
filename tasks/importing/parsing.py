"""From a record of a SELECT to a checked row, or to its reject."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from tasks.importing.building import BUILDERS, UnusableError
from tasks.importing.columns import SOURCE_FILE, SOURCE_ROW, Column, column_of
from tasks.importing.config import SourceConfig
from tasks.importing.readers import readers
from tasks.importing.rows import AnyRow, Origin, Reject
from tasks.importing.seen import Seen

_MISSING = "is missing, and a row cannot do without it; fill it in, or leave the row out with WHERE"
_TWICE = "came before in this import; make the reference unique, or leave the copy out"


class RowParser:
    """Reads the records of one SELECT; remembers which references came, to refuse the second of a pair."""

    def __init__(
        self, table: str, names: Sequence[str], config: SourceConfig, *, file: str, now: datetime
    ) -> None:
        self._build = BUILDERS[table]
        self._config, self._now, self._file = config, now, file
        self._at = {name: number for number, name in enumerate(names)}
        self._seen = Seen()
        self._row = 0
        read = readers(config.timezone)
        found = [(number, column_of(table, name)) for number, name in enumerate(names)]
        self._plan: list[tuple[int, Column, Callable[[Any], Any]]] = [
            (number, column, read[column.kind]) for number, column in found if column is not None
        ]

    def parse(self, record: Sequence[Any]) -> AnyRow | Reject:
        """Read one record."""
        self._row += 1
        try:
            row = self._build(self._values(record), self._config, self._now)
            if not self._seen.add(row.ref):
                raise UnusableError("ref", _TWICE)
        except UnusableError as problem:
            return self._reject(record, problem)
        return row

    def close(self) -> None:
        """Forget what came."""
        self._seen.close()

    def _values(self, record: Sequence[Any]) -> dict[str, Any]:
        """By field: the values that are there. An empty text is none."""
        values: dict[str, Any] = {"origin": self._origin(record)}
        dates: dict[str, str] = {}
        for number, column, read in self._plan:
            value = record[number]
            if type(value) is str:
                value = value.strip() or None
            if value is not None:
                try:
                    value = read(value)
                except ValueError as problem:
                    raise UnusableError(column.name, str(problem)) from None
            if value is None:
                if column.required:
                    raise UnusableError(column.name, _MISSING)
            else:
                (dates if column.kind == "moment" else values)[column.field or column.name] = value
        if dates:
            values["dates"] = dates
        return values

    def _origin(self, record: Sequence[Any]) -> Origin:
        file = self._cell(record, SOURCE_FILE)
        row = self._cell(record, SOURCE_ROW)
        try:
            return Origin(str(file or self._file), self._row if row is None else int(row))
        except (TypeError, ValueError):
            return Origin(str(file or self._file), self._row)

    def _reject(self, record: Sequence[Any], problem: UnusableError) -> Reject:
        value = self._cell(record, problem.column)
        file, row = self._origin(record)
        return Reject(file, row, problem.column, "" if value is None else str(value), problem.fix)

    def _cell(self, record: Sequence[Any], name: str) -> Any:
        number = self._at.get(name)
        return None if number is None else record[number]
