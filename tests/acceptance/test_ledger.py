"""The promise ledger, through the real flows on both databases: kept, late, broken, and never forgotten."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from models.queries import calling
from models.tables import Case, Commitment, Customer, FollowUp, History, Order, Staff
from models.words import CommitmentKind, Outcome, Subject
from tasks.arrangements import ask_for_help, set_appointment
from tasks.calling import call_list
from tasks.closing import close_case
from tasks.commitments import fulfil, promise, re_promise, withdraw
from tasks.hearing import Answer
from tasks.importing.apply import apply_rows
from tasks.importing.rows import OrderRow
from tasks.smtp.transaction import Mail
from tests import factories
from tests.world import World

DAY = date(2026, 3, 20)
END_OF_DAY = datetime(2026, 3, 20, 23, tzinfo=UTC)
"""Midnight in Rome."""


def at(world: World, day: int, hour: int = 9) -> None:
    world.clock.set(datetime(2026, 3, day, hour, tzinfo=UTC))


def told_by_import(world: World, promised_on: date | None = DAY, **facts: object) -> None:
    """The company's own system says how an order stands; the sweep plans it."""
    row = OrderRow(
        ref="SO-1", customer="C-1", description="Cucina", currency="EUR", signed_at=factories.SIGNED,
        promised_on=promised_on, **facts,  # type: ignore[arg-type]
    )  # fmt: skip
    with world.db.write() as session:
        apply_rows(session, "orders", [row], world.clock.now(), "import:erp", policy=world.policy)
    world.sweep("delay-alert")


def deliveries(world: World) -> Sequence[Commitment]:
    with world.db.read() as session:
        return session.scalars(
            select(Commitment).where(Commitment.kind == CommitmentKind.DELIVERY).order_by(Commitment.id)
        ).all()


def events(world: World, number: int) -> list[tuple[str, str | None, str]]:
    with world.db.read() as session:
        rows = session.scalars(
            select(History)
            .where(History.subject_type == Subject.COMMITMENT, History.subject_id == number)
            .order_by(History.id)
        )
        return [(row.event, row.cause, row.actor) for row in rows]


@pytest.fixture
def shop(world: World) -> World:
    with world.db.write() as session:
        factories.customer(session)
    return world


def test_b17_a_delivery_day_is_a_promise_that_was_kept_or_was_late(shop: World) -> None:
    told_by_import(shop)
    [owed] = deliveries(shop)
    assert (owed.state, owed.due_at, owed.made_at) == ("open", END_OF_DAY, factories.SIGNED)
    told_by_import(shop)
    assert len(deliveries(shop)) == 1
    at(shop, 20, 12)
    told_by_import(shop, delivered_at=datetime(2026, 3, 20, 11, tzinfo=UTC))
    [owed] = deliveries(shop)
    assert (owed.state, owed.done_at) == ("kept", datetime(2026, 3, 20, 11, tzinfo=UTC))
    assert events(shop, owed.id) == [("done", "delivered", "planning")]


def test_b12_and_b26_a_moved_day_breaks_the_promise_with_its_reason_and_chains_a_new_one(shop: World) -> None:
    told_by_import(shop)
    at(shop, 21)
    told_by_import(shop, date(2026, 3, 27), delay_reason="supplier")
    first, second = deliveries(shop)
    assert (first.state, first.reason, first.due_at) == ("broken", "supplier", END_OF_DAY)
    assert (first.successor_id, second.root_id, second.breaks) == (second.id, first.id, 1)
    at(shop, 25)
    told_by_import(shop, date(2026, 4, 3))
    first, second, third = deliveries(shop)
    assert (second.state, second.reason, third.breaks) == ("re-promised", "unstated", 2)
    assert third.root_id == first.id
    assert first.due_at == END_OF_DAY
    at(shop, 30)
    told_by_import(shop, date(2026, 4, 3), cancelled_at=datetime(2026, 3, 29, tzinfo=UTC))
    assert [one.state for one in deliveries(shop)] == ["broken", "re-promised", "withdrawn"]


