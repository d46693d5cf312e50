"""Rows that come under other keys, or no longer come, of a source that says nothing of it: nobody hears twice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.queries.importing import guard as guards
from models.tables import Customer, Invoice, Order
from tasks.importing import stops
from tasks.importing.run import import_source
from tests.fakes import plain
from tests.import_sources import SETTINGS, Company
from tests.world import World

CUSTOMERS, ORDERS, INVOICES = (
    "ref,name,email,country\n",
    "ref,customer,description,amount,signed_at,promised_on\n",
    "ref,customer,amount,issued_on,due_on,paid_at\n",
)


class Erp:
    """An export of everything, twice a day, of which a test changes the rows."""

    def __init__(self, world: World, folder: Path, settings: str = SETTINGS) -> None:
        self.world, self.state = world, folder
        self.customers = {"k1": "Officina Blu,conti@officina.example,IT"}
        self.orders = {"a1": "k1,Tornio,900,2026-03-16 10:00:00,2026-04-10"}
        self.invoices = {"f1": "k1,900,2026-02-10,2026-03-13,"}
        self.company = Company.at(folder / "books", customers=CUSTOMERS, orders=ORDERS, invoices=INVOICES)
        self.company.settings(settings)

    def write(self) -> str:
        for table, head, rows in (
            ("customers", CUSTOMERS, self.customers),
            ("orders", ORDERS, self.orders),
            ("invoices", INVOICES, self.invoices),
        ):
            self.company.write(table, head + "".join(f"{ref},{rest}\n" for ref, rest in rows.items()))
        return import_source(
            self.world.db,
            self.company.folder,
            None,
            now=self.world.clock.now(),
            policy=self.world.policy,
            state_dir=self.state,
        ).sentence()

    def write_often(self) -> None:
        """So often that it is known to bring everything each time."""
        for _ in range(3):
            self.write()

    def days(self, until: datetime) -> None:
        """An import and all sweeps, day by day."""
        while self.world.clock.now() < until:
            self.write()
            self.world.day_by_day(self.world.clock.now() + timedelta(days=1))


def refs(world: World, model: type[Customer | Order | Invoice]) -> list[str]:
    with world.db.read() as session:
        return list(session.scalars(select(model.ref).order_by(model.ref)))


@pytest.mark.parametrize("settings", [SETTINGS, SETTINGS + "complete = true\n"])
def test_a_new_erp_with_new_keys_is_the_same_customer_order_and_invoice(
    world: World, tmp_path: Path, settings: str
) -> None:
    erp = Erp(world, tmp_path, settings)
    erp.write_often()
    world.sweep()
    sent = len(world.mailer.mails)
    world.clock.set(world.clock.now() + timedelta(days=1))
    erp.customers = {"10001": "officina  blu,CONTI@officina.example,IT"}
    erp.orders = {"2026/1": "10001,Tornio a controllo,900.00,2026-03-16,2026-04-10"}
    erp.invoices = {"2026/F/1": "10001,900.00,2026-02-10,2026-03-13,"}
    said = erp.write()
    assert said.count("1 under new keys") == 3
    assert "no longer come" not in said
    assert [refs(world, model) for model in (Customer, Order, Invoice)] == [
        ["10001"],
        ["2026/1"],
        ["2026/F/1"],
    ]
    world.sweep()
    assert len(world.mailer.mails) == sent
    erp.invoices["2026/F/1"] = "10001,900.00,2026-02-10,2026-03-13,2026-03-19"
    erp.days(datetime(2026, 3, 24, tzinfo=UTC))
    assert not [mail for mail in world.mailer.mails[sent:] if "fattura" in plain(mail).lower()]
    assert world.reasons() == []


def test_twins_are_told_apart_by_number_and_whoever_still_comes_is_no_twin(
    world: World, tmp_path: Path
) -> None:
    erp = Erp(world, tmp_path)
    erp.orders = {f"a{n}": "k1,Tornio,900,2026-03-16 10:00:00,2026-04-10" for n in range(2)}
    erp.write_often()
    erp.orders["a2"] = erp.orders["a0"]  # a third one, bought beside them
    assert "under new keys" not in erp.write()
    erp.orders = {f"b{n}": erp.orders["a0"] for n in range(3)} | {
        "b3": "k1,Fresa,900,2026-03-10 10:00:00,2026-04-10"
    }
    assert "3 under new keys" in erp.write()
    assert refs(world, Order) == ["b0", "b1", "b2", "b3"]


def test_a_source_that_brings_only_what_changed_keeps_its_rows_apart(world: World, tmp_path: Path) -> None:
    erp = Erp(world, tmp_path)
    erp.write()
    old = dict(erp.invoices)
    for number in range(2, 5):  # each day's file has that day's rows alone
        erp.invoices = {f"f{number}": old["f1"]}
        assert "no longer come" not in erp.write()
    assert refs(world, Invoice) == ["f1", "f2", "f3", "f4"]
    world.sweep("credit-recovery")
    assert all(ref in plain(world.mailer.mails[-1]) for ref in ("f1", "f4"))


def test_about_an_invoice_that_comes_no_more_nobody_is_dunned(world: World, tmp_path: Path) -> None:
    erp = Erp(world, tmp_path)
    erp.invoices["f2"] = "k1,50,2026-02-11,2026-03-13,"
    erp.write_often()
    erp.invoices.pop("f1")
    assert "1 no longer come" in erp.write()
    world.sweep("credit-recovery")
    [letter] = [plain(mail) for mail in world.mailer.mails if "f2" in plain(mail)]
    assert "f1" not in letter
    erp.invoices = {"f1": "k1,900,2026-02-10,2026-03-13,", **erp.invoices}
    erp.write()
    world.sweep("credit-recovery")
    assert any("f1" in plain(mail) for mail in world.mailer.mails)


def test_a_file_that_broke_off_is_asked_about_and_its_orders_go_on(world: World, tmp_path: Path) -> None:
    erp = Erp(world, tmp_path)
    erp.orders = {f"a{n}": f"k1,Tornio {n},{n + 1},2026-03-16 10:00:00,2026-04-10" for n in range(12)}
    erp.invoices = {f"f{n}": f"k1,{n + 1},2026-02-10,2026-03-13," for n in range(12)}
    erp.write_often()
    whole = dict(erp.orders), dict(erp.invoices)
    for rows in (erp.orders, erp.invoices):
        for ref in list(rows)[5:]:
            rows.pop(ref)
    erp.write()
    erp.write()  # asked once, and stands
    with world.db.read() as session:
        waiting = [(one.about, one.kind, one.count) for one in guards.standing(session)]
    assert waiting == [("orders", "vanished", 7), ("invoices", "vanished", 7)]
    world.sweep("credit-recovery")
    assert "f4" in plain(world.mailer.mails[-1])
    assert "f5" not in plain(world.mailer.mails[-1])
    world.clock.set(datetime(2026, 4, 11, 8, tzinfo=UTC))
    world.sweep("delay-alert")
    assert any("a9" in plain(mail) for mail in world.mailer.mails[1:]), (
        "an order goes on until a person says so"
    )
    erp.orders, erp.invoices = whole
    erp.write()
    with world.db.read() as session:
        assert list(guards.standing(session)) == []


def test_what_a_person_lets_through_rests(world: World, tmp_path: Path) -> None:
    erp = Erp(world, tmp_path)
    erp.orders = {f"a{n}": f"k1,Tornio {n},{n + 1},2026-03-16 10:00:00,2026-04-10" for n in range(6)}
    erp.write_often()
    erp.orders = {"a0": erp.orders["a0"]}
    erp.write()
    with world.db.write() as session:
        for stop in guards.standing(session):
            stops.let_through(session, stop.id, "M-1", world.clock.now())
    erp.write()
    world.mailer.mails.clear()
    world.clock.set(datetime(2026, 4, 11, 8, tzinfo=UTC))
    erp.write()
    world.sweep("delay-alert")
    late = [plain(mail) for mail in world.mailer.mails]
    assert any("a0" in mail for mail in late)
    assert not any("a3" in mail for mail in late)
