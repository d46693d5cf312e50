"""Writing the proposed source: `source.toml`, a SELECT a table, and links to the files."""

from collections.abc import Sequence
from pathlib import Path

from tasks.importing.connect.propose import Item, Select, currency_of, language_of
from tasks.importing.connect.tables import ExportTable
from tasks.importing.errors import SourceError

_PLACES = {
    "it": ("Europe/Rome", "IT", "EUR"),
    "pl": ("Europe/Warsaw", "PL", "PLN"),
    "de": ("Europe/Berlin", "DE", "EUR"),
}
_ELSEWHERE = ("Europe/Rome", "IT", "EUR")


def write_source(folder: Path, tables: Sequence[ExportTable], selects: Sequence[Select]) -> None:
    """Write a new source.

    Raises:
        SourceError: the folder is there already, or cannot be written.
    """
    if folder.exists():
        raise SourceError(f"{folder}: is there already; give another name, or move it away")
    try:
        (folder / "data").mkdir(parents=True)
        (folder / "source.toml").write_text(_settings(tables), encoding="utf-8")
        for name in dict.fromkeys(select.table for select in selects):
            parts = [_sql(select) for select in selects if select.table == name]
            (folder / f"{name}.sql").write_text("\nUNION ALL BY NAME\n".join(parts) + "\n", encoding="utf-8")
        for file in dict.fromkeys(table.file.resolve() for table in tables):
            (folder / "data" / file.name).symlink_to(file)
    except OSError as error:
        raise SourceError(f"{folder}: cannot be written ({error.strerror})") from error


def _settings(tables: Sequence[ExportTable]) -> str:
    language = language_of(tables)
    zone, country, currency = _PLACES.get(language, _ELSEWHERE)
    lines = [
        f'timezone = "{zone}"   # times in the files have no zone; they are meant in this one',
        f'country = "{country}"   # these three stand where a cell is empty',
        f'language = "{language}"',
        f'currency = "{currency_of(tables) or currency}"',
    ]
    if not all(table.is_utf8 for table in tables):
        lines.append('encoding = "auto"   # a file is not UTF-8')
    return "\n".join(lines) + "\n"


def _sql(select: Select) -> str:
    lines = [f"-- Proposed from {select.origin.file.name}; look at every line with a question."]
    lines += [f"-- {missing}" for missing in select.missing]
    lines.append("SELECT")
    lines += [_line(item) for item in select.items]
    lines.append(f"    '{select.origin.file.name}' AS source_file,".replace("''", "'"))
    lines.append("    min(source_row) AS source_row")
    lines.append(f"FROM {select.origin.sql}")
    lines.append(f"WHERE {select.items[0].sql} IS NOT NULL")
    lines.append(f"GROUP BY {select.items[0].sql}   -- files with a row per item have several for one")
    told = [item.sql for item in select.items if item.column in {"customer", "signed_at", "issued_on"}]
    if told:  # a line of totals has neither
        lines.append(f"HAVING coalesce({', '.join(told)}) IS NOT NULL")
    return "\n".join(lines)


def _line(item: Item) -> str:
    name = '"order"' if item.column == "order" else item.column
    return f"    {item.sql} AS {name},{f'   -- ? {item.doubt}' if item.doubt else ''}"