def test_a_delivery_that_came_late_has_a_reason_code_too(shop: World) -> None:
    at(shop, 24)
    told_by_import(shop, delivered_at=datetime(2026, 3, 23, 11, tzinfo=UTC))
    [owed] = deliveries(shop)
    assert (owed.state, owed.reason) == ("late", "unstated")
    with shop.db.read() as session:
        told = select(FollowUp).where(FollowUp.subject_type == Subject.COMMITMENT)
        assert session.scalars(told).all() == []


def test_a_delivery_taken_back_is_owed_again(shop: World) -> None:
    at(shop, 20)
    told_by_import(shop, delivered_at=datetime(2026, 3, 19, 11, tzinfo=UTC))
    told_by_import(shop)
    assert [(one.state, one.breaks) for one in deliveries(shop)] == [("kept", 0), ("open", 0)]


def test_a_delivery_that_a_person_ended_stays_ended_until_another_day_is_promised(shop: World) -> None:
    told_by_import(shop)
    at(shop, 19)
    with shop.db.write() as session:
        one = session.scalars(select(Commitment).where(Commitment.kind == CommitmentKind.DELIVERY)).one()
        fulfil(session, one, "done", "ritirata in negozio", now=shop.clock.now(), actor="A-1")
    at(shop, 20)
    told_by_import(shop, delay_reason="carrier")
    told_by_import(shop, delivered_at=shop.clock.now())
    told_by_import(shop)
    (known,) = deliveries(shop)
    assert (known.state, known.outcome) == ("kept", "done: ritirata in negozio")
    at(shop, 23)
    told_by_import(shop, date(2026, 3, 30))
    before, after = deliveries(shop)
    assert (before.outcome, after.state) == ("done: ritirata in negozio", "open"), (
        "another day is a new promise"
    )
    assert before.successor_id == after.id


def test_a_day_agreed_on_by_a_person_is_not_undone_by_the_older_one_of_the_source(shop: World) -> None:
    told_by_import(shop)
    at(shop, 19)
    agreed = datetime(2026, 3, 27, 16, tzinfo=UTC)
    with shop.db.write() as session:
        one = session.scalars(select(Commitment).where(Commitment.kind == CommitmentKind.DELIVERY)).one()
        re_promise(
            session, shop.policy, one, agreed, "customer-asked", "la settimana dopo", now=shop.clock.now(),
            actor="A-1",
        )  # fmt: skip
    at(shop, 20)
    told_by_import(shop, delay_reason="carrier")
    assert [(one.state, one.due_at) for one in deliveries(shop)][1:] == [("open", agreed)]
    at(shop, 24)
    told_by_import(shop, date(2026, 3, 30))
    assert [one.state for one in deliveries(shop)] == ["re-promised", "re-promised", "open"]


def test_b16_a_day_that_passed_climbs_from_after_sale_and_never_by_the_seller(shop: World) -> None:
    told_by_import(shop)
    with shop.db.write() as session:
        order = session.scalars(select(Order)).one()
        order.seller_id = factories.staff(session, "S-9", "seller").id
    while shop.clock.now() < datetime(2026, 4, 10, tzinfo=UTC):
        shop.clock.set(shop.clock.now() + timedelta(hours=6))
        shop.escalate()
    to = [mail.recipients[0].partition("@")[0] for mail in shop.mailer.mails]
    staff = list(dict.fromkeys(name for name in to if not name.startswith("c-")))
    assert staff == ["a-1", "a-2", "m-1", "d-1"]
    [owed] = deliveries(shop)
    assert owed.level == "director"


def of_kind(world: World, kind: CommitmentKind) -> Sequence[Commitment]:
    with world.db.read() as session:
        return session.scalars(
            select(Commitment).where(Commitment.kind == kind).order_by(Commitment.id)
        ).all()


def calls(world: World) -> Sequence[Commitment]:
    return of_kind(world, CommitmentKind.LISTENING_CALL)


