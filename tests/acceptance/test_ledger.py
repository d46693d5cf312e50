"""Promises of calls, answers and appointments: who, by when, never forgotten. The real flows on both databases."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from models.queries.escalation import call_list as calling
from models.tables import Case, Commitment, Customer, Staff
from models.words import CommitmentKind, Outcome, Subject
from tasks.cases.close_case import close_case
from tasks.commitments.appointments_and_help import ask_for_help, set_appointment
from tasks.commitments.close import fulfil, promise, re_promise, withdraw
from tasks.escalation.call_list import call_list
from tasks.responses.record import Answer
from tasks.smtp.transaction import Mail
from tests import factories
from tests.world import World


def at(world: World, day: int, hour: int = 9) -> None:
    world.clock.set(datetime(2026, 3, day, hour, tzinfo=UTC))


@pytest.fixture
def shop(world: World) -> World:
    with world.db.write() as session:
        factories.customer(session)
    return world


def test_b20_and_b05_an_open_case_owes_exactly_one_call_until_it_ends_though_nobody_did_more_than_listen(
    shop: World,
) -> None:
    at(shop, 18)
    shop.hear(Answer("r-1", 1, "rating", "page", shop.clock.now(), rating=1, text="Non funziona."))
    shop.hear(Answer("r-2", 1, "dispute", "page", shop.clock.now()))
    shop.escalate()
    [call] = shop.promises(CommitmentKind.LISTENING_CALL)
    assert (call.state, call.owner_id is not None, call.deputy_id is not None) == ("open", True, True)
    assert call.due_at == datetime(2026, 3, 18, 13, tzinfo=UTC), "four working hours for who complains (B03)"
    with shop.db.write() as session, pytest.raises(ValueError, match="ends with its case"):
        fulfil(
            session, session.get_one(Commitment, call.id), "done", "fatto", now=shop.clock.now(), actor="M-1"
        )
    with shop.db.write() as session, pytest.raises(ValueError, match="always owes its call"):
        withdraw(
            session, session.get_one(Commitment, call.id), "non serve", now=shop.clock.now(), actor="M-1"
        )
    with shop.db.write() as session:
        again = re_promise(
            session,
            shop.policy,
            session.get_one(Commitment, call.id),
            datetime(2026, 3, 19, 15, tzinfo=UTC),
            "customer-asked",
            "richiamo domani alle quattro",
            now=shop.clock.now(),
            actor="M-1",
        )
        assert again.kind == CommitmentKind.LISTENING_CALL
    assert [one.state for one in shop.promises(CommitmentKind.LISTENING_CALL)] == ["re-promised", "open"]
    shop.close_case("Ha raccontato, ho ascoltato.", Outcome.ONLY_LISTENED)
    assert [one.state for one in shop.promises(CommitmentKind.LISTENING_CALL)] == ["re-promised", "kept"]


def test_a_case_of_an_older_version_gets_its_clock_with_the_next_look(shop: World) -> None:
    shop.hear(Answer("r-1", 1, "call-me", "page", shop.clock.now()))
    with shop.db.write() as session:
        session.delete(session.scalars(select(Commitment)).one())
    shop.escalate()
    assert [one.state for one in shop.promises(CommitmentKind.LISTENING_CALL)] == ["open"]


def test_who_begins_to_complain_is_called_sooner_and_the_old_due_time_stays(shop: World) -> None:
    at(shop, 18)
    with shop.db.write() as session:
        order = factories.order(session, session.get_one(Customer, 1), promised_on=None)
    at(shop, 18, 14)
    shop.sweep("welcome-contact")
    shop.hear(Answer("r-1", 1, "paid", "page", shop.clock.now(), order_id=order.id))
    [call] = shop.promises(CommitmentKind.LISTENING_CALL)
    shop.hear(Answer("r-2", 1, "rating", "page", shop.clock.now(), order_id=order.id, rating=1))
    first, sooner = shop.promises(CommitmentKind.LISTENING_CALL)
    assert (first.id, first.due_at, first.state) == (call.id, call.due_at, "re-promised")
    assert sooner.due_at < first.due_at
    assert sooner.breaks == 0


def test_b33_and_b24_setting_an_appointment_has_a_deadline_and_the_appointment_is_a_promise(
    shop: World,
) -> None:
    at(shop, 18)
    with shop.db.write() as session:
        order = factories.order(session, session.get_one(Customer, 1), promised_on=None)
        about = (Subject.ORDER, order.id)
        promise(session, shop.policy, 1, CommitmentKind.SET_APPOINTMENT, about, now=shop.clock.now())
    [setting] = shop.promises(CommitmentKind.SET_APPOINTMENT)
    assert setting.due_at == datetime(2026, 3, 23, 9, tzinfo=UTC), "three business days"
    with shop.db.read() as session:
        waiting = {call.why: call.since for call in calling.commitments(session)}
    assert waiting[("set-appointment",)] == shop.clock.now(), "the list shows who waits, and since when"
    at(shop, 24)
    when = datetime(2026, 3, 27, 8, tzinfo=UTC)
    with shop.db.write() as session:
        set_appointment(
            session, shop.policy, 1, about, when, "il posatore alle nove", now=shop.clock.now(), actor="A-1"
        )
    [setting] = shop.promises(CommitmentKind.SET_APPOINTMENT)
    [appointment] = shop.promises(CommitmentKind.APPOINTMENT)
    assert (setting.state, setting.successor_id) == ("late", appointment.id)
    assert appointment.due_at == when
    with shop.db.write() as session, pytest.raises(ValueError, match="an appointment already"):
        set_appointment(session, shop.policy, 1, about, when, "", now=shop.clock.now(), actor="A-1")
    with shop.db.write() as session:
        kept = session.get_one(Commitment, appointment.id)
        fulfil(session, kept, "done", "il posatore è venuto", now=when, actor="A-1")
    assert shop.promises(CommitmentKind.APPOINTMENT)[0].state == "kept"


def test_b32_a_colleague_who_asks_for_help_gets_a_clock_of_its_own_and_delays_nothing(shop: World) -> None:
    at(shop, 18)
    with shop.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        about = (Subject.CUSTOMER, 1)
        promise(session, shop.policy, 1, CommitmentKind.CALL_BACK, about, now=shop.clock.now())
        ask_for_help(
            session,
            shop.policy,
            1,
            about,
            "serve un tecnico",
            now=shop.clock.now(),
            by=seller.id,
            actor="S-1",
        )
    [help_], [promised] = shop.promises(CommitmentKind.HELP), shop.promises(CommitmentKind.CALL_BACK)
    assert help_.due_at == datetime(2026, 3, 18, 13, tzinfo=UTC)
    assert promised.due_at == datetime(2026, 3, 19, 9, tzinfo=UTC)
    shop.escalate()
    [mail] = shop.mailer.to("m-1@casa.example")
    assert "serve un tecnico" in text_of(mail)
    at(shop, 18, 15)
    at(shop, 19, 9)
    shop.escalate()
    assert shop.mailer.to("d-1@casa.example"), "no help in time goes up too"


def test_b35_no_call_back_without_a_named_person_and_a_time_and_the_second_level(shop: World) -> None:
    at(shop, 18)
    with shop.db.write() as session:
        made = promise(
            session, shop.policy, 1, CommitmentKind.CALL_BACK, (Subject.CUSTOMER, 1), now=shop.clock.now()
        )
        assert session.get_one(Staff, made.owner_id).name == "Anna Bianchi"
        assert session.get_one(Staff, made.deputy_id).name == "Ewa Nowak"
    assert made.due_at > shop.clock.now()
    later = made.due_at
    at(shop, 18, 12)
    with shop.db.write() as session:  # asking again changes neither the hour nor the place
        again = promise(
            session, shop.policy, 1, CommitmentKind.CALL_BACK, (Subject.CUSTOMER, 1), now=shop.clock.now()
        )
    assert (again.id, again.due_at) == (made.id, later)


def test_b11_i_will_call_back_closes_by_the_promise_of_the_call(shop: World) -> None:
    at(shop, 18)
    with shop.db.write() as session:
        asked = promise(
            session, shop.policy, 1, CommitmentKind.REPLY, (Subject.CUSTOMER, 1), now=shop.clock.now()
        )
        call = re_promise(
            session,
            shop.policy,
            asked,
            datetime(2026, 3, 18, 16, tzinfo=UTC),
            "customer-asked",
            "la richiamo alle 17",
            now=shop.clock.now(),
            actor="A-1",
            kind=CommitmentKind.CALL_BACK,
        )
        assert (asked.state, asked.successor_id, call.root_id) == ("re-promised", call.id, asked.id)
    at(shop, 19, 9)
    shop.escalate()
    assert shop.mailer.to("a-2@casa.example"), "and the call climbs, if nobody makes it"


def test_b10_a_days_list_keeps_to_the_capacity_and_who_wrote_often_stands_no_higher(world: World) -> None:
    at(world, 18)
    with world.db.write() as session:
        for number in range(1, 6):
            factories.customer(session, f"C-{number}")
    for number in range(1, 6):
        world.clock.set(datetime(2026, 3, 18, 9, number, tzinfo=UTC))
        world.hear(Answer(f"r-{number}", number, "call-me", "page", world.clock.now()))
    for number in range(20):
        world.hear(Answer(f"again-{number}", 5, "call-me", "page", world.clock.now()))
    capped = replace(world.policy.ledger, calls_a_day=2)
    world.policy = world.policy.model_copy(update={"ledger": capped})
    rows = call_list(world.db, world.policy, world.clock.now())
    assert [(row["customer"], row["when"]) for row in rows] == [
        ("C-1", "today"),
        ("C-2", "today"),
        ("C-3", "waits"),
        ("C-4", "waits"),
        ("C-5", "waits"),
    ]
    world.clock.set(datetime(2026, 3, 18, 15, tzinfo=UTC))
    with world.db.write() as session:
        case = session.scalars(select(Case).order_by(Case.id)).first()
        assert case is not None
        close_case(
            session,
            world.policy,
            case,
            Outcome.ONLY_LISTENED,
            "ascoltato",
            now=world.clock.now(),
            actor="M-1",
        )
    rows = call_list(world.db, world.policy, world.clock.now())
    assert [(row["customer"], row["when"]) for row in rows][:2] == [("C-2", "today"), ("C-3", "waits")]
    at(world, 20)
    rows = call_list(world.db, world.policy, world.clock.now())
    assert [(row["customer"], row["when"], row["days"]) for row in rows][:3] == [
        ("C-2", "today", 2),
        ("C-3", "today", 2),
        ("C-4", "waits", 2),
    ]
    world.escalate()
    digests = [mail for mail in world.mailer.to("m-1@casa.example") if "2 clienti da seguire" in mail.subject]
    assert len(digests) == 1
    at(world, 20, 10)
    world.escalate()
    told = [mail.recipients[0] for mail in world.mailer.mails if "da seguire" in mail.subject]
    assert told.count("m-1@casa.example") == 1, "one a day"
    assert len(told) == len(set(told)), "one a day for the director too, to whom it has climbed"


def text_of(mail: Mail) -> str:
    part = message_from_bytes(mail.body, policy=policy.default).get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())
