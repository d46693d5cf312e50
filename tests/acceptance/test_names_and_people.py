"""Who is named to customers works here today; what was sent under another name counts; one mailbox is one reader."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models import policy as policies
from models.policy import Policy
from models.queries.planning.plan import note_policy
from models.tables import Commitment, Customer, Message, Staff
from models.words import CommitmentKind, Subject
from tasks.commitments.close import promise
from tasks.planning.policy_changes import warnings
from tasks.responses.by_link import stop_extras
from tasks.responses.record import Answer
from tests import factories
from tests.fakes import plain
from tests.world import World

ROOT = Path(__file__).parent.parent.parent


def renamed(*was: str) -> Policy:
    """The policy as shipped, but for three names; `was` of those that are to be carried over."""
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    for old, new in (("friendly", "first"), ("first-days", "days"), ("welcome", "hello")):
        mark = f', was = "{old}"' if old in was else ""
        text = re.sub(
            rf'\{{ name = "{old}", after = "([^"]+)" \}}', rf'{{ name = "{new}", after = "\1"{mark} }}', text
        )
    return policies.parse(text)


def at(world: World, month: int, day: int, hour: int = 9) -> None:
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


@pytest.fixture
def shop(world: World) -> World:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.order(session, customer)
        factories.invoice(session, customer)
    return world


def test_a_renamed_step_says_so_and_sends_nothing_again(shop: World) -> None:
    shop.sweep()
    sent = len(shop.mailer.mails)
    with shop.db.read() as session:
        said = list(warnings(session, renamed(), shop.clock.now()))
        carried = list(warnings(session, renamed("friendly", "first-days", "welcome"), shop.clock.now()))
    assert len(said) == 2  # the satisfaction check was not sent yet
    assert any("friendly" in line and "1 of them would go out again" in line for line in said)
    assert carried == []
    shop.policy = renamed("friendly", "first-days", "welcome")
    shop.sweep()
    assert len(shop.mailer.mails) == sent
    assert {row.step for row in shop.follow_ups("payment-reminder")} == {"first", "second"}


def test_a_renamed_cadence_carries_its_contacts_over(shop: World) -> None:
    shop.sweep()
    sent = len(shop.mailer.mails)
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    text = text.replace("[cadences.order-confirmation]", '[cadences.order-news]\nwas = "order-confirmation"')
    shop.policy = policies.parse(text)
    with shop.db.write() as session:
        note_policy(session, shop.policy.fingerprint(), shop.clock.now(), shop.policy.cadences)
    assert len(shop.mailer.mails) == sent
    assert [row.state for row in shop.follow_ups("order-news")] == ["sent"]
    assert shop.follow_ups("order-confirmation") == []


def test_b30_customers_are_told_people_who_are_here_on_that_day(shop: World) -> None:
    shop.sweep()
    with shop.db.write() as session:
        order_owner = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
        order_owner.active = False
    at(shop, 4, 13)  # the promised day has passed
    shop.mailer.mails.clear()
    shop.sweep("delay-alert")
    [mail] = shop.mailer.to("c-1@posta.example")
    assert "Anna Bianchi" not in plain(mail)
    assert "Ewa Nowak" in plain(mail)


def test_b31_what_somebody_who_left_owes_goes_to_the_deputy(shop: World) -> None:
    with shop.db.write() as session:
        promise(session, shop.policy, 1, CommitmentKind.CALL_BACK, (Subject.ORDER, 1), now=shop.clock.now())
        anna = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
        ewa = session.scalars(select(Staff).where(Staff.ref == "A-2")).one()
        owed = session.scalars(select(Commitment).where(Commitment.kind == "call-back")).one()
        owed.owner_id, owed.deputy_id, anna.active = anna.id, ewa.id, False
        wanted = ewa.id
    shop.escalate()
    with shop.db.read() as session:
        assert set(session.scalars(select(Commitment.owner_id))) == {wanted}
    said = " ".join(plain(mail) for mail in shop.mailer.to("a-2@casa.example"))
    assert "Giulia Ferri" in said
    digest = " ".join(plain(mail) for mail in shop.mailer.to("m-1@casa.example"))
    assert "Anna Bianchi non lavora più qui; impegni passati a Ewa Nowak: 1" in digest


def test_who_stops_the_courtesies_stops_them_for_the_mailbox_and_is_no_case_of_silence(world: World) -> None:
    with world.db.write() as session:
        for ref in ("C-1", "C-2"):
            customer = factories.customer(session, ref, email="famiglia@posta.example")
            factories.order(
                session,
                customer,
                f"SO-{ref}",
                signed_at=factories.SIGNED - timedelta(days=20),
                promised_on=date(2026, 3, 12),
                delivered_at=datetime(2026, 3, 13, 9, tzinfo=UTC),
            )
    world.sweep("satisfaction-check")
    [key] = {
        row.message_id
        for row in world.follow_ups("satisfaction-check")
        if row.subject_id == 1 and row.message_id
    }
    with world.db.write() as session:
        message = session.get_one(Message, key)
        stop_extras(session, message.key, world.clock.now())
        assert all(one.extras_stopped_at for one in session.scalars(select(Customer)))
    world.day_by_day(datetime(2026, 4, 20, tzinfo=UTC))
    assert "silent" not in world.reasons()


def test_an_answer_older_than_its_question_makes_it_moot(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(
            session,
            customer,
            signed_at=factories.SIGNED - timedelta(days=20),
            promised_on=date(2026, 3, 12),
            delivered_at=datetime(2026, 3, 13, 9, tzinfo=UTC),
        )
    said_at = datetime(2026, 3, 16, 9, tzinfo=UTC)
    world.hear(Answer("r-1", customer.id, "rating", "import", said_at, order_id=order.id, rating=5))
    world.sweep("satisfaction-check")
    assert "satisfaction-check" not in {
        row.kind for row in world.follow_ups("satisfaction-check") if row.sent_at
    }


def test_an_answer_that_we_learn_of_after_asking_ends_the_waiting(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(
            session,
            customer,
            signed_at=factories.SIGNED - timedelta(days=20),
            promised_on=date(2026, 3, 12),
            delivered_at=datetime(2026, 3, 13, 9, tzinfo=UTC),
        )
    world.sweep("satisfaction-check")
    said_at = datetime(2026, 3, 16, 9, tzinfo=UTC)  # two days before the question went out
    world.hear(Answer("r-1", customer.id, "rating", "import", said_at, order_id=order.id, rating=5))
    first = next(row for row in world.follow_ups("satisfaction-check") if row.step == "first-days")
    assert first.state == "answered"
