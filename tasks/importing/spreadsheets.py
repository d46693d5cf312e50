"""Workbooks of Excel and LibreOffice: every sheet as a CSV file in a temporary folder."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from tasks.importing.errors import SourceError

ROW = "excel_row"
"""Added to every sheet: the number of the row in the workbook, for `source_row`."""
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})


def sheets(data: Path, target: Path) -> Iterator[tuple[str, Path]]:
    """Every sheet of every workbook as a name and a CSV file: `stock`, or `stock.May` if there are several.

    Raises:
        SourceError: a file is no workbook, or wants a password.
    """
    target.mkdir(parents=True, exist_ok=True)
    books = (path for path in sorted(data.glob("*")) if path.suffix.lower() in _WORKBOOKS)
    for number, path in enumerate(books):
        if path.name.startswith(("~$", ".~lock")):  # the locks of Excel and LibreOffice
            continue
        for place, (name, rows) in enumerate(_read(path)):
            copy = target / f"{number}-{place}.csv"
            with copy.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(_lines(rows))
            yield name, copy


def _read(path: Path) -> Iterator[tuple[str, Iterable[Sequence[Any]]]]:
    try:
        with CalamineWorkbook.from_path(path) as book:
            for sheet in book.sheet_names:
                name = path.stem if len(book.sheet_names) == 1 else f"{path.stem}.{sheet}"
                yield name, book.get_sheet_by_name(sheet).iter_rows()
    except PasswordError as error:
        raise SourceError(f"{path.name}: wants a password; save it without one") from error
    except (CalamineError, OSError) as error:
        raise SourceError(
            f"{path.name}: cannot be read as a workbook ({type(error).__name__}); save it as .xlsx or .ods"
        ) from error


def _lines(rows: Iterable[Sequence[Any]]) -> Iterator[list[str]]:
    """The header, the first row with anything in it, and the rows below; empty rows are left out."""
    header: list[str] = []
    for number, row in enumerate(rows, start=1):
        cells = [_cell(value) for value in row]
        if not any(cells):
            continue
        if not header:
            header = [cell or f"column{place}" for place, cell in enumerate(cells, start=1)]
            yield [*header, ROW]
        else:
            yield [*(cells + [""] * len(header))[: len(header)], str(number)]


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        midnight = value.hour == value.minute == value.second == 0  # a workbook knows no days without a time
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
