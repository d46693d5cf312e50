"""Nobody is kept for ever: by the policy's time, only with nothing open, and never a crowd without a person's word."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.retention import Retention
from models.tables import Customer, History, Response
from models.words import CaseReasonKind, Subject
from tasks.cases.open_case import open_case
from tasks.privacy.retention import due, expire
from tasks.privacy.rights import CannotEraseError
from tasks.runtime.settings import Settings
from tests import factories
from tests.world import World

YEARS = timedelta(days=365)


@pytest.fixture
def settings(world: World, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, state_dir=tmp_path / "state", database_url=world.db.url)


@pytest.fixture
def old(world: World) -> World:
    """Six customers of six years ago: two have nothing more, each of the others one sign of life or one matter."""
    now = world.clock.now()
    world.policy = world.policy.model_copy(update={"retention": Retention(customers_after_months=60)})
    with world.db.write() as session:
        for number in range(1, 7):
            customer = factories.customer(session, f"C-{number}")
            past = {"signed_at": now - 6 * YEARS, "promised_on": None, "delivered_at": now - 6 * YEARS}
            factories.order(session, customer, f"SO-{number}", to_plan=False, **past)
            if number == 3:
                factories.invoice(session, customer, due_on=(now - 6 * YEARS).date(), to_plan=False)
            if number == 4:
                said = {"meaning": "rating", "rating": 5, "received_at": now - YEARS, "recorded_at": now}
                session.add(Response(ref="r", customer_id=customer.id, channel="page", **said))
            if number == 5:
                factories.order(session, customer, "SO-new", to_plan=False)
            if number == 6:
                cause = (Subject.CUSTOMER, customer.id)
                open_case(
                    session, world.policy, customer.id, CaseReasonKind.MESSAGE, cause, now=now, actor="A-1"
                )
    return world


def names(world: World) -> dict[str, str]:
    with world.db.read() as session:
        return {one.ref: one.name for one in session.scalars(select(Customer))}


def test_who_has_nothing_more_is_erased_after_the_time_of_the_policy(old: World, settings: Settings) -> None:
    assert list(due(old.services)) == ["C-1", "C-2"]
    assert list(expire(old.services, settings).refs) == ["C-1", "C-2"]
    assert {ref for ref, name in names(old).items() if name == "—"} == {"C-1", "C-2"}
    assert list(due(old.services)) == [], "once is enough"
    with old.db.read() as session:
        assert set(session.scalars(select(History.actor).where(History.event == "erased"))) == {"retention"}


def test_without_a_time_everybody_is_kept(old: World, settings: Settings) -> None:
    old.policy = old.policy.model_copy(update={"retention": Retention()})
    assert list(expire(old.services, settings).refs) == []
    assert "—" not in names(old).values()


def test_a_crowd_waits_for_a_person(old: World, settings: Settings) -> None:
    few = Retention(customers_after_months=60, a_night=1)
    old.policy = old.policy.model_copy(update={"retention": few})
    done = expire(old.services, settings)
    assert (done.waiting, list(done.refs)) == (2, [])
    assert "seguito retention --by" in done.sentence
    assert "—" not in names(old).values()
    with pytest.raises(CannotEraseError, match="nobody here"):
        expire(old.services, settings, "Z-9")
    assert len(expire(old.services, settings, "M-1").refs) == 2
