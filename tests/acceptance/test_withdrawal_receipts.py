"""Each declared withdrawal is told back by mail, with its words and its hour, and a person hears of it (B37)."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.tables import CaseReason, ContractEnd
from tasks.planning.plan import plan_all
from tasks.responses.record import Answer
from tests.withdrawing import DECLARATION, LINK, buyer, ends, receipts, set_aside
from tests.world import World


def test_b37_the_receipt_has_the_content_and_the_hour_and_goes_once(world: World) -> None:
    who = buyer(world)
    who.press(who.withdraw)
    for _ in range(3):
        world.escalate()
    world.clock.set(world.clock.now() + timedelta(days=3))
    world.sweep()
    world.escalate()
    [receipt] = receipts(world)
    assert DECLARATION in receipt
    assert "18 marzo 2026, ore 10:00 (UTC+01:00)" in receipt, "a legal hour has its zone"


def test_what_was_declared_elsewhere_is_recorded_and_told_back_alike(world: World) -> None:
    buyer(world)
    world.hear(
        Answer(
            "shop-7", 1, "withdraw", "shop", world.clock.now(), order_id=1, text="I withdraw from order SO-1."
        )
    )
    world.escalate()
    assert world.reasons() == ["withdrawal"]
    assert "I withdraw from order SO-1." in receipts(world)[0]


def test_a_receipt_that_goes_late_tells_what_was_received_even_if_it_was_set_aside(world: World) -> None:
    who = buyer(world)
    who.press(who.withdraw)
    plan_all(world.db, world.policy, world.clock.now())
    with world.db.write() as session:
        session.execute(update(ContractEnd).values(dismissed_at=world.clock.now() + timedelta(minutes=1)))
    world.clock.set(world.clock.now() + timedelta(minutes=2))
    world.escalate()
    assert [DECLARATION in receipt for receipt in receipts(world)] == [True]


def test_what_is_set_aside_before_anything_is_planned_is_told_back_all_the_same(world: World) -> None:
    who = buyer(world)
    who.press(who.withdraw)
    world.clock.set(world.clock.now() + timedelta(minutes=1))
    set_aside(world)
    world.escalate()
    assert [DECLARATION in receipt for receipt in receipts(world)] == [True]


@pytest.mark.parametrize("apart", [timedelta(minutes=2), timedelta(days=1)])
def test_each_declaration_is_told_back_with_its_own_words_even_where_both_had_to_wait(
    world: World, apart: timedelta
) -> None:
    who = buyer(world)
    who.press(who.withdraw, text="Troppo alta.")
    plan_all(world.db, world.policy, world.clock.now())
    world.clock.set(world.clock.now() + apart)
    set_aside(world)
    world.clock.set(world.clock.now() + timedelta(minutes=2))
    who.press(who.withdraw, text="Troppo larga.")
    for _ in range(2):
        world.escalate()
    told = [(("Troppo alta." in text), ("Troppo larga." in text)) for text in receipts(world)]
    assert sorted(told) == [(False, True), (True, False)]


def test_what_a_person_sets_aside_can_be_declared_again(world: World) -> None:
    who = buyer(world)
    who.press(who.withdraw)
    world.escalate()
    world.clock.set(world.clock.now() + timedelta(days=1))
    set_aside(world)
    assert LINK in who.open(who.link).text
    world.clock.set(world.clock.now() + timedelta(days=1))
    who.press(who.withdraw)
    world.escalate()
    assert [end.dismissed_at is None for end in ends(world)] == [False, True]
    assert len(receipts(world)) == 2


def test_words_heard_before_keep_their_earlier_date_and_the_receipt_goes_all_the_same(world: World) -> None:
    who = buyer(world)
    world.hear(
        Answer(
            "r-1", 1, "message", "mail", world.clock.now(), order_id=1, text="Vorrei recedere dal contratto."
        )
    )
    earlier = world.clock.now()
    world.clock.set(earlier + timedelta(hours=2))
    assert LINK in who.open(who.link).text, "words that somebody has to interpret do not take it away"
    who.press(who.withdraw)
    world.escalate()
    assert [end.declared_at for end in ends(world)] == [earlier]
    assert len(receipts(world)) == 1
    with world.db.read() as session:
        assert set(session.scalars(select(CaseReason.reason))) == {"message", "withdrawal"}


def test_whoever_has_no_address_that_works_is_called(world: World) -> None:
    who = buyer(world, customer={"email": None})
    assert "salvi o stampi" in who.open(who.withdraw).text
    who.press(who.withdraw)
    world.escalate()
    assert "undeliverable" in world.reasons()
