"""Runs that plan at the same moment: whoever came second sends what was due all the same."""

import asyncio
import threading

from flows.sweeping import sweep
from models.queries import people
from models.queries.planning.plan import note_policy
from tasks.planning.plan import plan_all, plan_batch
from tasks.sending.sweep_report import Report, Scope
from tests import factories
from tests.world import World


def test_a_run_by_hand_sends_what_another_run_was_planning_when_it_began(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=None)
        ids = frozenset(people.customers_by_ref(session, ["C-1"]).values())
    reports: list[Report] = []

    def by_hand() -> None:
        scope = Scope("welcome-contact", world.clock.now(), ids)
        reports.append(asyncio.run(sweep(world.services, scope)))

    second = threading.Thread(target=by_hand)
    with world.db.write() as session:
        assert plan_batch(session, world.policy, world.clock.now()) == 1
        second.start()
        second.join(timeout=1)  # it has looked by now, and found the order not planned yet
    second.join(timeout=30)
    [report] = reports
    assert report.total("sent") > 0, report.sentence()


def test_two_first_runs_at_once_end_well(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=None)
    planned: list[int] = []

    def second() -> None:
        planned.append(plan_all(world.db, world.policy, world.clock.now()))

    other = threading.Thread(target=second)
    with world.db.write() as session:
        assert note_policy(session, world.policy.fingerprint(), world.clock.now())
        other.start()
        other.join(timeout=1)  # it has looked by now, and found that nobody planned before
    other.join(timeout=30)
    assert planned == [1]
