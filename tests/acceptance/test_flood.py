"""Contacts to one person see each other, and nothing that is due is lost by it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from models.rules.sending.answers import Deferred
from models.tables import Customer, FollowUp, Message, Order
from tests import factories
from tests.fakes import FakeMailer
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


def test_a_person_with_three_orders_in_two_rows_gets_one_courtesy_a_day_and_loses_none(world: World) -> None:
    world.clock.set(WED)
    with world.db.write() as session:
        for number, ref in enumerate(("C-1", "C-1", "C-2")):
            known = session.scalar(select(Customer).where(Customer.ref == ref))
            customer = known or factories.customer(session, ref, email=PAOLA)
            factories.order(session, customer, f"SO-{number}", signed_at=WED, promised_on=date(2026, 4, 24))
    run(world, 6)
    assert by_day(world, ("order-confirmation",))[PAOLA, date(2026, 3, 18)] == 3, (
        "these were promised to come at once"
    )
    welcomes = by_day(world, ("welcome-contact",))
    assert max(welcomes.values()) == 1
    assert sum(welcomes.values()) == 3, "each order has its own, on a day of its own"


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


def test_75_days_of_good_weather(world: World) -> None:
    """Ten customers who never answer, an order each, delivered in time: so many mails each, and one courtesy a day."""
    world.clock.set(WED)
    with world.db.write() as session:
        for number in range(10):
            customer = factories.customer(session, f"C-{number}")
            factories.order(
                session,
                customer,
                f"SO-{number}",
                signed_at=WED + timedelta(hours=number),
                promised_on=date(2026, 4, 20),
            )
    run(world, 29)
    with world.db.write() as session:
        for order in session.scalars(select(Order)):
            order.delivered_at, order.to_plan = datetime(2026, 4, 17, 8, tzinfo=UTC), True
    run(world, 46)
    with world.db.read() as session:
        mails = session.scalars(select(Message).where(Message.staff_id.is_(None))).all()
    each = Counter(mail.recipient for mail in mails)
    kinds = Counter(mail.kind for mail in mails)
    print("mails by kind:", dict(kinds))
    assert max(each.values()) <= 9, "none of them ever answers"
    assert sum(kinds.values()) == 90
    assert max(by_day(world, ASKS).values()) == 1
