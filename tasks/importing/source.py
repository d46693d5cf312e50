"""A source: a folder with `source.toml` and one SELECT a table."""

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Self

from tasks.importing.columns import COLUMNS, SOURCE_FILE, SOURCE_ROW, column_of
from tasks.importing.config import FIRST_IMPORT, SourceConfig, address_of, read_config
from tasks.importing.duck import Files
from tasks.importing.errors import SourceError
from tasks.importing.parsing import RowParser
from tasks.importing.remote import Remote
from tasks.importing.rows import TABLES, AnyRow, Reject
from tasks.importing.selected import Selecting

_BATCH_ROWS = 5_000
_OTHER_BATCHES = {"staff": 1_000_000, "responses": 500}
"""Staff come as one, since each may name any other as deputy; an answer takes longer to hear than a row."""


class Source:
    """An open source. Use it as a context manager: it holds a database and perhaps a temporary folder."""

    def __init__(self, folder: Path, config: SourceConfig, selecting: Selecting) -> None:
        self.folder, self.config = folder, config
        self.name = folder.resolve().name
        self.tables = tuple(table for table in TABLES if (folder / f"{table}.sql").is_file())
        self._selecting = selecting

    def read(self, table: str, now: datetime) -> Iterator[list[AnyRow | Reject]]:
        """The rows of a table in batches of at most 5,000, in the order of the SELECT, and the faults of their cells.

        Args:
            table: one of `self.tables`.
            now: aware; what lies more than a day after it cannot have happened.

        Raises:
            SourceError: the SELECT cannot run, or returns other columns than the table has.
        """
        file = f"{self.name}/{table}.sql"
        selected = self._selecting.select(self.sql(table), file)
        _check_columns(table, selected.names, file)
        parser = RowParser(
            table, selected.names, self.config, file=f"{table}.sql", now=now, line=selected.line
        )
        with closing(parser):
            for batch in selected.batches(_OTHER_BATCHES.get(table, _BATCH_ROWS)):
                rows = [parser.parse(record) for record in batch]
                yield [*rows, *parser.take_faults()]
        if malformed := self._selecting.malformed():
            yield list(malformed)

    def sql(self, table: str) -> str:
        """The SELECT of a table, as it stands in its file.

        Raises:
            SourceError: the file is no text in UTF-8.
        """
        try:
            return (self.folder / f"{table}.sql").read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            said = f"cannot be read as UTF-8 text ({type(error).__name__})"
            raise SourceError(f"{self.name}/{table}.sql: {said}") from error

    def close(self) -> None:
        """Give back what it holds."""
        self._selecting.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_source(folder: Path, data: Path | None, variables: Mapping[str, str]) -> Source:
    """Open a source; nothing is read yet.

    Args:
        folder: where `source.toml` and the SELECTs stand.
        data: where the files stand; None for the folder `data` in the source.
        variables: values that stand in for those of `source.toml`; needed for `first-import`.

    Raises:
        SourceError: something is missing or cannot hold.
    """
    config = read_config(folder)
    if not any((folder / f"{table}.sql").is_file() for table in TABLES):
        raise SourceError(f"{folder}: has no SELECT; write one a table, such as customers.sql")
    if (address := address_of(config, folder)) is not None:
        return Source(folder, config, Remote(address))
    data = data or folder / "data"
    if not data.is_dir():
        raise SourceError(f"{data}: there is no such folder; give the folder of the files with --data")
    values = {**config.variables, **variables}
    if unset := [name for name, value in values.items() if value == FIRST_IMPORT]:
        where = f"{folder / 'source.toml'}: variables: {', '.join(unset)}"
        raise SourceError(f"{where}: has no day yet; import the source first")
    return Source(folder, config, Files(data, config, values))


def _check_columns(table: str, names: Sequence[str], file: str) -> None:
    known = [*COLUMNS[table], SOURCE_FILE, SOURCE_ROW]
    for name, count in Counter(names).items():
        if count > 1:
            raise SourceError(f"{file}: returns {name} {count} times; name each column once")
        if name not in known and column_of(table, name) is None:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"the columns are {', '.join(known)}"
            raise SourceError(f"{file}: returns {name}, which is no column of {table}; {hint}")
    for column in COLUMNS[table].values():
        if column.required and column.name not in names:
            raise SourceError(f"{file}: returns no column {column.name}; add it to the SELECT")
    if table == "responses" and not {"customer", "order", "invoice"} & set(names):
        raise SourceError(f"{file}: says not whose answers these are; add customer, order or invoice")
