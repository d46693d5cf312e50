"""Contacts to one person see each other, and nothing that is due is lost by it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from models.queries.planning.plan import plan_customer_again
from models.rules.sending.answers import Deferred
from models.tables import Case, Customer, FollowUp, Message, Order, Staff
from models.words import CommitmentKind
from tasks.commitments.close import promise
from tasks.responses.record import Answer
from tests import factories
from tests.fakes import FakeMailer, plain
from tests.world import World

WED = datetime(2026, 3, 18, 9, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
PAOLA = "paola@posta.example"
ASKS = ("arrival-check", "satisfaction-check", "progress-update", "welcome-contact", "re-check")


def run(world: World, days: int) -> None:
    """All sweeps, four times a day."""
    end = world.clock.now() + timedelta(days=days)
    while world.clock.now() < end:
        world.sweep()
        world.escalate()
        world.clock.set(world.clock.now() + timedelta(hours=6))


def by_day(world: World, kinds: tuple[str, ...]) -> Counter[tuple[str, date]]:
    with world.db.read() as session:
        mails = session.scalars(
            select(Message).where(Message.staff_id.is_(None), Message.kind.in_(kinds))
        ).all()
    return Counter((mail.recipient, mail.marked_at.astimezone(ROME).date()) for mail in mails)


def orders_of_paola(world: World, *refs: str, **facts: Any) -> None:
    """Orders of one day, one for each of these customers' references; all of them are Paola."""
    with world.db.write() as session:
        for number, ref in enumerate(refs):
            known = session.scalar(select(Customer).where(Customer.ref == ref))
            customer = known or factories.customer(session, ref, email=PAOLA)
            kept = {"signed_at": WED, "promised_on": date(2026, 4, 24), **facts}
            factories.order(session, customer, f"SO-{number}", **kept)


def proven(world: World, kind: str) -> set[tuple[str, int | None]]:
    """State and mail of every contact of a kind."""
    return {(row.state, row.message_id) for row in world.follow_ups(kind)}


def test_a_person_with_three_orders_in_two_rows_gets_one_mail_of_each_kind_that_names_all(
    world: World,
) -> None:
    world.clock.set(WED)
    orders_of_paola(world, "C-1", "C-1", "C-2")
    run(world, 6)
    assert by_day(world, ("order-confirmation",)) == {(PAOLA, date(2026, 3, 18)): 1}
    assert by_day(world, ("welcome-contact",)) == {(PAOLA, date(2026, 3, 19)): 1}
    confirmed, welcomed = world.mailer.to(PAOLA)
    for mail in (confirmed, welcomed):
        assert all(ref in plain(mail) for ref in ("SO-0", "SO-1", "SO-2"))
        assert "(+2)" in mail.subject
    for kind in ("order-confirmation", "welcome-contact"):
        assert len(world.follow_ups(kind)) == 3
        assert len(proven(world, kind)) == 1, "the mail proves each of what it joins (B08, B18, B29)"
    with world.db.read() as session:
        assert set(session.scalars(select(Order.told_on))) == {date(2026, 4, 24)}


def test_what_an_import_brings_of_several_days_is_one_confirmation_with_the_day_of_each(
    world: World,
) -> None:
    """Whoever bought on Thursday, Friday and Sunday hears on Monday: once, in one mail that confuses nothing."""
    world.clock.set(datetime(2026, 3, 23, 9, tzinfo=UTC))
    for number, day in enumerate((19, 20, 22)):
        signed = datetime(2026, 3, day, 10, tzinfo=UTC)
        with world.db.write() as session:
            known = session.scalar(select(Customer).where(Customer.ref == "C-1"))
            customer = known or factories.customer(session, "C-1", email=PAOLA)
            promised = date(2026, 4, 20 + number)
            factories.order(session, customer, f"SO-{number}", signed_at=signed, promised_on=promised)
    world.sweep()
    [mail] = world.mailer.to(PAOLA)
    said = plain(mail)
    assert "SO-0, effettuato giovedì 19 marzo 2026" in said
    assert "ordine SO-1; effettuato venerdì 20 marzo 2026" in said
    assert "ordine SO-2; effettuato domenica 22 marzo 2026" in said
    assert "martedì 21 aprile 2026" in said
    assert "mercoledì 22 aprile 2026" in said
    assert len(proven(world, "order-confirmation")) == 1


