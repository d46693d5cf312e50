"""Nobody is left alone: help for colleagues, appointments that get set, and a policy without gaps."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import policy as policies
from models.policy import PolicyError
from models.rules.cases.acting import ActError
from models.tables import Commitment, Order, Staff
from models.words import CommitmentKind, Outcome, Subject
from tasks.cases.raise_matter import ask_for_help
from tasks.commitments.appointments_and_help import set_appointment
from tasks.commitments.close import promise
from tasks.escalation.call_list import call_list
from tasks.mails.texts import missing_texts, offered
from tasks.responses.record import Answer
from tests import factories
from tests.conftest import ROOT
from tests.world import World


def at(world: World, day: int, hour: int = 9) -> None:
    """Move to an hour (UTC) of a day in March 2026, and escalate."""
    world.clock.set(datetime(2026, 3, day, hour, tzinfo=UTC))
    world.escalate()


def owed(world: World, kind: str) -> Commitment:
    with world.db.read() as session:
        return session.scalars(select(Commitment).where(Commitment.kind == kind)).one()


def colleague(session: Session, ref: str) -> Staff:
    return session.scalars(select(Staff).where(Staff.ref == ref)).one()


def told(world: World) -> list[str]:
    """To whom notices went, in order."""
    return [mail.recipients[0].partition("@")[0] for mail in world.mailer.mails]


def test_b32_a_seller_asks_for_help_and_a_manager_owes_it_by_a_time_of_its_own(world: World) -> None:
    with world.db.write() as session:
        order = factories.order(session, factories.customer(session), promised_on=None)
        promise(
            session,
            world.policy,
            order.customer_id,
            CommitmentKind.CALL_BACK,
            (Subject.ORDER, order.id),
            now=world.clock.now(),
        )
    before = owed(world, "call-back")
    world.clock.set(world.clock.now() + timedelta(hours=1))
    with world.db.write() as session:
        seller = colleague(session, "S-1")
        ask_for_help(
            session, world.policy, "SO-1", "Il marmista non risponde.", now=world.clock.now(), by=seller
        )
    request, after = owed(world, "help"), owed(world, "call-back")
    with world.db.read() as session:
        owner = session.get_one(Staff, request.owner_id)
    assert (owner.ref, request.words) == ("M-1", "Il marmista non risponde.")
    assert request.due_at == world.clock.now() + timedelta(hours=4), "working hours, all of them of today"
    assert (after.due_at, after.owner_id) == (before.due_at, before.owner_id), "nothing else moves by it"
    at(world, 18, 10)
    assert "m-1" in told(world)
    at(world, 26, 14)
    assert "d-1" in told(world), "help that does not come climbs like any promise"


def test_b32_help_without_words_is_not_asked_for(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
        with pytest.raises(ActError):
            ask_for_help(
                session, world.policy, "SO-1", " ", now=world.clock.now(), by=colleague(session, "S-1")
            )


def test_b33_setting_an_appointment_has_a_deadline_and_who_waits_is_seen_with_the_age(world: World) -> None:
    with world.db.write() as session:
        order = factories.order(session, factories.customer(session), promised_on=None)
        about = (Subject.ORDER, order.id)
    world.sweep("welcome-contact")  # the order has no day, so somebody owes the customer one
    waiting = owed(world, "set-appointment")
    assert waiting.due_at == datetime(2026, 3, 23, 9, tzinfo=UTC), "three business days later"
    at(world, 25)
    [row] = call_list(world.db, world.policy, world.clock.now())
    assert ("Appuntamento da fissare" in row["why"], row["days"]) == (True, 7)
    assert "m-1" in told(world), "nobody set one: it climbs"
    with world.db.write() as session:
        when = datetime(2026, 4, 2, 8, tzinfo=UTC)
        set_appointment(
            session, world.policy, 1, about, when, "Giovedì alle dieci.", now=world.clock.now(), actor="A-1"
        )
    assert owed(world, "set-appointment").state == "late"
    appointment = owed(world, "appointment")
    assert (appointment.due_at, appointment.state) == (when, "open")


@pytest.mark.parametrize("change", ["promised_on", "cancelled_at"])
def test_b33_a_day_from_the_companys_own_system_ends_the_wait(world: World, change: str) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=None)
    world.sweep("welcome-contact")
    with world.db.write() as session:
        order = session.get_one(Order, 1)
        setattr(order, change, date(2026, 4, 20) if change == "promised_on" else world.clock.now())
        order.to_plan = True
    at(world, 19)
    world.sweep("welcome-contact")
    assert owed(world, "set-appointment").state == ("kept" if change == "promised_on" else "withdrawn")


def test_b05_the_manager_owes_a_listening_call_and_having_only_listened_keeps_it(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=None)
    world.hear(Answer("r-1", 1, "rating", "page", world.clock.now(), order_id=1, rating=1))
    call = owed(world, "listening-call")
    with world.db.read() as session:
        assert session.get_one(Staff, call.owner_id).ref == "M-1"
    world.clock.set(world.clock.now() + timedelta(hours=2))
    world.close_case("Ha parlato per mezz'ora; chiedeva solo questo.", Outcome.ONLY_LISTENED)
    assert owed(world, "listening-call").state == "kept"
    assert world.reasons() == []


def test_b10_an_earlier_hour_comes_before_a_longer_wait(world: World) -> None:
    with world.db.write() as session:
        for number in (1, 2):
            order = factories.order(
                session, factories.customer(session, f"C-{number}"), f"SO-{number}", promised_on=None
            )
            due = world.clock.now() + timedelta(hours=9)
            about = (Subject.ORDER, order.id)
            promise(
                session, world.policy, number, CommitmentKind.PHONE, about, now=world.clock.now(), due_at=due
            )
    world.clock.set(world.clock.now() + timedelta(hours=1))
    assert [row["customer"] for row in call_list(world.db, world.policy, world.clock.now())] == ["C-1", "C-2"]
    world.hear(Answer("r-1", 2, "not-arrived", "page", world.clock.now(), order_id=2))
    assert [row["customer"] for row in call_list(world.db, world.policy, world.clock.now())] == [
        "C-2",
        "C-1",
    ], "due in four hours"


def _without(section: str) -> str:
    """The shipped policy without one of its sections."""
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    return re.sub(rf"^\[{re.escape(section)}\][^\n]*\n.*?(?=^\[)", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"meaning": "rating", "rating": 2}, "low-rating"),
        ({"meaning": "rating", "rating": 5, "text": "Però voglio recedere dal contratto."}, "trouble-words"),
        ({"meaning": "not-solved"}, "not-solved"),
    ],
)
def test_b03_the_first_sign_of_trouble_starts_a_short_clock_in_working_hours(
    world: World, said: dict[str, Any], reason: str
) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=None)
    world.clock.set(datetime(2026, 3, 20, 15, tzinfo=UTC))  # Friday, 16:00 in Rome: two hours are left of it
    world.hear(Answer("r-1", 1, channel="page", received_at=world.clock.now(), order_id=1, **said))
    assert world.reasons() == [reason]
    assert owed(world, "listening-call").due_at == datetime(2026, 3, 23, 7, tzinfo=UTC) + timedelta(hours=2)


@pytest.mark.parametrize(
    ("section", "gap"),
    [
        ("ladders.default", "no ladder for"),
        ("cadences.commitment-notice", "nobody can be told"),
        ("windows.staff", r"there is no \[windows.staff\]"),
    ],
)
def test_b36_a_gap_in_the_routing_refuses_the_policy(section: str, gap: str) -> None:
    text = _without(section)
    assert f"\n[{section}]" not in text
    with pytest.raises(PolicyError, match=gap):
        policies.parse(text)


def test_b36_a_ladder_that_ends_below_the_managers_is_refused() -> None:
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    low = '[ladders.help]\nrungs = [{ name = "asked", at = 0, tell = ["owner"] }]\n\n[ladders.default]'
    with pytest.raises(PolicyError, match="ends below the managers"):
        policies.parse(text.replace("[ladders.default]", low))


def test_b36_a_kind_without_its_text_in_a_language_that_is_needed_is_refused() -> None:
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    added = """
[cadences.before-arrival]
sweep = "satisfaction-check"
subject = "order"
anchor = "promised"
steps = [{ name = "soon", after = "-3 days" }]
"""
    problems = missing_texts(policies.parse(text + added))
    assert [re.search(r"before-arrival/(\w\w)\.txt is missing", one)[1] for one in problems] == [  # type: ignore[index]
        "it",  # the company's own
        "en",  # for everybody whose own is not written
    ]
    assert "pl" not in offered(policies.parse(text + added)), "until it is written, Polish is not offered"


def test_b13_who_has_paid_is_still_welcomed_and_asked(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(session, customer)
        factories.invoice(session, customer, order_id=order.id, paid_at=factories.SIGNED)
    world.sweep()
    assert [row.state for row in world.follow_ups("welcome-contact")] == ["sent"]
    with world.db.write() as session:
        order = session.get_one(Order, 1)
        order.delivered_at, order.to_plan = world.clock.now(), True
    world.clock.set(datetime(2026, 9, 18, 9, tzinfo=UTC))
    world.sweep()
    checks = {row.step: row.state for row in world.follow_ups("satisfaction-check")}
    assert checks["six-months"] == "sent"
