"""The steps of credit recovery: what holds them, what brings them back, and that a manager listens first (B06)."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from models.rules.sending.before_sending import STALE, SUPERSEDED
from models.tables import Invoice
from models.words import CommitmentKind, Outcome
from tasks.cases.matters import CUSTOMER, release
from tasks.planning.plan import plan_all
from tasks.responses.record import Answer
from tasks.sending.claim import claim_batch
from tasks.sending.sweep_report import Scope
from tests import factories
from tests.fakes import plain
from tests.world import World


def at(world: World, day: int, hour: int = 9, month: int = 3) -> None:
    """Move to an hour (UTC) of a day in 2026."""
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


def test_b06_a_complaint_holds_checks_and_reminders_until_its_matter_is_over(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(session, customer)
        factories.invoice(session, customer, order_id=order.id)
    world.hear(Answer("r-1", customer.id, "call-me", "phone", world.clock.now(), order_id=order.id))
    report = world.sweep("credit-recovery")
    assert report.counts["payment-reminder", "held", "open-complaint"] == 1
    world.close_case("Ho richiamato: la signora paga venerdì.")
    world.clock.set(world.clock.now() + timedelta(hours=1))
    report = world.sweep("credit-recovery")  # closed on record, and not over for the customer
    assert report.counts["payment-reminder", "held", "open-complaint"] == 1
    with world.db.write() as session:
        assert release(session, customer.id, world.clock.now(), CUSTOMER) == 1
    world.clock.set(world.clock.now() + timedelta(hours=1))
    report = world.sweep("credit-recovery")
    assert report.counts["payment-reminder", "sent", ""] == 1


def test_one_letter_lists_all_invoices_of_a_customer(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session, billing_email="conti@posta.example")
        factories.invoice(session, customer, "F-1")
        factories.invoice(session, customer, "F-2", due_on=date(2026, 3, 14))
    world.sweep("credit-recovery")
    [mail] = world.mailer.mails
    assert mail.recipients[0] == "conti@posta.example"
    assert all(ref in plain(mail) for ref in ("F-1", "F-2"))


def test_b06_no_warning_goes_out_and_none_is_signed_before_a_manager_has_listened(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.invoice(session, customer, due_on=date(2026, 2, 16))
    world.day_by_day(datetime(2026, 3, 24, tzinfo=UTC))
    for kind in ("warning-signature", "credit-recovery-warning"):
        assert [(row.state, row.reason) for row in world.follow_ups(kind)] == [("held", "not listened")]
    assert world.reasons() == ["listening-call"]
    world.close_case("Ho ascoltato; la signora pagherà a rate.")
    world.day_by_day(datetime(2026, 3, 28, tzinfo=UTC))
    [warning] = world.follow_ups("credit-recovery-warning")
    assert (warning.state, warning.reason) == ("held", "not signed")


def test_a_listening_call_that_reached_nobody_is_owed_again(world: World) -> None:
    with world.db.write() as session:
        factories.invoice(session, factories.customer(session), due_on=date(2026, 2, 24))
    world.sweep("credit-recovery")
    world.close_case("Non risponde.", Outcome.NOT_REACHED)
    [call] = world.promises(CommitmentKind.LISTENING_CALL)
    assert (call.state, call.tries) == ("open", 1)  # it is tried again: the case stays open
    at(world, 20)
    world.sweep("credit-recovery")
    assert world.reasons() == ["listening-call"]
    [warning] = world.follow_ups("credit-recovery-warning")
    assert warning.state != "sent"


def test_a_settled_dispute_and_a_reversed_payment_bring_the_ladder_back(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.invoice(session, customer, "F-1", due_on=date(2026, 2, 24), disputed_at=world.clock.now())
        factories.invoice(session, customer, "F-2", paid_at=world.clock.now())
    world.sweep("credit-recovery")
    assert [row.state for row in world.follow_ups("listening-call")] == ["held", "planned"]
    assert next(row.state for row in world.follow_ups("payment-reminder") if row.subject_id == 2) == "skipped"
    at(world, 20, month=4)
    with world.db.write() as session:
        session.execute(update(Invoice).values(disputed_at=None, paid_at=None, to_plan=True))
    world.day_by_day(datetime(2026, 5, 20, tzinfo=UTC))
    assert {row.state for row in world.follow_ups("listening-call")} == {"raised"}
    letters = [(row.state, row.reason) for row in world.follow_ups("payment-reminder") if row.subject_id == 2]
    assert letters == [("skipped", SUPERSEDED), ("skipped", STALE)]  # weeks late: the call is what fits now


def test_of_two_steps_that_are_due_only_the_newest_goes_whatever_postponed_them(world: World) -> None:
    at(world, 11)
    with world.db.write() as session:
        factories.invoice(session, factories.customer(session), due_on=date(2026, 3, 10))
    world.sweep("credit-recovery")
    at(world, 25, 1)  # both due; at night the first is put off to the hour of the second
    world.sweep("credit-recovery")
    at(world, 25)
    world.sweep("credit-recovery")
    assert [row.state for row in world.follow_ups("payment-reminder")] == ["skipped", "sent"]
    [mail] = world.mailer.mails
    assert plain(mail).count("1.000,00") == 1


def test_a_listening_call_that_joins_an_open_case_is_told_to_the_manager(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.invoice(session, customer, due_on=date(2026, 2, 24))
    world.hear(Answer("r-1", customer.id, "call-me", "page", world.clock.now()))
    world.escalate()
    at(world, 18, 10)
    world.sweep("credit-recovery")
    world.escalate()
    assert world.reasons() == ["call-me", "listening-call"]
    assert len(world.mailer.to("m-1@casa.example")) == 2


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_a_case_that_is_closed_while_a_claim_is_open_brings_back_what_the_claim_holds(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    world.hear(Answer("r-1", 1, "call-me", "phone", world.clock.now(), order_id=1))
    plan_all(world.db, world.policy, world.clock.now())

    def close_and_plan() -> None:
        world.close_case("Ho ascoltato.")
        plan_all(world.db, world.policy, world.clock.now())

    closing = threading.Thread(target=close_and_plan)
    scope = Scope("welcome-contact", world.clock.now(), kinds=frozenset({"welcome-contact"}))
    with world.db.write() as session:
        claim_batch(session, world.policy, scope, token="t", clock_now=world.clock.now())
        closing.start()
        closing.join(timeout=0.5)
    closing.join(timeout=30)
    assert [row.state for row in world.follow_ups("welcome-contact")] == ["planned"]
