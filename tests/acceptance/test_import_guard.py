"""A broken export is wrong for everybody at once: what is too much of its kind waits for a person, and only that."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.queries.importing import guard as queries
from models.tables import Customer, Invoice, Order
from models.words import CommitmentKind
from tasks.importing import stops
from tasks.importing.run import import_source
from tests.fakes import plain
from tests.import_sources import SETTINGS, Company
from tests.world import World

ORDER_HEAD = "ref,customer,description,signed_at,promised_on,delivered_at"
INVOICE_HEAD = "ref,customer,amount,issued_on,due_on,paid_at"


class Books:
    """A company's export, of which each row can be changed before the next import."""

    def __init__(self, world: World, folder: Path, number: int, settings: str = SETTINGS) -> None:
        self.world, self.folder = world, folder
        self.customers = {f"c{n}": f"Cliente {n},c{n}@posta.example,IT" for n in range(number)}
        self.orders = {
            f"o{n}": f"c{n},Cucina,2024-04-02 10:00:00,2024-05-02,2024-05-02 09:00:00" for n in range(number)
        }
        self.invoices = {f"i{n}": f"c{n},100,2024-04-02,2024-05-02,2024-05-02" for n in range(number)}
        self.company = Company.at(folder / "books", customers="ref\n", orders="ref\n", invoices="ref\n")
        self.company.settings(settings)

    def write(self) -> str:
        self._file("customers", "ref,name,email,country", self.customers)
        self._file("orders", ORDER_HEAD, self.orders)
        self._file("invoices", INVOICE_HEAD, self.invoices)
        report = import_source(
            self.world.db,
            self.company.folder,
            None,
            now=self.world.clock.now(),
            policy=self.world.policy,
            state_dir=self.folder,
        )
        return report.sentence()

    def _file(self, table: str, head: str, rows: Mapping[str, str]) -> None:
        self.company.write(table, "\n".join([head, *(f"{ref},{rest}" for ref, rest in rows.items())]) + "\n")


def lost(rows: dict[str, str], refs: Iterable[str]) -> None:
    """The last column of these rows is empty: a broken join."""
    for ref in refs:
        rows[ref] = rows[ref].rpartition(",")[0] + ","


def let_all_through(world: World) -> None:
    with world.db.write() as session:
        for stop in queries.standing(session):
            stops.let_through(session, stop.id, "M-1", world.clock.now())


def standing(world: World) -> list[tuple[str, str, int, int]]:
    with world.db.read() as session:
        return [(one.about, one.kind, one.count, one.base) for one in queries.standing(session)]


@pytest.mark.parametrize("number", [6, 60])
def test_an_empty_column_waits_and_nobody_hears_of_orders_of_years_ago(
    world: World, tmp_path: Path, number: int
) -> None:
    books = Books(world, tmp_path, number)
    books.write()
    world.clock.set(world.clock.now() + timedelta(days=1))
    lost(books.orders, list(books.orders))
    lost(books.invoices, list(books.invoices))
    said = books.write()
    assert f"{number} orders taken-back wait for a person" in said
    assert standing(world) == [
        ("orders", "taken-back", number, number),
        ("invoices", "taken-back", number, number),
    ]
    with world.db.read() as session:
        assert all(one.delivered_at for one in session.scalars(select(Order)))
        assert all(one.paid_at for one in session.scalars(select(Invoice)))
    world.sweep()
    assert world.mailer.mails == []


