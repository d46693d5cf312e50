"""Which sweeps have something to do: asked often, so it must find what there is, and nothing where there is nothing."""

from datetime import timedelta

from models.words import CommitmentKind
from tasks.commitments.close import promise
from tasks.waking.due import PLANS, sweeps_with_work
from tests import factories
from tests.world import World


def wanted(world: World) -> list[str]:
    with world.db.read() as session:
        return sweeps_with_work(session, world.policy, world.clock.now())


def settle(world: World) -> None:
    """Until nothing is to do."""
    for _ in range(4):
        world.sweep()
        world.escalate()


def test_nothing_is_woken_once_everything_is_done(world: World) -> None:
    settle(world)
    assert wanted(world) == []


def test_facts_that_nobody_has_planned_wake_one_sweep(world: World) -> None:
    settle(world)
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    assert wanted(world) == [PLANS]


def test_what_falls_due_wakes_its_own_sweep_at_that_time(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    settle(world)
    assert wanted(world) == []
    world.clock.set(world.clock.now() + timedelta(days=8))
    assert "welcome-contact" in wanted(world) or "satisfaction-check" in wanted(world)


def test_an_answer_that_wants_a_person_wakes_the_escalation(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(session, customer)
        about = ("order", order.id)
        customer_id = customer.id
    settle(world)
    assert wanted(world) == []
    with world.db.write() as session:
        promise(
            session,
            world.policy,
            customer_id,
            CommitmentKind.PHONE,
            about,
            now=world.clock.now(),
            actor="page",
        )
    assert "escalate-unanswered" in wanted(world)


def test_a_time_to_answer_that_is_over_wakes_the_escalation(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    settle(world)
    world.clock.set(world.clock.now() + timedelta(days=15))
    settle(world)
    world.clock.set(world.clock.now() + timedelta(days=20))
    assert "escalate-unanswered" in wanted(world)
