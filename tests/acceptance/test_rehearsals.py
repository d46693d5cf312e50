"""A dry run says what the run itself would do."""

import asyncio
from datetime import UTC, datetime

from flows.sweeping import escalate
from models.queries import people
from tasks.escalation import silence
from tasks.escalation.silence import rehearse_silence
from tests import factories
from tests.world import World


def unanswered(world: World, count: int) -> None:
    """Customers who were asked how it goes, and did not say for a fortnight."""
    with world.db.write() as session:
        for number in range(count):
            customer = factories.customer(session, f"C-{number}")
            delivered = datetime(2026, 3, 12, 15, tzinfo=UTC)
            factories.order(session, customer, f"SO-{number}", delivered_at=delivered)
    world.sweep("satisfaction-check")
    world.clock.set(datetime(2026, 3, 30, 9, tzinfo=UTC))


def test_the_alarms_of_a_dry_run_see_the_mails_that_it_would_have_sent(world: World) -> None:
    with world.db.write() as session:
        signed = datetime(2026, 3, 9, 9, tzinfo=UTC)
        factories.order(session, factories.customer(session), signed_at=signed)
    rehearsed = world.sweep("welcome-contact", dry_run=True).sentence()
    assert rehearsed.replace("to be sent", "sent") == world.sweep("welcome-contact").sentence()


def test_a_dry_run_looks_at_everybody_who_was_silent(world: World) -> None:
    unanswered(world, 3)
    size, silence.BATCH = silence.BATCH, 1
    try:
        assert rehearse_silence(world.db, world.policy, world.clock.now())["nudged"] == 3
    finally:
        silence.BATCH = size
    assert [row.nudge for row in world.follow_ups("satisfaction-check") if row.nudge] == []


def test_escalating_keeps_to_the_customers_it_is_asked_for(world: World) -> None:
    unanswered(world, 3)
    with world.db.read() as session:
        chosen = people.customers_by_ref(session, ["C-1"]).values()
    said = asyncio.run(escalate(world.services, world.clock.now(), list(chosen)))
    assert said.startswith("1 nudged")
    nudges = [row for row in world.follow_ups("satisfaction-check") if row.nudge]
    assert [row.customer_id for row in nudges] == list(chosen)
