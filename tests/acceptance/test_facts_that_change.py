"""Facts that change after they were used: days moved back and forth, money that comes in parts, orders wanted again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.sending import Sending
from models.tables import Case, Commitment, Customer, Order
from models.words import CommitmentKind
from tasks.importing.apply import apply_rows
from tasks.importing.rows import CustomerRow, OrderRow
from tests import factories
from tests.fakes import plain
from tests.recovery import import_invoice
from tests.world import World

GIULIA = "c-1@posta.example"


def at(world: World, month: int, day: int, hour: int = 9) -> None:
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


def told_by_import(world: World, promised_on: date | None, **facts: Any) -> None:
    """The company's own system says how the order stands."""
    row = OrderRow(
        ref="SO-1",
        customer="C-1",
        description="Cucina",
        currency="EUR",
        withdrawal_days=14,
        promised_on=promised_on,
        **{"signed_at": factories.SIGNED, **facts},
    )
    with world.db.write() as session:
        apply_rows(session, "orders", [row], world.clock.now(), "import:erp", policy=world.policy)


def new_mails(world: World) -> list[str]:
    """What the customer got since the last look, one text a mail."""
    found = [plain(mail) for mail in world.mailer.to(GIULIA)]
    world.mailer.mails.clear()
    return found


@pytest.fixture
def shop(world: World) -> World:
    with world.db.write() as session:
        factories.customer(session)
    return world


# --- the delivery day ------------------------------------------------------------------------------------------------


def test_a_day_that_moves_away_and_back_is_told_each_time_and_nothing_else_with_it(shop: World) -> None:
    told_by_import(shop, date(2026, 4, 10))
    shop.sweep()
    assert any("10 aprile" in text for text in new_mails(shop))
    moves = [
        (23, date(2026, 4, 20)),
        (25, date(2026, 4, 10)),
        (27, date(2026, 4, 20)),
        (30, date(2026, 4, 10)),
    ]
    for day, promised in moves:
        at(shop, 3, day)
        told_by_import(shop, promised)
        shop.sweep()
        shop.sweep()
        [text] = new_mails(shop)
        assert f"{promised.day} aprile" in text
        assert ("anticipata" in text) == (promised.day == 10)  # nearer is good news, and is told too
    at(shop, 3, 31)
    told_by_import(shop, date(2026, 5, 4))
    shop.sweep()
    [text] = new_mails(shop)
    assert "4 maggio" in text
    assert "10 aprile" in text  # the one that was told last, and no other


def test_a_reminder_tells_no_day(shop: World) -> None:
    welcome = replace(shop.policy.cadences["welcome-contact"], nudges=1)
    cadences = {**shop.policy.cadences, "welcome-contact": welcome}
    shop.policy = shop.policy.model_copy(update={"cadences": cadences})
    told_by_import(shop, date(2026, 4, 10))
    shop.sweep()
    at(shop, 3, 23)
    told_by_import(shop, date(2026, 4, 20))
    shop.sweep()
    shop.escalate()
    new_mails(shop)
    at(shop, 3, 24)
    told_by_import(shop, date(2026, 4, 10))
    shop.sweep()  # the reminder of the welcome goes in the same minute, and before the alert
    texts = new_mails(shop)
    assert len(texts) == 2
    assert any("anticipata" in text for text in texts)


def test_a_day_that_came_back_before_anybody_was_told_of_it_is_no_news(shop: World) -> None:
    told_by_import(shop, date(2026, 4, 10))
    shop.sweep()
    new_mails(shop)
    told_by_import(shop, date(2026, 4, 20))
    told_by_import(shop, date(2026, 4, 10))
    shop.sweep()
    assert new_mails(shop) == []


def test_the_date_stands_and_the_date_has_moved_never_leave_together(shop: World) -> None:
    told_by_import(shop, date(2026, 4, 10))
    shop.sweep()
    new_mails(shop)
    at(shop, 4, 3)  # a week before
    told_by_import(shop, date(2026, 4, 11))
    shop.sweep()
    at(shop, 4, 4)
    shop.sweep()
    at(shop, 4, 7)  # after Easter
    shop.sweep()
    [text] = new_mails(shop)
    assert "11 aprile" in text
    assert {row.state for row in shop.follow_ups("progress-update")} == {"skipped"}


# --- money -----------------------------------------------------------------------------------------------------------


def test_letters_ask_for_what_is_open(shop: World) -> None:
    import_invoice(shop, "F-1", open_cents=10_000)
    shop.sweep("credit-recovery")
    [text] = new_mails(shop)
    assert "100,00" in text
    assert "1.000,00" not in text


def test_an_invoice_of_which_nothing_is_open_is_paid(shop: World) -> None:
    import_invoice(shop, "F-1", open_cents=0)
    shop.sweep("credit-recovery")
    assert new_mails(shop) == []


