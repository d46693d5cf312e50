"""The line of SQL that would read a refused value: what a person has to write once, for all rows of a cause."""

import re
from collections.abc import Sequence

from tasks.importing.columns import column_of
from tasks.importing.dates import form_of

_READ_BY = {"day": "iso_date", "time": "iso_time", "moment": "iso_date"}
_CHOSEN = {"language", "country", "zone", "role", "meaning", "truth", "currency"}


def mended(sql: str, table: str, column: str, values: Sequence[str]) -> str | None:
    """What to write into the SELECT to read these values, as in `iso_date(Termin, '%d.%m.%Y') AS promised_on`.

    None where no SQL helps: a value that is wrong by itself has to be mended where it stands.
    """
    known = column_of(table, column)
    if known is None:
        return None
    cell, name = _expression(sql, column), _quoted(column)
    if column == "ref" and values:
        return f"QUALIFY row_number() OVER (PARTITION BY {cell}) = 1   -- at its end: the first of equal references"
    if known.essential and not values:
        return f"WHERE {cell} IS NOT NULL   -- leaves such rows out"
    read = _read(known.kind, cell, values) if values else None
    return None if read is None else f"{read} AS {name}"


def _read(kind: str, cell: str, values: Sequence[str]) -> str | None:
    """An expression that turns the values into what a column of this kind takes."""
    if kind in _READ_BY:
        return _by_forms(cell, _READ_BY[kind], values)
    if kind == "email" and all(value.count("@") > 1 for value in values):
        return f"trim(split_part(replace({cell}, ',', ';'), ';', 1))"  # the first of several
    if kind in _CHOSEN:
        choices = " ".join(f"WHEN '{_text(value)}' THEN '…'" for value in dict.fromkeys(values))
        return f"CASE {cell} {choices} ELSE {cell} END"
    return None


def _by_forms(cell: str, function: str, values: Sequence[str]) -> str | None:
    """The function that reads days, once for each way in which they are written: what one cannot read the next does."""
    forms = [form for form in dict.fromkeys(form_of([value]) for value in values) if form is not None]
    if (shared := form_of(values)) is not None:
        forms = [shared]
    read = cell
    for form in forms:
        by = "iso_time" if "%H" in form or "%I" in form else function
        read = f"{by}({read}, '{form}')"
    return read if forms else None


def _expression(sql: str, column: str) -> str:
    """What the SELECT makes the column of, without our own function round it; else the column itself."""
    plain = re.sub(r"--[^\n]*", "", sql)
    alias = rf"\s+AS\s+\"?{re.escape(column)}\"?(?!\w)"
    for form in (rf"iso_(?:date|time)\(\s*(.+?)\s*,\s*'[^']*'\){alias}", rf"([^,\n]+){alias}"):
        if found := re.search(form, plain, re.IGNORECASE):
            return re.sub(r"^\s*SELECT\s+", "", found[1], flags=re.IGNORECASE).strip()
    return _quoted(column)


def _quoted(name: str) -> str:
    return f'"{name}"' if name == "order" else name


def _text(value: str) -> str:
    return value.replace("'", "''")
