"""A delivery day is a promise: kept, late, broken, moved, never forgotten. The real flows on both databases."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from models.tables import Commitment, FollowUp, History, Order
from models.words import CommitmentKind, Subject
from tasks.commitments.close import fulfil, re_promise
from tasks.importing.apply import apply_rows
from tasks.importing.rows import OrderRow
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
        ref="SO-1",
        customer="C-1",
        description="Cucina",
        currency="EUR",
        signed_at=factories.SIGNED,
        promised_on=promised_on,
        **facts,  # type: ignore[arg-type]
    )
    with world.db.write() as session:
        apply_rows(session, "orders", [row], world.clock.now(), "import:erp", policy=world.policy)
    world.sweep("delay-alert")


def deliveries(world: World) -> Sequence[Commitment]:
    return world.promises(CommitmentKind.DELIVERY)


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
    assert [(one.state, one.breaks) for one in deliveries(shop)] == [("withdrawn", 0), ("open", 0)]


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
            session,
            shop.policy,
            one,
            agreed,
            "customer-asked",
            "la settimana dopo",
            now=shop.clock.now(),
            actor="A-1",
        )
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
