"""A sweep that finds much due starts further runs of itself; claims keep them apart."""

import asyncio
from pathlib import Path

import pytest

from deployments.schedules import SCHEDULED, deployment
from flows.sharing import share_sweep
from flows.sweeping import share_in
from flows.sweeps import welcome_contact
from models import policy as policies
from models.policy import Policy
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tasks.sending.sweep import in_other_hands, prepare, runs_wanted
from tasks.sending.sweep_report import Scope
from tests import factories
from tests.prefect_server import PrefectServer
from tests.shop import Sink, final
from tests.world import World


def sharing(policy: Policy, **sending: int) -> Policy:
    return policy.model_copy(update={"sending": policy.sending.model_copy(update=sending)})


@pytest.mark.parametrize(
    ("due", "over", "most", "more"),
    [(0, 2, 4, 0), (2, 2, 4, 0), (3, 2, 4, 1), (6, 2, 4, 2), (9, 2, 3, 2), (9, 2, 1, 0)],
)
def test_one_further_run_for_each_time_too_much_is_due(
    db: Database, policy: Policy, clock: SetClock, due: int, over: int, most: int, more: int
) -> None:
    world = World.of(db, sharing(policy, fan_out_over=over, max_runs=most), clock)
    scope = orders(world, due)
    assert runs_wanted(world.services, scope) == more


async def test_runs_side_by_side_share_the_work_and_send_nothing_twice(
    db: Database, policy: Policy, clock: SetClock
) -> None:
    world = World.of(db, policy, clock)
    scope = orders(world, 12)
    one = Scope(scope.sweep, scope.now, kinds=frozenset({"order-confirmation"}), limit=2)
    reports = await asyncio.gather(*(share_in(world.services, one) for _ in range(3)))
    assert sum(report.total("sent") for report in reports) == 12
    assert len({mail.recipients[0] for mail in world.mailer.mails}) == len(world.mailer.mails) == 12
    assert not in_other_hands(world.services, one)


@pytest.mark.prefect
async def test_a_sweep_starts_further_runs_on_the_server(
    prefect_server: PrefectServer, shop: Database, sink: tuple[Sink, int], tmp_path: Path
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(path.read_text().replace("fan_out_over = 5000", "fan_out_over = 1"))
    item = next(one for one in SCHEDULED if one.entrypoint.endswith("share_sweep"))
    await (await deployment(item, policies.load(path))).aapply()
    state = await final(welcome_contact)
    assert state.message == "2 sent"
    started = prefect_server.post("/flow_runs/filter", deployments={"name": {"any_": ["share-sweep"]}})
    assert [run["parameters"]["sweep"] for run in started] == ["welcome-contact"]
    state = await final(share_sweep, sweep="welcome-contact")
    assert state.message == "nothing was due"
    assert len(sink[0].recipients) == 2
    del shop


def orders(world: World, number: int) -> Scope:
    """Customers whose confirmations are due, planned already."""
    with world.db.write() as session:
        for one in range(number):
            factories.order(session, factories.customer(session, f"C-{one}"), f"SO-{one}")
    scope = Scope("welcome-contact", factories.SIGNED)
    prepare(world.services, scope)
    return scope
