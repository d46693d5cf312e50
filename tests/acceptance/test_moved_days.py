"""A promised day that is moved, or taken away, counts before it passes; and whoever waits hears again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from models.tables import Commitment, Order
from models.words import CommitmentKind
from tests import factories
from tests.fakes import plain
from tests.world import World

HERS = "k-7@posta.example"
MANAGER = "m-1@casa.example"


@pytest.fixture
def sold(world: World) -> World:
    with world.db.write() as session:
        factories.order(session, factories.customer(session, "K-7"), "N-2", promised_on=date(2026, 4, 10))
    world.sweep()
    return world


def _move(world: World, to: date | None, reason: str | None = None) -> None:
    """As an import writes it."""
    with world.db.write() as session:
        order = session.scalars(select(Order)).one()
        order.promised_before, order.promise_moved_at = order.promised_on, world.clock.now()
        order.promised_on, order.delay_reason, order.to_plan = to, reason, True
    world.sweep()
    world.escalate()


def _chain(world: World) -> list[Commitment]:
    return list(world.promises(CommitmentKind.DELIVERY))


def _told(world: World, address: str) -> list[str]:
    return [plain(mail) for mail in world.mailer.to(address) if "N-2" in plain(mail)]


def test_b26_the_second_slip_goes_to_the_manager_at_once_though_no_day_has_passed(sold: World) -> None:
    _move(sold, date(2026, 4, 17))
    assert _told(sold, MANAGER) == []
    sold.clock.set(sold.clock.now() + timedelta(days=2))
    _move(sold, date(2026, 4, 30))
    assert any("30 aprile" in words for words in _told(sold, MANAGER))
    first, second, third = _chain(sold)
    assert (first.reason, second.reason) == ("unstated", "unstated")  # no code came with the moves
    assert (third.breaks, third.clock, third.root_id) == (2, first.due_at, first.id)


def test_b26_the_ladder_counts_from_the_first_promise(sold: World) -> None:
    _move(sold, date(2026, 6, 30), "supplier")
    sold.day_by_day(datetime(2026, 4, 20, tzinfo=UTC))
    levels = {
        one.audience for one in sold.follow_ups("commitment-notice") if one.state in {"sent", "skipped"}
    }
    assert "manager" in levels  # three business days after 10 April, not after 30 June
    assert any("promessa la prima volta" in words for words in _told(sold, "a-1@casa.example"))


def test_a_day_that_the_customer_asked_for_is_no_slip_and_told_in_other_words(sold: World) -> None:
    for day in (date(2026, 5, 8), date(2026, 5, 29)):
        sold.clock.set(sold.clock.now() + timedelta(days=2))
        _move(sold, day, "customer-asked")
    first, second, third = _chain(sold)
    assert (first.reason, second.reason, third.breaks) == ("customer-asked", "customer-asked", 0)
    assert third.clock == third.due_at
    assert _told(sold, MANAGER) == []
    moved = [words for words in _told(sold, HERS) if "29 maggio" in words]
    assert moved
    assert all("come ci ha chiesto" in words and "ci dispiace" not in words for words in moved)


def test_who_waits_without_a_day_hears_again_and_somebody_owes_the_day(sold: World) -> None:
    sold.day_by_day(datetime(2026, 4, 13, 12, tzinfo=UTC))
    [owed] = sold.promises(CommitmentKind.SET_APPOINTMENT)
    assert (owed.state, owed.owner_id is not None) == ("open", True)
    sold.day_by_day(datetime(2026, 5, 12, tzinfo=UTC))
    alerts = [mail.subject for mail in sold.mailer.to(HERS) if "N-2" in mail.subject]
    assert sum("in ritardo" in subject for subject in alerts) == 1
    assert sum("non è ancora certa" in subject for subject in alerts) == 3
    _move(sold, date(2026, 5, 29))
    assert {one.state for one in sold.promises(CommitmentKind.SET_APPOINTMENT)} <= {"kept", "late"}
    sold.day_by_day(datetime(2026, 5, 25, tzinfo=UTC))
    again = [mail.subject for mail in sold.mailer.to(HERS) if "non è ancora certa" in mail.subject]
    assert len(again) == 3


def test_a_day_that_is_taken_away_on_the_day_itself_leaves_nobody_without_a_word(sold: World) -> None:
    sold.day_by_day(datetime(2026, 4, 10, 9, tzinfo=UTC))
    _move(sold, None)
    sold.day_by_day(datetime(2026, 4, 14, tzinfo=UTC))
    assert any("in ritardo" in mail.subject for mail in sold.mailer.to(HERS))
    assert sold.promises(CommitmentKind.SET_APPOINTMENT)
