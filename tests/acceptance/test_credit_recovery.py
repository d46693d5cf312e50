"""Credit recovery: the ladder of an invoice, what holds it, and who decides (B06)."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import update

from models.tables import Invoice
from tasks.claiming import claim_batch
from tasks.importing.apply import apply_rows
from tasks.importing.rows import InvoiceRow, Origin
from tasks.planning import plan_all
from tasks.rechecking import look_again
from tasks.report import Scope
from tests import factories
from tests.world import World

CREDIT = "credit-recovery"


def at(world: World, month: int, day: int, hour: int = 9) -> None:
    """Move to an hour (UTC) of a day in 2026."""
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


def states(world: World, kind: str, subject_id: int | None = None) -> list[str]:
    rows = world.follow_ups(kind)
    return [row.state for row in rows if subject_id is None or row.subject_id == subject_id]


def import_invoice(world: World, ref: str, **facts: Any) -> None:
    """The company's system says this of an invoice of the customer C-1."""
    row = InvoiceRow(
        ref=ref, customer="C-1", order=None, currency="EUR", origin=Origin("invoices.csv", 2),
        **{"amount_cents": 100_000, "issued_on": date(2026, 2, 11), "due_on": date(2026, 3, 13), "paid_at": None,
           "disputed_at": None, "cancelled_at": None, **facts},
    )  # fmt: skip
    with world.db.write() as session:
        apply_rows(session, "invoices", [row], world.clock.now(), "import:books", policy=world.policy)


def test_nobody_is_reminded_while_payments_are_not_fresh_and_it_goes_on_after_the_next_import(
    world: World,
) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.invoice(session, customer, "F-1")
        factories.invoice(session, customer, "F-2", due_on=date(2026, 3, 23))
    world.import_payments()
    world.imports_run = False
    at(world, 3, 19)
    assert world.sweep(CREDIT).total("sent") == 2, "a day old is fresh enough"
    with world.db.write() as session:
        factories.invoice(session, customer, "F-3", due_on=date(2026, 3, 16))
        factories.invoice(session, customer, "F-4", due_on=date(2026, 3, 24))
    at(world, 3, 20)
    report = world.sweep(CREDIT)
    assert "1 held: payments not fresh" in report.sentence()
    assert report.by_kind("sent") == {"payment-notice": 1}, "a word before the due day speaks of no payment"
    world.import_payments()
    at(world, 3, 20, 10)
    assert world.sweep(CREDIT).sentence() == "1 sent"


def test_payments_are_as_fresh_as_the_oldest_source(world: World) -> None:
    with world.db.write() as session:
        factories.invoice(session, factories.customer(session))
    world.import_payments()
    world.imports_run = False
    at(world, 3, 20)
    world.import_payments("shop")
    assert "1 held: payments not fresh" in world.sweep(CREDIT).sentence()
    credit = world.policy.credit.model_copy(update={"payment_sources": ("shop",)})
    only_the_shop = replace(world, policy=world.policy.model_copy(update={"credit": credit}))
    at(world, 3, 20, 10)
    assert only_the_shop.sweep(CREDIT).sentence() == "1 sent"


def test_b06_another_invoice_in_dispute_holds_the_warning_until_the_dispute_ends(world: World) -> None:
    with world.db.write() as session:
        factories.customer(session)
    import_invoice(world, "F-1", due_on=date(2026, 2, 16))
    import_invoice(world, "F-2", disputed_at=datetime(2026, 3, 17, tzinfo=UTC))
    world.sweep(CREDIT)
    world.close_case("Ho ascoltato.")
    at(world, 3, 19)
    world.sweep(CREDIT)
    assert [(row.state, row.reason) for row in world.follow_ups("credit-recovery-warning")[:1]] == [
        ("held", "customer-disputes")
    ]
    at(world, 3, 30)
    import_invoice(world, "F-2", disputed_at=None)
    world.sweep(CREDIT)
    assert world.follow_ups("credit-recovery-warning")[0].reason != "customer-disputes"


@pytest.mark.parametrize("ends", ["paid_at", "cancelled_at"])
def test_b06_a_disputed_invoice_that_is_paid_or_cancelled_holds_nothing_any_more(
    world: World, ends: str
) -> None:
    with world.db.write() as session:
        factories.customer(session)
    disputed_at = datetime(2026, 3, 17, tzinfo=UTC)
    import_invoice(world, "F-1", due_on=date(2026, 2, 16))
    import_invoice(world, "F-2", disputed_at=disputed_at)
    world.sweep(CREDIT)
    world.close_case("Ho ascoltato.")
    world.sweep(CREDIT)
    assert world.follow_ups("credit-recovery-warning")[0].reason == "customer-disputes"
    import_invoice(world, "F-2", disputed_at=disputed_at, **{ends: datetime(2026, 3, 18, tzinfo=UTC)})
    world.sweep(CREDIT)
    assert world.follow_ups("credit-recovery-warning")[0].reason != "customer-disputes"


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_a_fact_that_is_taken_back_in_the_moment_of_the_claim_brings_its_contact_back(world: World) -> None:
    with world.db.write() as session:
        factories.invoice(session, factories.customer(session), disputed_at=world.clock.now())
    plan_all(world.db, world.policy, world.clock.now())
    world.import_payments()
    scope = Scope(CREDIT, world.clock.now(), kinds=frozenset({"payment-reminder"}))
    with world.db.write() as session:
        claimed = claim_batch(session, world.policy, scope, token="t", clock_now=world.clock.now())
        with world.db.write() as meanwhile:
            meanwhile.execute(update(Invoice).values(disputed_at=None, to_plan=True))
        plan_all(world.db, world.policy, world.clock.now())
    assert states(world, "payment-reminder") == ["held", "planned"]
    assert look_again(world.db, claimed.kept_back, world.clock.now()) == 1
    world.sweep(CREDIT)
    assert states(world, "payment-reminder") == ["sent", "planned"]
