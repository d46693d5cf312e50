"""A whole import: what comes in, what changed, what is refused, and that doing it again changes nothing."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from models.policy import Policy
from models.queries.sending.suppressions import suppress
from models.tables import Customer, History, Invoice, Order, Response, Staff, Watermark
from models.words import Subject
from tasks.importing.errors import SourceError
from tasks.importing.report import ImportReport
from tasks.importing.run import import_source
from tasks.mails.suppressed import suppressed_among
from tasks.runtime.database import Database
from tests.import_sources import SETTINGS, Company

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


class Import:
    """A company, the database it goes to, and the import between them."""

    def __init__(self, db: Database, policy: Policy, folder: Path) -> None:
        self.db, self.policy, self.state_dir = db, policy, folder / "state"
        self.company = Company.usual(folder / "casa")

    def __call__(self, now: datetime = NOW, **options: Any) -> ImportReport:
        return import_source(
            self.db,
            self.company.folder,
            None,
            now=now,
            policy=self.policy,
            state_dir=self.state_dir,
            **options,
        )

    def one(self, model: Any, ref: str) -> Any:
        with self.db.read() as session:
            return session.scalars(select(model).where(model.ref == ref)).one()

    def planned(self) -> None:
        """As after planning: nothing is left to plan."""
        with self.db.write() as session:
            session.execute(update(Order).values(to_plan=False))
            session.execute(update(Invoice).values(to_plan=False))

    def history(self) -> list[tuple[str, dict[str, Any]]]:
        with self.db.read() as session:
            facts = select(History).where(History.subject_type != Subject.COMMITMENT).order_by(History.id)
            return [(row.event, row.details) for row in session.scalars(facts)]


@pytest.fixture
def casa(db: Database, policy: Policy, tmp_path: Path) -> Import:
    return Import(db, policy, tmp_path)


def test_everything_comes_in(casa: Import) -> None:
    report = casa()
    assert report.rejects_file is None
    assert report.sentence() == (
        "2 staff: 2 new; 2 customers: 2 new; 2 orders: 2 new; 2 invoices: 2 new; 1 responses: 1 new"
    )
    order, invoice = casa.one(Order, "o1"), casa.one(Invoice, "i1")
    assert order.customer_id == casa.one(Customer, "c1").id
    assert order.seller_id == casa.one(Staff, "s1").id
    assert (order.amount_cents, order.currency, order.withdrawal_days) == (120_050, "EUR", 14)
    assert order.signed_at == datetime(2026, 3, 1, 9, tzinfo=UTC)
    assert (order.promised_on, order.to_plan) == (date(2026, 4, 1), True)
    assert casa.one(Order, "o2").withdrawal_days == 0  # a business
    assert (invoice.order_id, invoice.due_on) == (order.id, date(2026, 3, 3))
    assert casa.one(Staff, "a1").deputy_id == casa.one(Staff, "s1").id
    assert (casa.one(Response, "r1").rating, casa.one(Response, "r1").channel) == (5, "import")
    assert (casa.one(Customer, "c2").language, casa.one(Customer, "c2").timezone) == ("pl", "Europe/Warsaw")


def test_importing_again_changes_nothing(casa: Import) -> None:
    casa()
    casa.planned()
    again = casa(LATER)
    assert all((c.inserted, c.changed, c.rejected) == (0, 0, 0) for c in again.tables.values())
    assert again.tables["orders"].unchanged == 2
    assert "2 orders: nothing new" in again.sentence()
    assert not casa.one(Order, "o1").to_plan
    assert not casa.one(Invoice, "i1").to_plan
    assert casa.history() == []


def test_a_moved_promise_is_remembered_with_its_time(casa: Import) -> None:
    casa()
    casa.planned()
    casa.company.change("orders", "2026-04-01", "2026-04-15")
    assert casa(LATER).tables["orders"].changed == 1
    order = casa.one(Order, "o1")
    assert (order.promised_on, order.promised_before) == (date(2026, 4, 15), date(2026, 4, 1))
    assert (order.promise_moved_at, order.to_plan) == (LATER, True)
    assert not casa.one(Order, "o2").to_plan
    assert casa.history() == [("promised-date-moved", {"old": "2026-04-01", "new": "2026-04-15"})]
    casa.company.change("orders", "kitchen", "large kitchen")
    casa(LATER + timedelta(days=1))
    assert casa.one(Order, "o1").promise_moved_at == LATER


@pytest.mark.parametrize(
    ("table", "old", "new", "event"),
    [
        ("orders", "2026-04-01,,", "2026-04-01,2026-03-17 10:00:00,", "delivered"),
        ("orders", "2026-04-01,,", "2026-04-01,,2026-03-17", "cancelled"),
        ("orders", "2026-04-01,,", ",,", "promised-date-withdrawn"),
        ("invoices", "2026-03-03,,,", "2026-03-03,2026-03-17,,", "paid"),
        ("invoices", "2026-03-03,,,", "2026-03-03,,2026-03-17,", "disputed"),
        ("invoices", "2026-03-03,,,", "2026-03-03,,,2026-03-17", "cancelled"),
        ("invoices", "2026-04-01,2026-03-05,", "2026-04-01,,", "payment-withdrawn"),
    ],
)
def test_what_happens_is_noticed(casa: Import, table: str, old: str, new: str, event: str) -> None:
    casa()
    casa.company.change(table, old, new)
    report = casa(LATER)
    assert (report.tables[table].changed, report.tables[table].rejected) == (1, 0)
    assert [name for name, _ in casa.history()] == [event]
    assert casa(LATER).tables[table].changed == 0


def test_a_settled_dispute(casa: Import) -> None:
    casa.company.change("invoices", "2026-03-03,,,", "2026-03-03,,2026-03-17,")
    casa()
    casa.company.change("invoices", "2026-03-03,,2026-03-17,", "2026-03-03,,,")
    casa(LATER)
    assert casa.one(Invoice, "i1").disputed_at is None
    assert [name for name, _ in casa.history()] == ["dispute-settled"]


def test_whom_planning_chose_stays_where_the_source_names_nobody(casa: Import) -> None:
    casa()
    chosen = casa.one(Staff, "a1").id
    with casa.db.write() as session:
        session.execute(update(Order).values(owner_id=chosen, deputy_id=chosen))
    casa.company.change("orders", "kitchen", "large kitchen")
    casa(LATER)
    order = casa.one(Order, "o1")
    assert (order.description, order.owner_id, order.deputy_id) == ("large kitchen", chosen, chosen)


def test_a_changed_customer_has_everything_planned_anew(casa: Import) -> None:
    casa()
    casa.planned()
    casa.company.change("customers", "Mario Rossi", "Mario Rossi & figli")
    casa(LATER)
    assert [casa.one(Order, "o1").to_plan, casa.one(Invoice, "i1").to_plan] == [True, True]
    assert [casa.one(Order, "o2").to_plan, casa.one(Invoice, "i2").to_plan] == [False, False]


def test_becoming_a_business_ends_the_right_to_withdraw(casa: Import) -> None:
    casa()
    casa.company.change("customers", "rossi.example,IT,", "rossi.example,IT,true")
    casa(LATER)
    assert casa.one(Order, "o1").withdrawal_days == 0


@pytest.mark.parametrize(
    ("address", "suppressed"), [("new@rossi.example", False), ("Mario@rossi.example", True)]
)
def test_a_suppression_is_about_an_address_so_a_new_one_is_written_to(
    casa: Import, address: str, *, suppressed: bool
) -> None:
    casa()
    with casa.db.write() as session:
        suppress(session, "mario@rossi.example", "5.1.1", customer_id=None, at=NOW, by="welcome-contact")
    casa.company.change("customers", "mario@rossi.example", address)
    casa(LATER)
    customer = casa.one(Customer, "c1")
    with casa.db.read() as session:
        assert (bool(suppressed_among(session, [customer])), customer.email) == (suppressed, address)


def test_bad_rows_cost_only_themselves(casa: Import) -> None:
    casa.company.write(
        "staff", casa.company.files["staff"] + "a2,Ugo,after-sale,,nobody\na3,Ada,after-sale,,a2\n"
    )
    casa.company.write(
        "customers", casa.company.files["customers"] + "c3,Bad,no address,IT,\nc4,,x@y.example,,\n"
    )
    casa.company.write(
        "orders",
        casa.company.files["orders"]
        + "o3,c3,,chair,1,2026-03-01,,,\no4,c1,s9,chair,1,2026-03-01,,,\n"
        + "o5,c1,,chair,1,2026-03-01,31/02/2026,,\n"
        + "o1,c1,,copy,1,2026-03-01,,,\n",
    )
    casa.company.write("invoices", casa.company.files["invoices"] + "i3,c1,o9,5,2026-03-01,2026-03-09,,,\n")
    casa.company.write(
        "responses",
        casa.company.files["responses"] + "r2,,o9,,,1,no,2026-03-12\nr3,c1,o2,,,1,no,2026-03-12\n",
    )
    report = casa()
    assert {table: dict(counts.columns) for table, counts in report.tables.items()} == {
        "staff": {},
        "customers": {},
        "orders": {"ref": 1},
        "invoices": {},
        "responses": {"order": 1, "customer": 1},
    }
    assert {table: dict(counts.cells) for table, counts in report.tables.items()} == {
        "staff": {"deputy": 1},
        "customers": {"email": 1, "name": 1},
        "orders": {"seller": 1, "promised_on": 1},
        "invoices": {"order": 1},
        "responses": {},
    }
    assert [counts.inserted for counts in report.tables.values()] == [4, 4, 5, 3, 1]
    said = "6 orders: 5 new, 1 rejected (ref 1), 2 cells not read (promised_on 1, seller 1)"
    assert said in report.sentence()
    assert casa.one(Order, "o1").description == "kitchen"


def test_rejects_are_kept_in_a_file_for_its_owner_alone(casa: Import) -> None:
    casa.company.change("orders", "2026-04-01", "31/02/2026")
    casa.company.change("invoices", "2026-03-03", "3 marzo")
    report = casa()
    assert report.rejects_file == casa.state_dir / "rejects" / "casa-20260318T090000Z.csv"
    assert report.rejects_file.stat().st_mode & 0o777 == 0o600
    with report.rejects_file.open(encoding="utf-8", newline="") as file:
        first, second_line = csv.DictReader(file)
    assert (second_line["column"], second_line["costs"]) == ("due_on", "row")
    assert first == {
        "table": "orders",
        "file": "orders.csv",
        "row": "2",
        "column": "promised_on",
        "value": "31/02/2026",
        "fix": "is no date; write it like 2026-02-28; the row came in without it",
        "costs": "cell",
    }
    assert "31/02/2026" not in repr(report)
    second = casa().rejects_file
    assert second is not None
    assert second.name == "casa-20260318T090000Z-2.csv"


def test_a_row_that_is_mended_comes_in(casa: Import) -> None:
    casa.company.change("orders", "2026-03-01 10:00:00", "first of March")
    counts = casa().tables
    assert (counts["orders"].columns, counts["invoices"].cells) == ({"signed_at": 1}, {"order": 1})
    casa.company.change("orders", "first of March", "2026-03-01 10:00:00")
    assert "2 orders: 1 new; 2 invoices: 1 changed" in casa(LATER).sentence()


def test_a_cell_that_becomes_unreadable_leaves_what_was_there_but_for_an_address(casa: Import) -> None:
    casa()
    casa.company.change("orders", "2026-04-01", "soon")
    casa.company.change("customers", "mario@rossi.example", "mario@rossi.example; info@rossi.example")
    report = casa(LATER)
    assert (report.tables["orders"].cells, report.tables["customers"].cells) == (
        {"promised_on": 1},
        {"email": 1},
    )
    assert casa.one(Order, "o1").promised_on == date(2026, 4, 1), "an unreadable day is no day taken back"
    assert casa.history() == []
    assert casa.one(Customer, "c1").email is None
    casa.company.change("orders", "soon", "")
    casa(LATER)
    assert casa.one(Order, "o1").promised_on is None, "an empty cell is one"


def test_a_customer_without_an_address_is_a_customer(casa: Import) -> None:
    casa.company.change("customers", "mario@rossi.example", "")
    assert casa().tables["customers"].rejected == 0
    assert casa.one(Customer, "c1").email is None


def test_check_shows_and_writes_nothing(casa: Import) -> None:
    casa.company.change("orders", "2026-04-01", "31/02/2026")
    report = casa(check=True)
    assert report.preview is not None
    assert [row.ref for row in report.preview.samples["customers"]] == ["c1", "c2"]
    [cause] = report.preview.causes
    assert (cause.table, cause.column, cause.costs_row, cause.count) == ("orders", "promised_on", False, 1)
    [example] = cause.examples
    assert (example.file, example.row, example.value) == ("orders.csv", 2, "31/02/2026")
    assert "31/02/2026" not in repr(report)
    assert not casa.state_dir.exists()
    with casa.db.read() as session:
        assert [session.scalars(select(model)).all() for model in (Staff, Customer, Watermark)] == [
            [],
            [],
            [],
        ]


def test_only_some_tables(casa: Import) -> None:
    assert list(casa(tables=["customers", "staff"]).tables) == ["staff", "customers"]
    with pytest.raises(SourceError, match=r"has no boxes\.sql; it has staff, customers"):
        casa(tables=["boxes"])


def test_when_a_table_was_last_imported(casa: Import) -> None:
    casa()
    casa.company.write("invoices", casa.company.files["invoices"].partition("\n")[0] + "\n")
    casa.company.change("orders", "2026-03-0", "32.03.2026 ")
    report = casa(LATER)
    with casa.db.read() as session:
        marks = {mark.name: mark.at for mark in session.scalars(select(Watermark))}
    assert marks["import:casa:customers"] == LATER
    assert marks["import:casa:invoices"] == NOW  # an empty export is no news of payments
    assert marks["import:casa:orders"] == NOW  # and neither is one of which nothing can be read
    assert "not counted as a fresh import" in report.sentence()


def test_the_day_of_the_first_import_is_kept(casa: Import) -> None:
    casa.company.settings(SETTINGS + '[variables]\nday_zero = "first-import"\nshop = "Bari"\n')
    casa.company.select(
        "orders",
        "SELECT 'o1' AS ref, 'c1' AS customer, getvariable('shop') AS description, "
        "getvariable('day_zero')::DATE - 3 AS signed_at",
    )
    just_before_midnight_utc = datetime(2026, 3, 18, 23, 30, tzinfo=UTC)  # the 19th in Rome
    casa(just_before_midnight_utc)
    again = casa(just_before_midnight_utc + timedelta(days=7))
    assert again.tables["orders"].unchanged == 1
    order = casa.one(Order, "o1")
    assert (order.description, order.signed_at) == ("Bari", datetime(2026, 3, 15, 23, tzinfo=UTC))
    with casa.db.read() as session:
        assert (
            session.scalars(select(Watermark.value).where(Watermark.name == "source:casa:day_zero")).one()
            == "2026-03-19"
        )


def test_b16_an_import_that_gives_orders_to_whoever_sells_says_so(casa: Import) -> None:
    orders = casa.company.files["orders"].splitlines()
    owned = [f"{orders[0]},owner", f"{orders[1]},s1", f"{orders[2]},s1"]
    assert "whoever sells" not in casa().sentence()
    casa.company.write("orders", "\n".join(owned) + "\n")
    assert "1 open ones belong to whoever sells, not to after-sale (column owner)" in casa(LATER).sentence()