def test_orders_that_ask_for_other_words_get_mails_of_their_own(world: World) -> None:
    world.clock.set(WED)
    orders_of_paola(world, "C-1", "C-1")
    with world.db.write() as session:
        session.scalars(select(Order).where(Order.ref == "SO-1")).one().is_service = True
    world.sweep()
    assert by_day(world, ("order-confirmation",)) == {(PAOLA, date(2026, 3, 18)): 2}


def test_the_welcome_goes_with_a_confirmation_that_comes_late(world: World) -> None:
    """The export of the night brings yesterday's order: confirmed and welcomed is one mail, at once."""
    world.clock.set(datetime(2026, 3, 19, 5, tzinfo=UTC))
    orders_of_paola(world, "C-1")
    run(world, 3)
    [mail] = world.mailer.to(PAOLA)
    assert proven(world, "order-confirmation") == proven(world, "welcome-contact") != set()
    said = plain(mail)
    assert said.index("è registrato così") < said.index("Le diamo il benvenuto")
    assert said.count("Ordine: SO-0") == 1, "no line stands there twice"
    assert "Consegna promessa" in said
    assert "Anna Bianchi" in said or "Ewa Nowak" in said
    assert set(world.reasons()) == set()


def test_who_wants_no_courtesies_gets_the_confirmation_alone_and_at_once(world: World) -> None:
    world.clock.set(datetime(2026, 3, 19, 5, tzinfo=UTC))
    orders_of_paola(world, "C-1")
    with world.db.write() as session:
        session.scalars(select(Customer)).one().no_extras = True
    world.sweep()
    [mail] = world.mailer.to(PAOLA)
    assert "Le diamo il benvenuto" not in plain(mail)
    assert states(world, "order-confirmation") == {"sent"}
    assert states(world, "welcome-contact") == {"planned"}
    run(world, 2)
    assert states(world, "welcome-contact") == {"sent"}, "nothing that is due is lost"


def test_a_welcome_waits_for_no_confirmation_that_lacks_its_day(world: World) -> None:
    world.clock.set(datetime(2026, 3, 19, 5, tzinfo=UTC))
    orders_of_paola(world, "C-1", promised_on=None)
    world.sweep()
    assert world.mailer.to(PAOLA) == [], "the welcome keeps to its hours"
    run(world, 1)
    assert states(world, "welcome-contact") == {"sent"}
    assert states(world, "order-confirmation") == {"held"}


def test_thirty_orders_of_one_dealer_that_slip_on_one_day_are_one_mail_and_thirty_promises(
    world: World,
) -> None:
    world.clock.set(WED)
    with world.db.write() as session:
        dealer = factories.customer(session, "C-9", name="Cucine Veneto S.r.l.", is_business=True)
        for number in range(30):
            factories.order(
                session,
                dealer,
                f"SO-{number}",
                signed_at=WED - timedelta(days=40),
                promised_on=date(2026, 3, 16),
                told_on=date(2026, 3, 16),
            )
    world.sweep("delay-alert")
    [mail] = world.mailer.to("c-9@posta.example")
    assert "(+29)" in mail.subject
    assert all(f"SO-{number}" in plain(mail) for number in range(30))
    assert len(world.follow_ups("delay-alert")) >= 30
    assert len(world.promises(CommitmentKind.SET_APPOINTMENT)) == 30
    world.escalate()
    for ref in ("a-1", "a-2"):
        assert len(world.mailer.to(f"{ref}@casa.example")) <= 2, "our own people get them in one mail too"


