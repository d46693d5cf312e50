"""A look at an export: where its header is, how its columns look, and how DuckDB reads it."""

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from models.rules.importing.headers import ValueForm
from models.rules.importing.values import read_money
from tasks.importing.addresses import read_email
from tasks.importing.dates import form_of
from tasks.importing.encodings import TEXT_FILES, encoding_of, is_utf8
from tasks.importing.errors import SourceError
from tasks.importing.spreadsheets import ROW, sheets
from tasks.importing.xml_documents import FILE, documents

_LOOKED_AT = 2_000
"""Rows of a file that are looked at; what comes later looks alike."""
_TITLES = 20
"""A header stands within so many lines: some programs write a title above it."""
_MOST_OF = 0.9
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class ExportColumn:
    """A column as it looks: its values that are not empty, and what they have in common."""

    name: str
    values: Sequence[str]
    form: ValueForm | None
    date_form: str | None = None
    """How its days are written, as DuckDB says it; empty for ISO."""


@dataclass(frozen=True)
class ExportTable:
    """A table of an export. `sql` is what stands after FROM; rows of it have `source_row`."""

    file: Path
    name: str
    sql: str
    rows: int
    is_utf8: bool
    columns: dict[str, ExportColumn] = field(default_factory=dict)


def look(path: Path) -> list[ExportTable]:
    """The tables of a file: one of a text file, one a sheet of a workbook, one of documents in XML.

    Raises:
        SourceError: the file is none that we read, or has no header.
    """
    if not path.is_file():
        raise SourceError(f"{path}: there is no such file")
    if path.suffix.lower() in TEXT_FILES:
        return [_text(path)]
    with TemporaryDirectory(prefix="seguito-connect-") as scratch:
        alone = Path(scratch) / "data"
        alone.mkdir()
        (alone / path.name).symlink_to(path.resolve())
        made = [*sheets(alone, Path(scratch) / "sheets"), *documents(alone, Path(scratch) / "xml")]
        found = [_copied(path, name, copy) for name, copy in made]
    if not found:
        raise SourceError(f"{path.name}: is no table that is read here: CSV, a workbook, or invoices in XML")
    return found


def _text(path: Path) -> ExportTable:
    plain = is_utf8(path)
    encoding = "utf-8-sig" if plain else encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        head = list(islice(file, _TITLES))
    delimiter = max(_DELIMITERS, key=lambda mark: _fits(head, mark))
    with path.open(encoding=encoding, newline="") as file:
        rows = list(islice(csv.reader(file, delimiter=delimiter), _LOOKED_AT))
    skip = _header_at(rows)
    if skip is None:
        raise SourceError(f"{path.name}: has no line of headers in its first {_TITLES} lines")
    options = [f"delim = '{delimiter}'", "header = true", "all_varchar = true", "store_rejects = true"]
    if skip:
        options.append(f"skip = {skip}")
    name = path.name.replace("'", "''")
    reading = f"read_csv('{name}', {', '.join(options)})"
    sql = f"(SELECT *, row_number() OVER () + {skip + 1} AS source_row FROM {reading})"  # noqa: S608 (written for people to read, over their own file)
    return _table(path, path.stem, sql, rows[skip], rows[skip + 1 :], plain=plain)


def _copied(path: Path, name: str, copy: Path) -> ExportTable:
    with copy.open(encoding="utf-8", newline="") as file:
        header, *rows = list(islice(csv.reader(file), _LOOKED_AT)) or [[]]
    quoted = name.replace('"', '""')
    numbered = f"{ROW} AS source_row" if ROW in header else "row_number() OVER () AS source_row"
    sql = f'(SELECT *, {numbered} FROM "{quoted}")'  # noqa: S608 (likewise)
    return _table(path, name, sql, header, rows, plain=True)


def _table(
    path: Path, name: str, sql: str, header: Sequence[str], rows: Sequence[Sequence[str]], *, plain: bool
) -> ExportTable:
    columns = {
        title.strip(): _column(title.strip(), [row[place].strip() for row in rows if place < len(row)])
        for place, title in enumerate(header)
        if title.strip() and title not in {ROW, FILE}
    }
    return ExportTable(path, name, sql, len(rows), plain, columns)


def _fits(lines: Sequence[str], mark: str) -> int:
    """How many lines have the most frequent number of cells, weighed by that number."""
    counts = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if len(row) > 1)
    return max((cells * lines for cells, lines in counts.items()), default=0)


def _header_at(rows: Sequence[Sequence[str]]) -> int | None:
    """The first line that is about as wide as the widest, and has no number in it."""
    widest = max((sum(bool(cell.strip()) for cell in row) for row in rows[:_TITLES]), default=0)
    for place, row in enumerate(rows[:_TITLES]):
        filled = [cell for cell in row if cell.strip()]
        if widest > 1 and len(filled) * 2 > widest and not any(_is(read_money, cell) for cell in filled):
            return place
    return None


def _column(name: str, cells: Sequence[str]) -> ExportColumn:
    values = [cell for cell in cells if cell]
    if not values:
        return ExportColumn(name, (), None)
    date_form = form_of(values)
    if date_form is not None:
        return ExportColumn(name, values, ValueForm.DAY, date_form)
    for form, read in ((ValueForm.EMAIL, read_email), (ValueForm.NUMBER, read_money)):
        if sum(_is(read, value) for value in values) >= _MOST_OF * len(values):
            return ExportColumn(name, values, form)
    return ExportColumn(name, values, ValueForm.TEXT)


def _is(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True
