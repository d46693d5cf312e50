"""The command `seguito connect`: from a company's export to a source that can be looked at."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tasks.importing.connect.propose import Select, propose
from tasks.importing.connect.tables import look
from tasks.importing.connect.write import write_source
from tasks.importing.errors import SourceError
from tasks.importing.rows import Reject
from tasks.importing.source import open_source
from tasks.runtime.clock import SystemClock


def connect(*files: Path, to: Path | None = None) -> int:
    """Look at exports of an ERP, shop or invoicing program, and propose a source that imports them.

    Args:
        files: CSV, workbooks, or invoices in XML.
        to: The folder of the new source; `sources/` and the name of the first file when not given.
    """
    if not files:
        raise SourceError("name the files to look at, such as orders.csv and customers.xlsx")
    folder = to or Path("sources") / files[0].stem
    tables = [table for file in files for table in look(file)]
    selects = propose(tables)
    if not selects:
        raise SourceError(
            "no customers, orders or invoices were found in these columns; see docs/how-to/import.md"
        )
    write_source(folder, tables, selects)
    for line in _told(selects):
        print(line)
    for line in _tried(folder, SystemClock().now()):
        print(line)
    print(f"Written to {folder}. Answer what is asked there, then: seguito import {folder} --check")
    return 0


def _told(selects: list[Select]) -> Iterator[str]:
    for select in selects:
        yield f"{select.table} from {select.origin.file.name}"
        for item in select.items:
            yield f"  {'?' if item.doubt else ' '} {item.column}: {item.sql}{f' ({item.doubt})' if item.doubt else ''}"
        for missing in select.missing:
            yield f"  - {missing}"


def _tried(folder: Path, now: datetime) -> Iterator[str]:
    """What would come in as it stands, read once without a database."""
    with open_source(folder, None, {}) as source:
        for table in source.tables:
            rows = [row for batch in source.read(table, now) for row in batch]
            faults = [row for row in rows if isinstance(row, Reject)]
            outside = sum(fault.costs_row for fault in faults)
            yield f"{table}: {len(rows) - len(faults)} rows can be read, {outside} cannot"
