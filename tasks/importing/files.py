"""What DuckDB cannot read by itself, files in old encodings and Excel: UTF-8 copies in a temporary folder."""

import codecs
import csv
import shutil
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tasks.importing.config import AUTO, SourceConfig
from tasks.importing.encodings import TEXT_FILES, encoding_of, is_utf8
from tasks.importing.errors import SourceError

EXCEL_ROW = "excel_row"
"""Added to every sheet: the number of the row in Excel, for `source_row`."""


def encodings_of(data: Path, config: SourceConfig) -> dict[str, str]:
    """By file, relative to the data folder: the encoding of those that have to be transcoded."""
    found = dict(config.encodings)
    if config.encoding == "utf-8":
        return found
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data).as_posix()
        if name not in found and path.suffix.lower() in TEXT_FILES and path.is_file() and not is_utf8(path):
            found[name] = encoding_of(path) if config.encoding == AUTO else config.encoding
    return found


def in_utf8(data: Path, encodings: Mapping[str, str], target: Path) -> Path:
    """The data folder itself; or, when files have to be transcoded, a copy made of links and of those files.

    Raises:
        SourceError: a file is missing, its encoding is not known, or it is not in that encoding.
    """
    if not encodings:
        return data
    for path in sorted(data.rglob("*")):
        link = target / path.relative_to(data)
        if path.is_file() and path.relative_to(data).as_posix() not in encodings:
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
    for name, encoding in encodings.items():
        _transcode(data / name, encoding, target / name)
    return target


def _transcode(path: Path, encoding: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        codecs.lookup(encoding)
        with (
            path.open(encoding=encoding, newline="") as old,
            target.open("w", encoding="utf-8", newline="") as new,
        ):
            shutil.copyfileobj(old, new)
    except LookupError:
        raise SourceError(
            f"source.toml: encodings: {encoding!r} is none; write for instance cp1250"
        ) from None
    except FileNotFoundError:
        raise SourceError(f"source.toml: encodings: there is no {path.name} in {path.parent}") from None
    except UnicodeDecodeError as error:
        place = f"byte {error.start}"
        raise SourceError(
            f"{path.name}: is not {encoding} ({place}); mend its line under [encodings]"
        ) from None


def sheets(data: Path, target: Path) -> Iterator[tuple[str, Path]]:
    """Every sheet of every `*.xlsx` as a name and a CSV file: `stock`, or `stock.May` if there are several.

    Raises:
        SourceError: a file is no workbook.
    """
    target.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(sorted(data.glob("*.xlsx"))):
        if path.name.startswith("~$"):  # Excel's own lock
            continue
        for name, lines in _read(path):
            copy = target / f"{number}-{len(list(target.iterdir()))}.csv"
            with copy.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(lines)
            yield name, copy


def _read(path: Path) -> Iterator[tuple[str, Iterator[list[str]]]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about styles and lists that are of no matter here
            book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # zip, XML and key errors: openpyxl has no class of its own for them
        raise SourceError(
            f"{path.name}: cannot be read as Excel ({type(error).__name__}); save it as .xlsx"
        ) from error
    try:
        for sheet in book.worksheets:
            name = path.stem if len(book.worksheets) == 1 else f"{path.stem}.{sheet.title}"
            yield name, _lines(sheet.iter_rows(values_only=True))
    finally:
        book.close()


def _lines(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[str]]:
    """The header, the first row with anything in it, and the rows below; empty rows are left out."""
    header: list[str] = []
    for number, row in enumerate(rows, start=1):
        cells = [_cell(value) for value in row]
        if not any(cells):
            continue
        if not header:
            header = [cell or f"column{place}" for place, cell in enumerate(cells, start=1)]
            yield [*header, EXCEL_ROW]
        else:
            yield [*(cells + [""] * len(header))[: len(header)], str(number)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        midnight = value.hour == value.minute == value.second == 0  # Excel knows no days without a time
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
