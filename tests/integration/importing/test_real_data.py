"""The two public data sets, through the SELECTs that the project ships."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.policy import Policy
from models.tables import Customer, Invoice, Order, Response, Staff
from tasks.importing.report import ImportReport
from tasks.importing.rows import OrderRow, ResponseRow
from tasks.importing.run import import_source
from tasks.importing.source import open_source
from tasks.runtime.database import Database

SOURCES = Path(__file__).parents[3] / "sources"
NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)


class Importing:
    """Imports into one database."""

    def __init__(self, db: Database, policy: Policy, data: Path, state: Path) -> None:
        self._db, self._policy, self._data, self._state = db, policy, data, state

    def __call__(self, source: str, folder: str, *tables: str) -> ImportReport:
        return import_source(
            self._db,
            SOURCES / source,
            self._data / folder,
            now=NOW,
            policy=self._policy,
            state_dir=self._state,
            tables=tables,
        )


@pytest.fixture
def importing(db: Database, policy: Policy, real_data: Path, tmp_path: Path) -> Importing:
    return Importing(db, policy, real_data, tmp_path)


def test_the_marketplace(db: Database, importing: Importing) -> None:
    tables = ("staff", "customers", "orders")
    report = importing("olist", "olist", *tables)
    assert {table: (counts.inserted, counts.rejected) for table, counts in report.tables.items()} == {
        "staff": (2, 0),
        "customers": (3998, 0),
        "orders": (4000, 0),
    }
    with db.read() as session:
        delivered = session.scalar(select(func.count()).where(Order.delivered_at.is_not(None)))
        first = session.scalars(select(Order).where(Order.ref == "98e3a00dc4ec45980ec0c6fb585edef4")).one()
        assert session.scalar(select(func.count()).where(Order.cancelled_at < Order.signed_at)) == 0
        assert {row.role for row in session.scalars(select(Staff))} == {"manager", "after-sale"}
        assert session.scalar(select(func.count(Customer.timezone.distinct()))) == 1
    assert delivered == 3898
    assert first.signed_at == datetime(2018, 4, 11, 15, 51, 28, tzinfo=UTC)
    assert (first.promised_on, first.withdrawal_days) == (datetime(2018, 4, 27, tzinfo=UTC).date(), 7)
    again = importing("olist", "olist", *tables)
    assert all(counts.inserted == counts.changed == counts.rejected == 0 for counts in again.tables.values())


def test_its_surveys(real_data: Path) -> None:
    with open_source(SOURCES / "olist", real_data / "olist", {}) as source:
        answers = [row for batch in source.read("responses", NOW) for row in batch]
        orders = [row for batch in source.read("orders", NOW) for row in batch]
    assert len(answers) == 3986
    assert len({row.order for row in answers if isinstance(row, ResponseRow)}) == 3972
    assert sum("survey" not in row.dates for row in orders if isinstance(row, OrderRow)) == 28


def test_the_receivables(db: Database, importing: Importing) -> None:
    tables = ("staff", "customers", "invoices")
    report = importing("ibm", "receivables", *tables)
    assert {table: (counts.inserted, counts.rejected) for table, counts in report.tables.items()} == {
        "staff": (2, 0),
        "customers": (50, 0),
        "invoices": (1267, 0),
    }
    with db.read() as session:
        assert session.scalar(select(func.count()).where(Invoice.disputed_at.is_not(None))) == 357
        invoice = session.scalars(select(Invoice).where(Invoice.ref == "7900770")).one()
    assert (invoice.amount_cents, invoice.paid_at) == (6174, datetime(2013, 3, 3, 23, tzinfo=UTC))
    assert invoice.disputed_at == datetime(2013, 1, 26, 5, tzinfo=UTC)
    again = importing("ibm", "receivables", *tables)
    assert all(counts.inserted == counts.changed == counts.rejected == 0 for counts in again.tables.values())


@pytest.mark.slow
def test_its_surveys_are_heard(db: Database, importing: Importing) -> None:
    tables = ("staff", "customers", "orders", "responses")
    report = importing("olist", "olist", *tables)
    assert (report.tables["responses"].inserted, report.tables["responses"].rejected) == (3986, 0)
    with db.read() as session:
        assert session.scalar(select(func.count(Response.order_id.distinct()))) == 3972