@pytest.mark.parametrize("number", [6, 60])
def test_many_new_rows_of_today_are_asked_about_and_a_good_day_is_not(
    world: World, tmp_path: Path, number: int
) -> None:
    books = Books(world, tmp_path, number)
    books.write()
    world.clock.set(world.clock.now() + timedelta(days=1))
    today = f"{world.clock.now():%Y-%m-%d}"
    few = {f"n{n}": f"c{n},Sedia,{today} 08:00:00,2026-04-10," for n in range(2)}
    books.orders |= few
    books.write()
    assert standing(world) == []
    world.clock.set(world.clock.now() + timedelta(days=1))
    tomorrow = f"{world.clock.now():%Y-%m-%d}"
    books.orders |= {f"x{n}": f"c{n},Tavolo,{tomorrow} 08:00:00,2026-04-10," for n in range(number)}
    books.invoices |= {f"x{n}": f"c{n},100,{tomorrow},{tomorrow}," for n in range(number)}
    books.write()
    assert [one[:3] for one in standing(world)] == [
        ("orders", "new-rows", number),
        ("invoices", "new-rows", number),
    ]
    world.sweep()
    assert not any("x1" in plain(mail) for mail in world.mailer.mails)
    let_all_through(world)
    books.write()
    with world.db.read() as session:
        assert session.scalars(select(Order.ref).where(Order.ref == "x1")).one() == "x1"
    assert standing(world) == []


def test_the_rest_of_the_same_import_goes_on(world: World, tmp_path: Path) -> None:
    books = Books(world, tmp_path, 12)
    books.invoices["i99"] = "c0,100,2026-02-10,2026-03-13,"
    books.write()
    lost(books.orders, [f"o{n}" for n in range(8)])
    books.customers["c3"] = "Nuovo nome,c3@posta.example,IT"
    books.invoices["i99"] = "c0,100,2026-02-10,2026-03-13,2026-03-17"
    books.write()
    with world.db.read() as session:
        assert session.scalars(select(Customer.name).where(Customer.ref == "c3")).one() == "Nuovo nome"
        assert session.scalars(select(Invoice.paid_at).where(Invoice.ref == "i99")).one() is not None
    assert [one[:2] for one in standing(world)] == [("orders", "taken-back")]


def test_somebody_is_asked_and_lets_it_through(world: World, tmp_path: Path) -> None:
    books = Books(world, tmp_path, 6)
    books.write()
    lost(books.orders, list(books.orders))
    books.write()
    books.write()  # asked once
    [owed] = world.promises(CommitmentKind.IMPORT)
    assert owed.done_at is None
    world.escalate()
    said = " ".join(plain(mail) for mail in world.mailer.mails)
    assert "orders: taken-back, 6 of 6 (o0, o1, o2, o3, o4)" in said
    with pytest.raises(ValueError, match="nobody here who may decide"), world.db.write() as session:
        stops.let_through(session, 1, "S-1", world.clock.now())
    let_all_through(world)
    books.write()
    with world.db.read() as session:
        assert not any(one.delivered_at for one in session.scalars(select(Order)))
    assert standing(world) == []
    [owed] = world.promises(CommitmentKind.IMPORT)
    assert owed.state == "kept"
    world.mailer.mails.clear()
    world.sweep()
    assert world.mailer.mails == []  # they keep their own age, and are stale


def test_a_right_export_settles_it_by_itself(world: World, tmp_path: Path) -> None:
    books = Books(world, tmp_path, 6)
    books.write()
    before = dict(books.orders)
    lost(books.orders, list(books.orders))
    books.write()
    books.orders = before
    books.write()
    assert standing(world) == []
    assert world.promises(CommitmentKind.IMPORT)[0].state == "withdrawn"


def test_many_out_of_very_many_are_asked_about(world: World, tmp_path: Path) -> None:
    books = Books(world, tmp_path, 4000)
    books.write()
    lost(books.orders, [f"o{n}" for n in range(39)])
    books.write()
    assert standing(world) == []
    lost(books.invoices, [f"i{n}" for n in range(120)])
    books.write()
    assert standing(world) == [("invoices", "taken-back", 120, 4000)]


def test_a_strike_is_asked_about_and_told_once_let_through(world: World, tmp_path: Path) -> None:
    books = Books(world, tmp_path, 110)
    row = "{},Cucina,2026-03-16 10:00:00,{},"
    books.orders = {f"o{n}": row.format(f"c{n}", "2026-04-10") for n in range(110)}
    books.invoices = {}
    books.write()
    world.sweep()
    world.mailer.mails.clear()
    books.orders = {f"o{n}": row.format(f"c{n}", "2026-04-24") for n in range(110)}
    books.write()
    world.sweep("delay-alert")
    assert standing(world) == [("orders", "dates-moved", 110, 110)]
    assert world.mailer.mails == []
    let_all_through(world)
    books.write()
    world.sweep("delay-alert")
    assert len(world.mailer.mails) == 110


