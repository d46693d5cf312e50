"""The reject file is opened in a spreadsheet: what somebody else wrote stays text there."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.importing.rejects import RejectFile
from tasks.importing.rows import Reject


@pytest.mark.parametrize(
    "cell",
    ['=HYPERLINK("http://x.example","y")', "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", " =1", "\r=1"],
)
def test_no_cell_is_a_formula(cell: str, tmp_path: Path) -> None:
    file = RejectFile(tmp_path, "shop", datetime(2026, 3, 18, tzinfo=UTC))
    file.add("customers", [Reject(cell, 3, cell, cell, cell)])
    assert file.path is not None
    with file.path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    assert rows[1].count(f"'{cell}") == 4
    assert (tmp_path / "rejects").stat().st_mode & 0o077 == 0
