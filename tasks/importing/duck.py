"""SELECTs over files, run in DuckDB: in memory, bounded, and without the network."""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb

from tasks.importing.config import SourceConfig
from tasks.importing.encodings import TEXT_FILES, encoding_of, is_utf8
from tasks.importing.errors import SourceError
from tasks.importing.files import encodings_of, in_utf8
from tasks.importing.months import in_sql
from tasks.importing.rows import Reject
from tasks.importing.selected import Selected
from tasks.importing.spreadsheets import sheets
from tasks.importing.xml_documents import documents

_MEMORY, _THREADS = "1GB", 2
_HELPERS = f"""
CREATE MACRO read_day(value, format) AS
    try_strptime(CASE WHEN format ILIKE '%\\%b%' ESCAPE '\\' THEN {in_sql("value")} ELSE value END, format);
CREATE MACRO iso_date(value, format) AS
    CASE WHEN year(read_day(value, format)) BETWEEN 1900 AND 2199
        THEN strftime(read_day(value, format), '%Y-%m-%d') ELSE value END;
CREATE MACRO iso_time(value, format) AS
    CASE WHEN year(read_day(value, format)) BETWEEN 1900 AND 2199
        THEN strftime(read_day(value, format), '%Y-%m-%d %H:%M:%S') ELSE value END;
"""
"""Text in another order to ISO, with names of months in our languages (%b, %B). What cannot be read, or gives a year of
another age (`10/1/26` by `%d/%m/%Y`), stays as it is, so that only its row is refused, with its own words."""
_NAME = r"'([^'\n]+\.(?:csv|tsv|txt|parquet|json|jsonl|ndjson|gz|zst))'"
_FILE = re.compile(rf"{_NAME}(?!\s+AS\s)", re.IGNORECASE)
"""A file that a SELECT names, but for one that it only tells as a value."""
_READ = re.compile(rf"((?:\w+\(|\bFROM|\bJOIN)\s*){_NAME}", re.IGNORECASE)
"""Where DuckDB opens one."""
_STORES_REJECTS, _READ_THROUGH = "store_rejects", "read_through"
_MALFORMED = """
SELECT s.file_path, e.line, any_value(e.csv_line)
FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id) GROUP BY 1, 2 ORDER BY 1, 2
"""