def test_b20_and_b05_an_open_case_owes_exactly_one_call_until_it_ends_though_nobody_did_more_than_listen(
    shop: World,
) -> None:
    at(shop, 18)
    shop.hear(Answer("r-1", 1, "rating", "page", shop.clock.now(), rating=1, text="Non funziona."))
    shop.hear(Answer("r-2", 1, "dispute", "page", shop.clock.now()))
    shop.escalate()
    [call] = calls(shop)
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
            session, shop.policy, session.get_one(Commitment, call.id), datetime(2026, 3, 19, 15, tzinfo=UTC),
            "customer-asked", "richiamo domani alle quattro", now=shop.clock.now(), actor="M-1",
        )  # fmt: skip
        assert again.kind == CommitmentKind.LISTENING_CALL
    assert [one.state for one in calls(shop)] == ["re-promised", "open"]
    shop.close_case("Ha raccontato, ho ascoltato.", Outcome.ONLY_LISTENED)
    assert [one.state for one in calls(shop)] == ["re-promised", "kept"]


def test_a_case_of_an_older_version_gets_its_clock_with_the_next_look(shop: World) -> None:
    shop.hear(Answer("r-1", 1, "call-me", "page", shop.clock.now()))
    with shop.db.write() as session:
        session.delete(session.scalars(select(Commitment)).one())
    shop.escalate()
    assert [one.state for one in calls(shop)] == ["open"]


def test_who_begins_to_complain_is_called_sooner_and_the_old_due_time_stays(shop: World) -> None:
    at(shop, 18)
    with shop.db.write() as session:
        order = factories.order(session, session.get_one(Customer, 1), promised_on=None)
    at(shop, 18, 14)
    shop.sweep("welcome-contact")
    shop.hear(Answer("r-1", 1, "paid", "page", shop.clock.now(), order_id=order.id))
    [call] = calls(shop)
    shop.hear(Answer("r-2", 1, "rating", "page", shop.clock.now(), order_id=order.id, rating=1))
    first, sooner = calls(shop)
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
    [setting] = of_kind(shop, CommitmentKind.SET_APPOINTMENT)
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
    [setting] = of_kind(shop, CommitmentKind.SET_APPOINTMENT)
    [appointment] = of_kind(shop, CommitmentKind.APPOINTMENT)
    assert (setting.state, setting.successor_id) == ("late", appointment.id)
    assert appointment.due_at == when
    with shop.db.write() as session, pytest.raises(ValueError, match="an appointment already"):
        set_appointment(session, shop.policy, 1, about, when, "", now=shop.clock.now(), actor="A-1")
    with shop.db.write() as session:
        kept = session.get_one(Commitment, appointment.id)
        fulfil(session, kept, "done", "il posatore è venuto", now=when, actor="A-1")
    assert of_kind(shop, CommitmentKind.APPOINTMENT)[0].state == "kept"


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
    [help_], [promised] = of_kind(shop, CommitmentKind.HELP), of_kind(shop, CommitmentKind.CALL_BACK)
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
            session, shop.policy, asked, datetime(2026, 3, 18, 16, tzinfo=UTC), "customer-asked", "la richiamo alle 17",
            now=shop.clock.now(), actor="A-1", kind=CommitmentKind.CALL_BACK,
        )  # fmt: skip
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
    rows = call_list(world.services)
    assert [(row["customer"], row["when"]) for row in rows] == [
        ("C-1", "today"), ("C-2", "today"), ("C-3", "waits"), ("C-4", "waits"), ("C-5", "waits"),
    ]  # fmt: skip
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
    rows = call_list(world.services)
    assert [(row["customer"], row["when"]) for row in rows][:2] == [("C-2", "today"), ("C-3", "waits")]
    at(world, 20)
    rows = call_list(world.services)
    assert [(row["customer"], row["when"], row["days"]) for row in rows][:3] == [
        ("C-2", "today", 2), ("C-3", "today", 2), ("C-4", "waits", 2),
    ]  # fmt: skip
    world.escalate()
    digests = [
        mail for mail in world.mailer.to("m-1@casa.example") if "2 clienti da chiamare" in mail.subject
    ]
    assert len(digests) == 1
    at(world, 20, 10)
    world.escalate()
    told = [mail.recipients[0] for mail in world.mailer.mails if "da chiamare" in mail.subject]
    assert told.count("m-1@casa.example") == 1, "one a day"
    assert len(told) == len(set(told)), "one a day for the director too, to whom it has climbed"


def text_of(mail: Mail) -> str:
    part = message_from_bytes(mail.body, policy=policy.default).get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())
