"""Credit recovery: the ladder of an invoice, what holds it, and what lets it go on (B06)."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from models.queries import people
from models.tables import History, Invoice
from tasks.credit_recovery.decisions import let_on
from tasks.planning.plan import plan_all
from tasks.responses.by_staff import Spoken, record
from tasks.responses.record import Answer
from tasks.sending.claim import claim_batch
from tasks.sending.recheck import look_again
from tasks.sending.sweep_report import Scope
from tests import factories
from tests.recovery import CREDIT, answer_link, at, import_invoice, states, text_of, visitor
from tests.world import World


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
    assert [(row.state, row.reason) for row in world.follow_ups("warning-signature")[:1]] == [
        ("held", "customer-disputes")
    ]
    at(world, 3, 30)
    import_invoice(world, "F-2", disputed_at=None)
    world.sweep(CREDIT)
    assert world.follow_ups("warning-signature")[0].reason != "customer-disputes"


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
    assert world.follow_ups("warning-signature")[0].reason == "customer-disputes"
    import_invoice(world, "F-2", disputed_at=disputed_at, **{ends: datetime(2026, 3, 18, tzinfo=UTC)})
    world.sweep(CREDIT)
    assert world.follow_ups("warning-signature")[0].reason != "customer-disputes"


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


def test_b06_a_manager_lets_one_invoice_go_on_and_what_is_about_itself_holds_it_still(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(session, customer)
        factories.invoice(session, customer, "F-1", order_id=order.id)
        factories.invoice(session, customer, "F-2")
    world.hear(Answer("r-1", 1, "not-arrived", "phone", world.clock.now(), order_id=1))
    assert world.sweep(CREDIT).by_kind("sent") == {}
    assert states(world, "payment-reminder")[:2] == ["held", "held"]
    with world.db.write() as session:
        manager, anna = (people.staff_by_ref(session, ref) for ref in ("M-1", "A-1"))
        assert manager is not None
        assert anna is not None
        until = datetime(2026, 4, 18, tzinfo=UTC)
        with pytest.raises(ValueError, match="A-1 is no manager"):
            let_on(session, session.get_one(Invoice, 2), anna, "Altro ordine.", until, now=world.clock.now())
        with pytest.raises(ValueError, match="say why"):
            let_on(session, session.get_one(Invoice, 2), manager, " ", until, now=world.clock.now())
        for id_ in (1, 2):
            let_on(
                session, session.get_one(Invoice, id_), manager, "Altro ordine.", until, now=world.clock.now()
            )
    world.sweep(CREDIT)
    assert states(world, "payment-reminder", 1)[0] == "held", "its own order has not arrived"
    assert states(world, "payment-reminder", 2)[0] == "sent"
    at(world, 3, 20)
    world.hear(Answer("r-2", 1, "call-me", "phone", world.clock.now()))
    at(world, 4, 1)
    world.sweep(CREDIT)
    assert states(world, "payment-reminder", 2)[1] == "held", "what came up later was not decided on"


def test_a_day_that_is_named_for_the_payment_rests_the_reminders_and_a_broken_promise_goes_on(
    world: World,
) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.invoice(session, customer, "F-1")
        factories.invoice(session, customer, "F-2")
    world.sweep(CREDIT)
    guest, link = visitor(world), answer_link(world)
    assert 'name="pays_on" min="2026-03-18" max="2026-04-17"' in guest.open(link + "?say=will-pay").text
    for day in ("", "2026-03-17", "2026-04-18", "x"):
        assert guest.press(link, meaning="will-pay", pays_on=day).status_code == 422
    page = guest.press(link, meaning="will-pay", pays_on="2026-03-31")
    assert "martedì 31 marzo 2026" in page.text
    assert world.reasons() == []
    world.day_by_day(datetime(2026, 4, 1, tzinfo=UTC))
    assert states(world, "payment-reminder") == ["answered", "answered", "held", "held"], (
        "both invoices of the letter"
    )
    world.day_by_day(datetime(2026, 4, 4, tzinfo=UTC))
    assert states(world, "payment-reminder") == ["answered", "answered", "sent", "sent"]
    with world.db.read() as session:
        broken = session.scalars(select(History).where(History.event == "payment-promise-broken")).all()
        assert {row.subject_id for row in broken} == {1, 2}
    at(world, 4, 6)
    guest.press(answer_link(world), meaning="will-pay", pays_on="2026-04-15")
    assert world.reasons() == ["promised-before"], "a new promise for the broken one: a person agrees on it"
    with world.db.read() as session:
        assert session.get_one(Invoice, 1).pays_until is None


def test_staff_record_the_day_that_was_named_by_phone(world: World) -> None:
    with world.db.write() as session:
        factories.invoice(session, factories.customer(session), "F-1")
    with world.db.write() as session:
        spoken = Spoken("s-1", "F-1", "", "A-1", pays_on=date(2026, 3, 27))
        record(session, world.policy, spoken, world.clock.now())
    world.sweep(CREDIT)
    assert states(world, "payment-reminder")[0] == "held"
    with world.db.write() as session:
        session.execute(update(Invoice).values(paid_at=world.clock.now(), to_plan=True))
    world.day_by_day(datetime(2026, 4, 3, tzinfo=UTC))
    with world.db.read() as session:
        assert session.scalars(select(History).where(History.event == "payment-promise-broken")).all() == []


def test_one_letter_joins_invoices_of_different_steps_and_the_gravest_sets_its_tone(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session, billing_email="conti@posta.example")
        factories.invoice(session, customer, "F-1", due_on=date(2026, 3, 2))
        factories.invoice(session, customer, "F-2", due_on=date(2026, 3, 14))
    world.sweep(CREDIT)
    [mail] = world.mailer.to("conti@posta.example")
    assert mail.subject == "Fatture F-1, F-2: possiamo parlarne?"
    said = text_of(mail).replace("\xa0", " ")
    for words in ("F-1: 1.000,00 €", "F-2: 1.000,00 €", "Totale: 2.000,00 €"):
        assert words in said
    assert world.mailer.to("c-1@posta.example") == [], "nobody but the billing contact is told"
