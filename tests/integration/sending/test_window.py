"""How many mails are marked at once: more where they land soon, few where each waits long for its turn."""

import asyncio

import pytest

from models.policy import Policy
from models.rules.sending.answers import Answer
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tasks.sending import window
from tasks.smtp.transaction import Mail, PostingWitness
from tests import factories
from tests.fakes import FakeMailer
from tests.world import World

_ORDERS = 400


class Counting(FakeMailer):
    """Knows how many mails were under way at once."""

    under_way = most = 0

    async def send(self, mail: Mail, witness: PostingWitness | None = None) -> Answer:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        return await super().send(mail, witness)


def most_at_once(db: Database, policy: Policy, clock: SetClock) -> int:
    """Send one confirmation a customer; returns the most mails that were under way at once."""
    mailer = Counting()
    world = World.of(db, policy, clock)
    world.mailer = mailer
    with db.write() as session:
        for number in range(_ORDERS):
            factories.order(session, factories.customer(session, f"C-{number}"), f"O-{number}")
    assert world.sweep("welcome-contact").total("sent") >= _ORDERS
    return mailer.most


def test_a_window_grows_where_mails_land_soon(db: Database, policy: Policy, clock: SetClock) -> None:
    connections = policy.sending.connections
    assert 8 * connections < most_at_once(db, policy, clock) <= 32 * connections


def test_a_window_stays_small_where_they_do_not(
    db: Database, policy: Policy, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "_BRISK_SECONDS", 0.0)
    assert most_at_once(db, policy, clock) == 8 * policy.sending.connections
