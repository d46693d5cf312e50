"""A fault costs the row that it lies in: the others go on, a person is told once, and what is mended goes by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.rules.sending.answers import Accepted
from models.rules.sending.faults import is_fault
from models.tables import Customer, FollowUp, HeldFault, Message, Order
from tasks.mails.letter_facts import Group
from tasks.reporting.weekly import monday_of, week_report
from tasks.sending.claim import claim_batch
from tasks.sending.record_outcome import Finished, record
from tasks.sending.sweep_report import FAULT, Report, Scope
from tests import factories
from tests.fakes import plain
from tests.world import World

WED = datetime(2026, 3, 18, 9, tzinfo=UTC)
POISONED, HEALTHY = "C-3", ("C-1", "C-2", "C-4", "C-5")
NOWHERE = "Mars/Phobos"


@pytest.fixture
def shop(world: World) -> World:
    """Five customers, each with an order signed an hour ago."""
    world.clock.set(WED)
    with world.db.write() as session:
        for number in range(1, 6):
            customer = factories.customer(
                session, f"C-{number}", email=f"c-{number}@posta.example", timezone="Europe/Rome"
            )
            factories.order(session, customer, f"SO-{number}", signed_at=WED - timedelta(hours=1))
    return world


def place_of(world: World, timezone: str) -> None:
    with world.db.write() as session:
        session.execute(update(Customer).where(Customer.ref == POISONED).values(timezone=timezone))


def reached(world: World) -> set[str]:
    return {mail.recipients[0].partition("@")[0].upper() for mail in world.mailer.mails}


def held(world: World) -> list[FollowUp]:
    with world.db.read() as session:
        return [row for row in session.scalars(select(FollowUp)) if is_fault(row.reason)]


def faults(world: World) -> list[str]:
    with world.db.read() as session:
        return list(session.scalars(select(HeldFault.reason).order_by(HeldFault.id)))


def poison_plan(session: Session) -> None:
    order = session.scalars(select(Order).where(Order.ref == "SO-3")).one()
    order.dates = {"fitted": "next week, perhaps"}


def mend_plan(session: Session) -> None:
    order = session.scalars(select(Order).where(Order.ref == "SO-3")).one()
    order.dates = {}


def test_an_order_that_cannot_be_planned_costs_itself_and_goes_once_it_is_mended(shop: World) -> None:
    with shop.db.write() as session:
        poison_plan(session)
    report = shop.sweep("welcome-contact")
    assert reached(shop) == set(HEALTHY)
    assert report.planned
    [fault] = faults(shop)
    assert fault.startswith("a fault of the program: ValueError in tasks/planning/plan")
    assert "perhaps" not in fault, "nobody's data"
    with shop.db.write() as session:
        mend_plan(session)
    shop.clock.set(WED + timedelta(minutes=5))
    shop.sweep("welcome-contact")
    assert POISONED in reached(shop)


def test_a_row_that_cannot_be_decided_costs_itself_and_goes_once_it_is_mended(shop: World) -> None:
    shop.sweep("delay-alert")  # plans
    place_of(shop, NOWHERE)
    report = shop.sweep("welcome-contact")
    assert reached(shop) == set(HEALTHY)
    assert report.partly_failed
    assert report.total(FAULT) == len(held(shop)) > 0
    assert {row.state for row in held(shop)} == {"held"}
    place_of(shop, "Europe/Rome")
    shop.clock.set(WED + timedelta(minutes=5))
    assert not shop.sweep("welcome-contact").total(FAULT)
    assert POISONED in reached(shop)
    assert held(shop) == []


def test_what_is_mended_too_late_is_stale(shop: World) -> None:
    shop.sweep("delay-alert")
    place_of(shop, NOWHERE)
    shop.sweep("welcome-contact")
    place_of(shop, "Europe/Rome")
    shop.clock.set(WED + timedelta(days=40))
    shop.sweep("welcome-contact")
    with shop.db.read() as session:
        confirmed = session.scalars(
            select(FollowUp)
            .join(Customer, Customer.id == FollowUp.customer_id)
            .where(Customer.ref == POISONED, FollowUp.kind == "order-confirmation")
        ).one()
    assert (confirmed.state, confirmed.reason) == ("skipped", "stale: due too long ago")


def test_a_text_that_cannot_be_written_costs_its_own_kind(shop: World) -> None:
    cadences = dict(shop.policy.cadences)
    cadences["unwritten"] = cadences["order-confirmation"]
    shop.policy = shop.policy.model_copy(update={"cadences": cadences})
    report = shop.sweep("welcome-contact")
    assert reached(shop) == {*HEALTHY, POISONED}, "the other mails went out"
    assert report.partly_failed
    assert [(row.kind, row.state) for row in held(shop)] == [("unwritten", "held")] * 5
    assert len(faults(shop)) == len(set(faults(shop))) <= 2
    assert all(one.startswith("a fault of the text: unwritten/") for one in faults(shop))


def test_a_person_is_told_once_for_each_cause(shop: World) -> None:
    cadences = dict(shop.policy.cadences)
    cadences["unwritten"] = cadences["order-confirmation"]
    shop.policy = shop.policy.model_copy(update={"cadences": cadences})
    shop.sweep("welcome-contact")
    for minutes in range(0, 60, 10):
        shop.clock.set(WED + timedelta(minutes=minutes))
        shop.sweep("welcome-contact")
        shop.escalate()
    told = [mail for mail in shop.mailer.to("m-1@casa.example") if "seguito policy check" in plain(mail)]
    assert len(told) == len(faults(shop))
    assert "unwritten/en.txt" in plain(told[0])
    assert "Held now: 5" in plain(told[0])


def test_silence_that_cannot_be_judged_costs_itself(shop: World) -> None:
    nudging = {
        name: replace(one, wait="1 business day", nudges=1) if one.sends and one.subject == "order" else one
        for name, one in shop.policy.cadences.items()
    }
    shop.policy = shop.policy.model_copy(update={"cadences": nudging})
    shop.sweep("welcome-contact")
    with shop.db.write() as session:
        session.execute(update(FollowUp).where(FollowUp.state == "sent").values(answer_by=WED))
    place_of(shop, NOWHERE)
    said = shop.escalate()
    assert "held by a fault" in said
    place_of(shop, "Europe/Rome")
    shop.clock.set(WED + timedelta(minutes=5))
    assert "held by a fault" not in shop.escalate()
    with shop.db.read() as session:
        waits = session.scalars(
            select(FollowUp).where(FollowUp.state == "sent", FollowUp.answer_by <= shop.clock.now())
        ).all()
    assert not waits


def test_a_report_of_the_week_counts_a_row_that_it_cannot_place(shop: World) -> None:
    with shop.db.write() as session:
        late = {"delivered_at": WED, "promised_on": WED.date() - timedelta(days=3)}
        session.execute(update(Order).values(**late))
    shop.sweep()
    place_of(shop, NOWHERE)
    found = week_report(shop.services, monday_of(WED.date())).figures["now"]
    assert found["delivered_in_time"]["of"] == 5


def test_a_mail_that_went_out_stays_sent_whatever_its_row_holds(shop: World) -> None:
    shop.sweep("delay-alert")
    scope = Scope("welcome-contact", WED)
    with shop.db.write() as session:
        claimed = claim_batch(session, shop.policy, scope, token="t", clock_now=WED)
        ids = mark(session, claimed.groups)
        poisoned = next(one for one in claimed.groups if one.customer.ref == POISONED)
        session.expunge(poisoned.customer)
        poisoned.customer.timezone = NOWHERE
        answers = [Finished(ids[one.lead.id], one, Accepted(250, "OK")) for one in claimed.groups]
        report = Report()
        record(session, shop.policy, answers, "t", WED, report)
    assert report.total("sent") == len(answers)
    with shop.db.read() as session:
        states = {row.id: row.state for row in session.scalars(select(FollowUp))}
    assert {states[one.lead.id] for one in claimed.groups} == {"sent"}


def mark(session: Session, groups: list[Group]) -> dict[int, int]:
    ids = {}
    for one in groups:
        message = Message(
            key=f"f{one.lead.id}-1",
            customer_id=one.customer.id,
            kind=one.lead.kind,
            step=one.lead.step,
            language="it",
            recipient=one.customer.email or "",
            subject="S",
            state="sending",
            claim_token="t",
            lease_until=WED + timedelta(hours=1),
            resends=0,
            marked_at=WED,
        )
        session.add(message)
        session.flush()
        ids[one.lead.id] = message.id
        one.lead.message_id = message.id
    session.flush()
    return ids
