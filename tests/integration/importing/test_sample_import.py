"""The sample company through the real import."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from models.policy import Policy
from tasks.importing.report import ImportReport
from tasks.importing.run import import_source
from tasks.runtime.database import Database

SAMPLE = Path(__file__).parents[3] / "sources" / "sample"
FIRST = datetime(2026, 3, 17, 23, 1, tzinfo=UTC)
"""A minute past midnight in Rome: the earliest hour of a day zero."""
ROWS = {"staff": 15, "customers": 300, "orders": 800, "invoices": 800, "responses": 59}


def test_everything_comes_in(db: Database, policy: Policy, tmp_path: Path) -> None:
    report = imported(db, policy, FIRST, tmp_path)
    assert {table: counts.rejected for table, counts in report.tables.items()} == dict.fromkeys(ROWS, 0)
    assert {table: counts.inserted for table, counts in report.tables.items()} == ROWS


def test_importing_again_days_later_changes_nothing(db: Database, policy: Policy, tmp_path: Path) -> None:
    imported(db, policy, FIRST, tmp_path)
    again = imported(db, policy, FIRST + timedelta(days=3), tmp_path)
    assert [(counts.inserted, counts.changed) for counts in again.tables.values()] == [(0, 0)] * len(ROWS)


def imported(db: Database, policy: Policy, now: datetime, state_dir: Path) -> ImportReport:
    return import_source(db, SAMPLE, None, now=now, policy=policy, state_dir=state_dir)
