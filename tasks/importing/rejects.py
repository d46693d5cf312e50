"""The reject file: the only place, besides `--check`, where a rejected value can be read."""

import csv
import io
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from tasks.importing.rows import Reject

HEADER = ("table", "file", "row", "column", "value", "fix", "costs")


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def no_formula(cell: str) -> str:
    """A cell as text: what a spreadsheet would reckon with, or fetch from elsewhere, gets an apostrophe before it."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


class RejectFile:
    """A CSV file, made with the first reject, readable by its owner alone: it may hold personal data."""

    def __init__(self, state_dir: Path, source: str, now: datetime) -> None:
        self._folder = state_dir / "rejects"
        self._stem = f"{source}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        self.path: Path | None = None

    def add(self, table: str, rejects: Iterable[Reject]) -> None:
        """Append rejects of a table."""
        lines = io.StringIO()
        writer = csv.writer(lines)
        for item in rejects:
            cells = (table, item.file, item.row, item.column, item.value, item.fix)
            costs = "row" if item.costs_row else "cell"
            writer.writerow([*(no_formula(str(cell)) for cell in cells), costs])
        if not lines.tell():
            return
        if self.path is None:
            self.path = self._create()
        with self.path.open("a", encoding="utf-8", newline="") as file:
            file.write(lines.getvalue())

    def _create(self) -> Path:
        """A new file; one of the same second is left alone."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = 1
        while True:
            path = self._folder / f"{self._stem}{'' if number == 1 else f'-{number}'}.csv"
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                number += 1
                continue
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerow(HEADER)
            return path