def test_what_was_one_mail_is_one_reminder(world: World) -> None:
    world.clock.set(datetime(2026, 3, 19, 8, tzinfo=UTC))
    orders_of_paola(
        world,
        "C-1",
        "C-1",
        signed_at=WED - timedelta(days=30),
        promised_on=date(2026, 3, 17),
        delivered_at=datetime(2026, 3, 17, 8, tzinfo=UTC),
    )
    run(world, 12)
    asked = by_day(world, ("satisfaction-check",))
    assert len(asked) == 2, "a question, and a reminder"
    assert set(asked.values()) == {1}
    nudges = [row for row in world.follow_ups("satisfaction-check") if row.nudge]
    assert len(nudges) == 2
    assert len({row.message_id for row in nudges}) == 1


def test_two_customers_with_one_billing_address_get_one_letter(world: World) -> None:
    world.clock.set(datetime(2026, 3, 18, 9, tzinfo=UTC))
    with world.db.write() as session:
        for ref in ("C-1", "C-2"):
            customer = factories.customer(session, ref, billing_email="conti@studio.example")
            factories.invoice(session, customer, f"F-{ref}", due_on=date(2026, 3, 13))
    world.sweep("credit-recovery")
    [letter] = world.mailer.to("conti@studio.example")
    assert "F-C-1" in plain(letter)
    assert "F-C-2" in plain(letter)
    sent = [row for row in world.follow_ups("payment-reminder") if row.state == "sent"]
    assert len({row.message_id for row in sent}) == 1
    assert len(sent) == 2


@pytest.mark.parametrize("choice", ["address", "customer"])
def test_the_complaint_of_one_holds_the_others_letter_by_the_policys_choice(
    world: World, choice: str
) -> None:
    credit = world.policy.credit.model_copy(update={"complaint_holds": choice})
    couple = replace(world, policy=world.policy.model_copy(update={"credit": credit}))
    world.clock.set(datetime(2026, 3, 18, 9, tzinfo=UTC))
    with world.db.write() as session:
        ids = []
        for ref in ("C-1", "C-2"):
            customer = factories.customer(session, ref, email=PAOLA)
            factories.invoice(session, customer, f"F-{ref}", due_on=date(2026, 3, 13))
            ids.append(customer.id)
    couple.hear(Answer("r-1", ids[0], "rating", "page", WED, rating=1))
    couple.sweep("credit-recovery")
    assert len(world.mailer.to(PAOLA)) == (0 if choice == "address" else 1)
    couple.close_case("Ci siamo capiti.")
    couple.hear(Answer("r-2", ids[0], "solved", "page", world.clock.now()))
    with world.db.write() as session:
        for case in session.scalars(select(Case)):
            case.released_at = world.clock.now()
        plan_customer_again(session, ids[0])
    world.clock.set(datetime(2026, 3, 20, 9, tzinfo=UTC))
    couple.sweep("credit-recovery")
    assert [row.state for row in world.follow_ups("payment-reminder") if row.step == "friendly"] == [
        "sent"
    ] * 2


@pytest.mark.parametrize("billing", [None, "conti@studio.example"])
def test_the_seventh_mail_about_an_order_that_goes_well_is_the_notice_which_is_left_out(
    world: World, billing: str | None
) -> None:
    """It says what the invoice says. An accountant, who got none of the others, gets it."""
    with world.db.write() as session:
        customer = factories.customer(session, email=PAOLA, billing_email=billing)
        order = factories.order(session, customer, signed_at=WED, promised_on=date(2026, 5, 8))
        factories.invoice(session, customer, order_id=order.id, due_on=date(2026, 6, 8))
    days = ((3, 18), (3, 19), (4, 8), (5, 4), (5, 12), (6, 3), (6, 8))
    for month, day in days:
        world.clock.set(datetime(2026, month, day, 9, tzinfo=UTC))
        if (month, day) == (5, 12):
            with world.db.write() as session:
                order = session.get_one(Order, 1)
                order.delivered_at, order.to_plan = datetime(2026, 5, 8, 9, tzinfo=UTC), True
        world.sweep()
    [notice] = world.follow_ups("payment-notice")
    if billing:
        assert (notice.state, len(world.mailer.to(billing))) == ("sent", 1)
    else:
        assert (notice.state, notice.reason) == ("skipped", "enough mails about the same order")
    assert len(world.mailer.to(PAOLA)) == 6


