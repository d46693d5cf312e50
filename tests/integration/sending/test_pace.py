"""The pace is one for all runs: of a minute, shared by processes, and of a domain's first days."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from models.policy import Policy
from models.sending import Pace, Sending
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tasks.sending.rate_limit import room
from tasks.sending.sweep import prepare, run_batch
from tasks.sending.sweep_report import Scope
from tests import factories
from tests.conftest import ROOT
from tests.world import World

NOW = datetime(2026, 3, 18, 9, 0, 30, tzinfo=UTC)
_TAKER = """
import sys
from datetime import datetime
from pathlib import Path
from models import policy as policies
from models.sending import Pace
from tasks.runtime.database import Database
from tasks.sending.rate_limit import take
policy = policies.load(Path("policy.toml"))
sending = policy.sending.model_copy(update={"pace": Pace(per_minute=100)})
policy = policy.model_copy(update={"sending": sending})
db, now, total = Database(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), 0
while granted := take(db, policy, 3, now):
    total += granted
print(total)
"""


def paced(policy: Policy, pace: Pace) -> Policy:
    return policy.model_copy(update={"sending": policy.sending.model_copy(update={"pace": pace})})


def test_two_processes_share_one_minute(db: Database) -> None:
    command = [sys.executable, "-c", _TAKER, db.url, NOW.isoformat()]
    takers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)]
    totals = [int(taker.communicate()[0]) for taker in takers]
    assert sum(totals) == 100


async def test_a_run_waits_for_the_next_minute(db: Database, policy: Policy) -> None:
    world = World.of(db, paced(policy, Pace(per_minute=3)), SetClock(NOW))
    orders(world, 5)
    assert await room(db, world.policy, world.clock, 3) == 3
    world.clock.set(NOW.replace(second=59, microsecond=900_000))
    batch = asyncio.create_task(run_batch(world.services, confirmations(world)))
    while not world.mailer.mails:
        await asyncio.sleep(0.01)
        world.clock.set(NOW.replace(minute=1, second=59, microsecond=900_000))
    world.clock.set(NOW + timedelta(minutes=2))
    assert (await batch).total("sent") == 5


def test_what_becomes_no_mail_leaves_its_share(db: Database, policy: Policy) -> None:
    world = World.of(db, paced(policy, Pace(per_minute=3)), SetClock(NOW))
    orders(world, 2)
    world.sweep("welcome-contact")
    assert asyncio.run(room(db, world.policy, world.clock, 9)) == 1


@pytest.mark.parametrize("pace", [Pace(ramp=(2, 3)), Pace(ramp_per_domain=(2, 3))])
def test_a_new_domain_gets_few_mails_an_hour_and_more_each_day(
    db: Database, policy: Policy, pace: Pace
) -> None:
    world = World.of(db, paced(policy, pace), SetClock(NOW))
    orders(world, 9)
    report = world.sweep("welcome-contact")
    assert (report.total("sent"), report.total("postponed")) == (2, 7)
    assert world.sweep("welcome-contact").total("sent") == 0
    later = {row.due_at for row in world.follow_ups("order-confirmation") if row.state == "planned"}
    assert later == {datetime(2026, 3, 18, 10, tzinfo=UTC)}
    world.clock.set(NOW + timedelta(hours=1))
    assert world.sweep("welcome-contact").total("sent") == 2
    world.clock.set(NOW + timedelta(days=1))
    assert sent_of(world.sweep("welcome-contact").counts, "order-confirmation") == 3
    world.clock.set(NOW + timedelta(days=2))
    world.sweep("welcome-contact")
    assert {row.state for row in world.follow_ups("order-confirmation")} == {"sent"}


def test_a_limit_that_no_run_fits_into_is_refused() -> None:
    with pytest.raises(ValueError, match="one run alone opens 8"):
        Sending(pace=Pace(connections=4))


def sent_of(counts: dict[tuple[str, str, str], int], kind: str) -> int:
    return sum(number for (one, what, _), number in counts.items() if (one, what) == (kind, "sent"))


def confirmations(world: World) -> Scope:
    return Scope("welcome-contact", world.clock.now(), kinds=frozenset({"order-confirmation"}))


def orders(world: World, number: int) -> None:
    """Customers of one domain whose confirmations are due, planned already."""
    with world.db.write() as session:
        for one in range(number):
            customer = factories.customer(session, f"C-{one}")
            factories.order(session, customer, f"SO-{one}", signed_at=NOW - timedelta(hours=1))
    prepare(world.services, Scope("welcome-contact", world.clock.now()))
