"""Imports that meet: at once, or after one that broke off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.policy import Policy
from models.tables import Order, Watermark
from tasks.importing.errors import SourceError
from tasks.importing.report import ImportReport
from tasks.importing.run import import_source
from tasks.runtime.database import Database
from tests.import_sources import Company

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
MANY = 12_000


@pytest.fixture
def busy(tmp_path: Path) -> Company:
    company = Company.usual(tmp_path / "casa")
    lines = (f"m{number},c1,,chair,1,2026-03-01,,,\n" for number in range(MANY))
    company.write("orders", company.files["orders"] + "".join(lines))
    return company


def imported(db: Database, company: Company, policy: Policy) -> ImportReport:
    return import_source(
        db, company.folder, None, now=NOW, policy=policy, state_dir=company.folder / "state", tables=None
    )


def test_two_at_once_write_everything_once(db: Database, busy: Company, policy: Policy) -> None:
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(imported, db, busy, policy) for _ in range(2)]
        reports = [job.result() for job in jobs]
    assert sum(report.tables["orders"].inserted for report in reports) == MANY + 2
    assert sum(report.tables["orders"].changed for report in reports) == 0
    with db.read() as session:
        assert session.scalar(select(func.count(Order.id))) == MANY + 2


def test_one_that_broke_off_is_taken_up_again(db: Database, busy: Company, policy: Policy) -> None:
    whole = (busy.folder / "orders.sql").read_text(encoding="utf-8")
    late = f"CASE WHEN source_row > 9000 THEN error('the disk is gone') ELSE ref END AS ref FROM ({whole})"
    busy.select("orders", f"SELECT * EXCLUDE ref, {late}")
    with pytest.raises(SourceError, match="the disk is gone"):
        imported(db, busy, policy)
    with db.read() as session:
        there = session.scalar(select(func.count(Order.id))) or 0
        assert there < MANY
        assert session.scalar(select(Watermark.name).where(Watermark.name.like("import:%:orders"))) is None
    busy.select("orders", whole)
    counts = imported(db, busy, policy).tables["orders"]
    assert (counts.inserted, counts.unchanged, counts.changed) == (MANY + 2 - there, there, 0)