def test_other_addresses_other_customers_and_old_rows_are_asked_about(world: World, tmp_path: Path) -> None:
    books = Books(world, tmp_path, 6)
    books.write()
    world.clock.set(world.clock.now() + timedelta(days=1))
    books.customers = {f"c{n}": f"Cliente {n},c{n + 1}@posta.example,IT" for n in range(6)}
    books.orders = {ref: rest.replace(f"c{ref[1:]}", "c0", 1) for ref, rest in books.orders.items()}
    books.invoices |= {f"x{n}": f"c{n},100,2024-04-02,2024-05-02," for n in range(6)}
    books.write()
    assert {one[:2] for one in standing(world)} == {
        ("customers", "addresses-changed"),
        ("orders", "another-customer"),
        ("invoices", "old-rows"),
    }
    with world.db.read() as session:
        assert session.scalars(select(Customer.email).where(Customer.ref == "c2")).one() == "c2@posta.example"
        assert len(session.scalars(select(Invoice)).all()) == 6


def test_rows_that_no_longer_come_are_counted_shown_and_rested(world: World, tmp_path: Path) -> None:
    books = Books(world, tmp_path, 8, SETTINGS + "complete = true\n")
    books.invoices["i99"] = "c0,100,2026-02-10,2026-03-06,"
    books.write()
    world.sweep("credit-recovery")
    assert len(world.mailer.mails) == 1
    gone = books.invoices.pop("i99")
    assert "1 no longer come" in books.write()
    world.day_by_day(datetime(2026, 4, 2, tzinfo=UTC))
    about = [mail for mail in world.mailer.mails if "i99" in plain(mail)]
    assert len(about) == 1  # neither a second letter nor a call
    assert world.reasons() == []
    books.invoices["i99"] = gone
    books.write()
    world.sweep("credit-recovery")
    about = [mail for mail in world.mailer.mails if "i99" in plain(mail)]
    assert len(about) == 2  # the ladder goes on from where it stood


def test_new_keys_for_everything_welcome_nobody_twice(world: World, tmp_path: Path) -> None:
    books = Books(world, tmp_path, 6, SETTINGS + "complete = true\n")
    books.orders = {f"o{n}": f"c{n},Cucina,2026-03-16 10:00:00,2026-04-10," for n in range(6)}
    books.invoices = {f"i{n}": f"c{n},100,2026-02-10,2026-03-13," for n in range(6)}
    books.write()
    world.sweep()
    sent = len(world.mailer.mails)
    assert sent == 12, "each gets the order mail, with the welcome in it, and the reminder"
    company = books.company
    company.write(
        "customers",
        "ref,replaces,name,email,country\n"
        + "".join(f"1000{n},c{n},Cliente {n},c{n}@posta.example,IT\n" for n in range(6)),
    )
    company.write(
        "orders",
        "ref,replaces,customer,description,signed_at,promised_on,delivered_at\n"
        + "".join(f"2026/{n},o{n},1000{n},Cucina,2026-03-16 10:00:00,2026-04-10,\n" for n in range(6)),
    )
    company.write(
        "invoices",
        "ref,replaces,customer,amount,issued_on,due_on,paid_at\n"
        + "".join(f"2026/F/{n},i{n},1000{n},100,2026-02-10,2026-03-13,\n" for n in range(6)),
    )
    world.clock.set(world.clock.now() + timedelta(days=1))
    report = import_source(
        world.db, company.folder, None, now=world.clock.now(), policy=world.policy, state_dir=tmp_path
    )
    assert "wait for a person" not in report.sentence()
    assert "no longer come" not in report.sentence()
    world.sweep()
    assert len(world.mailer.mails) == sent
    with world.db.read() as session:
        assert session.scalars(select(Customer.ref).order_by(Customer.ref)).all()[0] == "10000"