def test_a_credit_note_is_laid_against_the_oldest_invoices(shop: World) -> None:
    import_invoice(shop, "F-1")
    import_invoice(shop, "F-2", due_on=date(2026, 3, 14))
    import_invoice(shop, "NC-1", amount_cents=-120_000, due_on=date(2026, 3, 12))
    shop.sweep("credit-recovery")
    [text] = new_mails(shop)
    assert "F-2" in text
    assert "800,00" in text
    assert "F-1" not in text
    assert "NC-1" not in text
    import_invoice(
        shop, "NC-1", amount_cents=-120_000, due_on=date(2026, 3, 12), cancelled_at=shop.clock.now()
    )
    shop.sweep("credit-recovery")
    [text] = new_mails(shop)  # the note is taken back: what it covered is asked for
    assert "F-1" in text


def test_a_payment_of_the_next_days_counts_as_known(shop: World) -> None:
    """A bank dates it by its value date; the row itself is read in tests/unit/importing."""
    import_invoice(shop, "F-1", paid_at=shop.clock.now() + timedelta(days=3))
    shop.sweep("credit-recovery")
    assert new_mails(shop) == []


def test_a_payment_settles_the_case_that_waited_for_it(shop: World) -> None:
    import_invoice(shop, "F-1", due_on=date(2026, 2, 16), issued_on=date(2026, 1, 16))
    shop.sweep("credit-recovery")
    assert shop.reasons() == ["listening-call"]
    import_invoice(
        shop, "F-1", due_on=date(2026, 2, 16), issued_on=date(2026, 1, 16), paid_at=shop.clock.now()
    )
    assert shop.reasons() == []
    with shop.db.read() as session:
        [case] = session.scalars(select(Case)).all()
        assert (case.outcome, case.closed_at) == ("fell-away", shop.clock.now())
        assert not session.scalars(select(Commitment).where(Commitment.done_at.is_(None))).all()


def test_an_invoice_whose_due_day_moved_gets_its_friendly_letter_before_a_call(shop: World) -> None:
    import_invoice(shop, "F-1")  # due on 13 March
    shop.sweep("credit-recovery")
    assert len(new_mails(shop)) == 1
    import_invoice(shop, "F-1", due_on=date(2026, 4, 30))
    shop.day_by_day(datetime(2026, 5, 21, tzinfo=UTC))
    letters = [text for text in new_mails(shop) if "F-1" in text]
    assert len(letters) >= 2  # before it is due, friendly, and again
    sent = [row for row in shop.follow_ups("payment-reminder") if row.sent_at and row.sent_at.month == 5]
    assert sent[0].step == "friendly"
    assert shop.follow_ups("listening-call")[0].state == "planned"


def test_a_due_day_moved_from_a_day_off_to_the_next_working_day_gives_no_more_time(shop: World) -> None:
    import_invoice(shop, "F-1", due_on=date(2026, 3, 15))  # a Sunday: by law the Monday
    shop.clock.set(datetime(2026, 3, 24, 9, tzinfo=UTC))
    shop.sweep("credit-recovery")
    assert len(new_mails(shop)) == 1
    import_invoice(shop, "F-1", due_on=date(2026, 3, 16))
    shop.sweep("credit-recovery")
    assert new_mails(shop) == []
    assert all("@" not in row.step for row in shop.follow_ups("payment-reminder"))


def test_some_days_lie_between_two_letters_about_one_invoice(shop: World) -> None:
    import_invoice(
        shop, "F-1", due_on=date(2026, 3, 4)
    )  # known 14 days late: the second letter is due tomorrow
    shop.sweep("credit-recovery")
    at(shop, 3, 19)
    shop.sweep("credit-recovery")
    assert len(new_mails(shop)) == 1
    shop.day_by_day(datetime(2026, 3, 26, 12, tzinfo=UTC))
    assert len(new_mails(shop)) == 1
    first, second = [row.sent_at for row in shop.follow_ups("payment-reminder")]
    assert first is not None
    assert second is not None
    assert second - first >= timedelta(days=7)


def test_after_forty_days_down_the_ladder_goes_on_with_the_call(shop: World) -> None:
    import_invoice(shop, "F-1", due_on=date(2026, 1, 5), issued_on=date(2025, 12, 10))
    at(shop, 1, 9)
    shop.sweep("credit-recovery")
    assert len(new_mails(shop)) == 1
    at(shop, 2, 20)
    shop.sweep("credit-recovery")
    assert shop.reasons() == ["listening-call"]  # a person's decision never goes stale
    assert new_mails(shop) == []
    assert [row.state for row in shop.follow_ups("credit-recovery-warning")] == ["held"]  # and not dead
    shop.close_case("Paga entro fine mese, era all'estero.")
    shop.sweep("credit-recovery")
    assert [row.state for row in shop.follow_ups("warning-signature")] == ["raised"]


# --- taken back ------------------------------------------------------------------------------------------------------