class Files:
    """A DuckDB that finds files relative to the data folder."""

    def __init__(self, data: Path, config: SourceConfig, variables: Mapping[str, str]) -> None:
        self._given = data
        self._malformed: list[Reject] = []
        self._scratch = tempfile.TemporaryDirectory(prefix="seguito-import-")
        scratch = Path(self._scratch.name)
        try:
            self._data = in_utf8(data.resolve(), encodings_of(data, config), scratch / "data")
            self._duck = _open(self._data, scratch, config.timezone)
            self._prepare(variables, scratch)
        except BaseException:
            self._scratch.cleanup()
            raise

    def _prepare(self, variables: Mapping[str, str], scratch: Path) -> None:
        for name, value in variables.items():
            self._duck.execute(f"SET VARIABLE {_quoted(name)} = ?", [value])
        tables = chain(sheets(self._given, scratch / "sheets"), documents(self._given, scratch / "documents"))
        for name, copy in tables:
            options = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"'"
            path = str(copy).replace("'", "''")
            self._duck.execute(f"CREATE VIEW {_quoted(name)} AS FROM read_csv('{path}', {options})")

    def select(self, sql: str, file: str) -> Selected:
        """Start a SELECT; its rows come in batches.

        Raises:
            SourceError: it cannot run, now or while its rows come.
        """
        self._refuse_old_encodings(sql)
        sql = self._anchored(sql, file)
        try:
            statements = self._duck.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise SourceError(f"{file}: is not one SELECT; leave exactly one statement in it")
            described = self._duck.execute(f"DESCRIBE {sql}").fetchall()
            plain = _aware_as_text(sql, described)
            if (
                _STORES_REJECTS in sql.lower()
            ):  # read to its end first: only then the lines that are none are known
                self._duck.execute(
                    f"CREATE OR REPLACE TEMP TABLE {_READ_THROUGH} AS {plain.rstrip().rstrip(';')}"
                )
                self._note_malformed()
                plain = f"FROM {_READ_THROUGH}"
            result = self._duck.execute(plain)
        except duckdb.Error as error:
            raise self._source_error(file, error) from None
        names = [str(row[0]) for row in described]
        return Selected(names, lambda size: self._batches(result, size, file), self._line)

    def _batches(self, result: duckdb.DuckDBPyConnection, size: int, file: str) -> Iterator[Sequence[Any]]:
        try:
            while batch := result.fetchmany(size):
                yield batch
        except duckdb.Error as error:
            raise self._source_error(file, error) from None

    def malformed(self) -> list[Reject]:
        """Lines that were no rows at all, from files read with `store_rejects = true`; each is told once."""
        told, self._malformed = self._malformed, []
        return told

    def _note_malformed(self) -> None:
        try:
            found = self._duck.execute(_MALFORMED).fetchall()
            self._duck.execute("DELETE FROM reject_errors")
        except duckdb.CatalogException:  # nothing was read that way
            found = []
        fix = "has the wrong number of cells or a cell of another kind; mend the line"
        self._malformed = [
            Reject(Path(path).name, line, "line", text.strip("\r\n"), fix) for path, line, text in found
        ]

    def _line(self, file: str, row: int) -> int:
        """The line of a file that a row stands on, where lines before it were none, and so were not counted."""
        for one in self._malformed:  # in the order of their lines
            if one.file == file and one.row <= row:
                row += 1
        return row

    def close(self) -> None:
        """Close it, and remove what was made for it."""
        self._duck.close()
        self._scratch.cleanup()

    def _anchored(self, sql: str, file: str) -> str:
        """The SELECT with its files named in full: DuckDB looks into the working directory first.

        Raises:
            SourceError: a file that is named elsewhere than in a reading function stands in the working directory too.
        """
        anchored = _READ.sub(lambda found: f"{found[1]}'{self._in_full(found[2])}'", sql)
        here = Path.cwd()
        for name in _FILE.findall(anchored):
            if not Path(name).is_absolute() and any(here.glob(name)) and here != self._data:
                raise SourceError(
                    f"{file}: {name} also stands in the working directory; start in another one"
                )
        return anchored

    def _in_full(self, name: str) -> str:
        is_ours = not Path(name).is_absolute() and any(self._data.glob(name))
        return str(self._data / name).replace("'", "''") if is_ours else name

    def _refuse_old_encodings(self, sql: str) -> None:
        """DuckDB would skip every line with a letter that is not UTF-8, the header too, and then miss a column."""
        if "encoding" in sql.lower():
            return
        named = {path for name in _FILE.findall(sql) for path in self._data.glob(name.lstrip("/"))}
        for path in sorted(named):
            if path.suffix.lower() in TEXT_FILES and path.is_file() and not is_utf8(path):
                name = path.relative_to(self._data).as_posix()
                raise SourceError(
                    f'{name}: is not UTF-8; by its letters it is {encoding_of(path)}: write encoding = "auto" into '
                    f'source.toml, or "{name}" = "{encoding_of(path)}" under [encodings]'
                )

    def _source_error(self, file: str, error: duckdb.Error) -> SourceError:
        """Without the values that DuckDB quotes: errors go to logs."""
        lines = str(error).splitlines() or [""]
        said = (
            lines[0] if not isinstance(error, duckdb.ConversionException) else "a value does not fit its type"
        )
        if column := re.search(r'Error when converting column "([^"]*)"', str(error)):
            said += f" in column {column[1]}"
        return SourceError(f"{file}: {said}; {_advice(error, self._given)}")


def _open(data: Path, scratch: Path, timezone: str) -> duckdb.DuckDBPyConnection:
    duck = duckdb.connect(
        config={
            "memory_limit": _MEMORY,
            "threads": _THREADS,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "temp_directory": str(scratch / "spill"),
        }
    )
    duck.execute("SET file_search_path = ?", [str(data)])
    duck.execute("SET TimeZone = ?", [timezone])
    duck.execute(_HELPERS)
    return duck


def _aware_as_text(sql: str, described: Sequence[Sequence[Any]]) -> str:
    """Aware times leave DuckDB as ISO text with their offset; as values they would need another library."""
    aware = [_quoted(row[0]) for row in described if row[1] == "TIMESTAMP WITH TIME ZONE"]
    if not aware:
        return sql
    casts = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in aware)
    return f"SELECT * REPLACE ({casts}) FROM (\n{sql.strip().rstrip(';')}\n)"  # noqa: S608 (the source's own SELECT)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _advice(error: duckdb.Error, data: Path) -> str:
    if isinstance(error, duckdb.IOException):
        return f"files are looked for in {data}; give the right folder with --data"
    if isinstance(error, (duckdb.ConversionException, duckdb.InvalidInputException)):
        return (
            "read files with all_varchar = true, and name those not in UTF-8 under [encodings] in source.toml"
        )
    return "mend the SELECT; it is DuckDB's SQL"