def test_no_question_how_it_went_on_the_day_of_a_reminder(world: World) -> None:
    world.clock.set(WED)
    with world.db.write() as session:
        customer = factories.customer(session, email=PAOLA)
        factories.order(
            session,
            customer,
            signed_at=WED - timedelta(days=30),
            promised_on=date(2026, 3, 13),
            delivered_at=datetime(2026, 3, 13, 15, tzinfo=UTC),
        )
        factories.invoice(session, customer, due_on=date(2026, 3, 15))
    run(world, 4)
    asked, reminded = by_day(world, ASKS), by_day(world, ("payment-reminder", "payment-notice"))
    assert asked
    assert reminded
    assert not {day for _, day in asked} & {day for _, day in reminded}


def test_the_arrival_check_joins_the_satisfaction_check_and_is_proven_by_it(world: World) -> None:
    world.clock.set(datetime(2026, 3, 19, 9, tzinfo=UTC))
    with world.db.write() as session:
        customer = factories.customer(session, email=PAOLA)
        factories.order(
            session,
            customer,
            signed_at=WED - timedelta(days=30),
            promised_on=date(2026, 3, 16),
            delivered_at=datetime(2026, 3, 16, 8, tzinfo=UTC),
        )
    world.sweep("satisfaction-check")
    with world.db.read() as session:
        rows = session.scalars(
            select(FollowUp).where(FollowUp.kind.in_(("arrival-check", "satisfaction-check")))
        ).all()
        sent = {row.kind: row for row in rows if row.state == "sent"}
    assert sent.keys() == {"arrival-check", "satisfaction-check"}
    assert len({row.message_id for row in sent.values()}) == len(world.mailer.to(PAOLA)) == 1
    assert sent["arrival-check"].answer_by is None, "one question, one wait"
    assert sent["satisfaction-check"].answer_by is not None


def test_a_courtesy_that_the_server_put_off_is_not_in_its_own_way(world: World) -> None:
    """Greylisting says no for some minutes: what has not gone out is no mail that others make room for."""
    world.clock.set(datetime(2026, 3, 19, 9, tzinfo=UTC))
    with world.db.write() as session:
        customer = factories.customer(session, email=PAOLA)
        factories.order(session, customer, signed_at=WED - timedelta(days=1), promised_on=date(2026, 4, 24))
    kind = FakeMailer().answers
    world.mailer.answers = lambda _: Deferred(451, "4.7.1 greylisted, come again")
    world.sweep()
    assert states(world, "welcome-contact") == {"planned"}
    world.mailer.answers = kind
    world.clock.set(world.clock.now() + timedelta(hours=2))
    world.sweep()
    assert states(world, "welcome-contact") == {"sent"}


def states(world: World, kind: str) -> set[str]:
    with world.db.read() as session:
        return set(session.scalars(select(FollowUp.state).where(FollowUp.kind == kind)))


def test_a_manager_who_owes_the_new_days_too_gets_three_mails_of_them_a_day_and_the_rest_in_the_digest(
    world: World,
) -> None:
    """A company of a manager and a seller: what after-sale would owe is the manager's."""
    with world.db.write() as session:
        for one in session.scalars(select(Staff).where(Staff.ref.in_(("A-1", "A-2", "D-1")))):
            one.active = False
    for number in range(6):
        world.clock.set(datetime(2026, 3, 18, 8 + number, tzinfo=UTC))
        with world.db.write() as session:
            customer = factories.customer(session, f"C-{number}", name=f"Famiglia {number}")
            order = factories.order(session, customer, f"SO-{number}", promised_on=None)
            about = ("order", order.id)
            kind = CommitmentKind.SET_APPOINTMENT
            promise(session, world.policy, customer.id, kind, about, now=world.clock.now())
        world.escalate()
    mails = [mail.subject for mail in world.mailer.to("m-1@casa.example")]
    assert len([one for one in mails if "Oggi" not in one]) == 3
    world.clock.set(datetime(2026, 3, 19, 8, tzinfo=UTC))
    world.escalate()
    digest = plain(world.mailer.to("m-1@casa.example")[-1])
    assert all(f"Famiglia {number}" in digest for number in range(6)), "nothing is lost by it"