def test_what_revives_keeps_its_own_age(shop: World) -> None:
    """An export without its deliveries and payments: nobody hears of orders of years ago."""
    told_by_import(
        shop,
        date(2024, 5, 2),
        signed_at=datetime(2024, 4, 2, 9, tzinfo=UTC),
        delivered_at=datetime(2024, 5, 2, 9, tzinfo=UTC),
    )
    import_invoice(
        shop,
        "F-1",
        issued_on=date(2024, 4, 2),
        due_on=date(2024, 5, 2),
        paid_at=datetime(2024, 5, 2, tzinfo=UTC),
    )
    shop.sweep()
    told_by_import(shop, date(2024, 5, 2), signed_at=datetime(2024, 4, 2, 9, tzinfo=UTC))
    import_invoice(shop, "F-1", issued_on=date(2024, 4, 2), due_on=date(2024, 5, 2))
    shop.sweep()
    assert new_mails(shop) == []


def test_delivered_taken_back_and_delivered_again(shop: World) -> None:
    """Six chairs are missing: no late confirmation, the arrival is asked of the rest, and nothing was kept."""
    signed = datetime(2026, 2, 27, 9, tzinfo=UTC)
    delivered = datetime(2026, 3, 16, 9, tzinfo=UTC)
    told_by_import(shop, date(2026, 3, 20), signed_at=signed, delivered_at=delivered)
    shop.sweep()
    assert len(new_mails(shop)) >= 1  # has it arrived?
    told_by_import(shop, date(2026, 3, 20), signed_at=signed)
    shop.sweep()
    assert new_mails(shop) == []
    at(shop, 3, 19)
    told_by_import(shop, date(2026, 3, 20), signed_at=signed, delivered_at=shop.clock.now())
    at(shop, 3, 23)
    shop.sweep("satisfaction-check")
    assert [row.state for row in shop.follow_ups("arrival-check")] == ["sent", "sent"]
    states = [one.state for one in shop.promises(CommitmentKind.DELIVERY)]
    assert states == ["withdrawn", "kept"]


def test_the_first_word_after_a_reinstated_order_is_not_that_we_are_late(shop: World) -> None:
    told_by_import(shop, date(2026, 3, 20))
    shop.sweep()
    told_by_import(shop, date(2026, 3, 20), cancelled_at=shop.clock.now())
    at(shop, 3, 23)
    shop.sweep()
    new_mails(shop)
    at(shop, 3, 25)
    told_by_import(shop, date(2026, 3, 20))
    shop.sweep()
    assert not [text for text in new_mails(shop) if "20 marzo" in text]
    [owed] = shop.promises(CommitmentKind.SET_APPOINTMENT)  # a person agrees on another day first
    assert owed.done_at is None
    told_by_import(shop, date(2026, 4, 8))
    shop.sweep()
    assert any("8 aprile" in text for text in new_mails(shop))
    [owed] = shop.promises(CommitmentKind.SET_APPOINTMENT)
    assert owed.state == "kept"


# --- objections ------------------------------------------------------------------------------------------------------


def test_an_objection_that_the_company_knows_is_kept(world: World) -> None:
    row = CustomerRow(
        ref="C-1",
        name="Giulia",
        language="it",
        country="IT",
        timezone="Europe/Rome",
        email=GIULIA,
        no_extras=True,
    )
    with world.db.write() as session:
        apply_rows(session, "customers", [row], world.clock.now(), "import:crm", policy=world.policy)
        customer = session.scalars(select(Customer)).one()
        factories.order(session, customer, delivered_at=datetime(2026, 3, 17, 9, tzinfo=UTC))
    world.sweep("satisfaction-check")
    assert world.mailer.mails == []


def test_where_the_law_wants_a_consent_first_nobody_is_asked_for_an_opinion(world: World) -> None:
    sending = world.policy.sending.model_copy(update={"no_courtesies_in": ("DE",)})
    strict = replace(world, policy=world.policy.model_copy(update={"sending": sending}))
    delivered = {"delivered_at": datetime(2026, 3, 17, 9, tzinfo=UTC)}
    with world.db.write() as session:
        here = factories.customer(session, "C-1")
        there = factories.customer(session, "C-2", country="DE", timezone="Europe/Berlin", language="de")
        factories.order(session, here, "SO-1", **delivered)
        factories.order(session, there, "SO-2", **delivered)
    strict.sweep("welcome-contact")
    [welcome] = [mail for mail in world.mailer.to("c-2@posta.example") if "kümmert" in mail.subject]
    assert "say=rating" not in plain(welcome), "it goes, and asks for no opinion"
    for day in (20, 23, 25):
        at(world, 3, day)
        strict.sweep("satisfaction-check")
    asked = [row for row in world.follow_ups("satisfaction-check") if row.state == "sent"]
    assert {row.customer_id for row in asked} == {here.id}
    with pytest.raises(ValueError, match="write two capital letters"):
        Sending(no_courtesies_in=("Germany",))


def test_the_told_day_is_kept_with_the_order(shop: World) -> None:
    told_by_import(shop, date(2026, 4, 10))
    shop.sweep()
    with shop.db.read() as session:
        order = session.scalars(select(Order)).one()
        assert (order.told_on, order.told_at) == (date(2026, 4, 10), shop.clock.now())
