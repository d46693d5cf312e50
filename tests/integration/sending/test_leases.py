"""Long batches on slow servers, and other runs beside them: nothing goes twice, nothing is lost."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.rules.sending.answers import Accepted, Answer
from models.tables import FollowUp
from tasks.sending.sweep import prepare
from tasks.sending.sweep_report import Scope
from tasks.smtp.transaction import Mail
from tests import factories
from tests.fakes import plain
from tests.world import World


class SlowMailer:
    """One mail after the other, `seconds` of the world's clock each; at the mail `when`, something else happens."""

    def __init__(self, world: World, seconds: float, when: int, beside: Callable[[], object]) -> None:
        self._world, self._pause, self._when, self._beside = world, timedelta(seconds=seconds), when, beside
        self._turn = asyncio.Lock()
        self.received: Counter[str] = Counter()
        self.mails: list[Mail] = []

    def withhold(self, why: str) -> None:
        """Nothing waits here."""

    async def send(self, mail: Mail, _witness: object = None) -> Answer:
        async with self._turn:
            self._world.clock.set(self._world.clock.now() + self._pause)
            await asyncio.sleep(0)
            self.received[mail.recipients[0]] += 1
            self.mails.append(mail)
            if sum(self.received.values()) == self._when:
                other = threading.Thread(target=self._beside)
                other.start()
                other.join()
        return Accepted(250, "OK")


def test_a_letter_of_which_another_run_has_taken_over_a_part_does_not_go(world: World) -> None:
    sending = world.policy.sending.model_copy(update={"connections": 1})
    world.policy = world.policy.model_copy(update={"sending": sending})
    with world.db.write() as session:
        for number in range(16):
            customer = factories.customer(session, f"C-{number}")
            factories.order(session, customer, f"SO-{number}", signed_at=world.clock.now())
        factories.order(session, customer, "SO-X", signed_at=world.clock.now())

    def take_over() -> None:
        with world.db.write() as session:
            last = select(func.max(FollowUp.id)).where(FollowUp.kind == "order-confirmation")
            row = session.get_one(FollowUp, session.scalar(last))
            row.claim_token, row.lease_until = "another run", world.clock.now() + timedelta(hours=1)

    slow = SlowMailer(world, 50, 2, take_over)
    world.mailer = slow  # type: ignore[assignment]
    world.sweep("welcome-contact")
    assert slow.received["c-15@posta.example"] == 0
    world.sweep("welcome-contact")
    said = [plain(mail) for mail in slow.mails if mail.recipients[0] == "c-15@posta.example"]
    assert ["SO-15" in words for words in said] == [True]
    assert ["SO-X" in words for words in said] == [False], "the part that was taken over is the other run's"


@pytest.fixture
def crowd(world: World) -> World:
    """Two hundred orders to confirm over one connection."""
    sending = world.policy.sending.model_copy(update={"connections": 1, "doubtful": "resend"})
    world.policy = world.policy.model_copy(update={"sending": sending})
    with world.db.write() as session:
        for number in range(200):
            customer = factories.customer(session, f"C-{number}")
            factories.order(session, customer, f"SO-{number}", signed_at=world.clock.now())
    return world


def test_a_batch_that_takes_longer_than_its_lease_keeps_it(crowd: World) -> None:
    def settle() -> None:
        prepare(crowd.services, Scope("escalate-unanswered", crowd.clock.now()))

    slow = SlowMailer(crowd, 6, 150, settle)
    crowd.mailer = slow  # type: ignore[assignment]
    crowd.sweep("welcome-contact")
    crowd.clock.set(crowd.clock.now() + timedelta(minutes=11))
    crowd.sweep("welcome-contact")
    assert set(slow.received.values()) == {1}
    assert len(slow.received) == 200


def test_another_run_of_the_same_sweep_beside_it_takes_nothing_twice(crowd: World) -> None:
    slow = SlowMailer(crowd, 6, 130, lambda: crowd.sweep("welcome-contact"))
    crowd.mailer = slow  # type: ignore[assignment]
    crowd.sweep("welcome-contact")
    assert set(slow.received.values()) == {1}
    assert len(slow.received) == 200
    assert {row.state for row in crowd.follow_ups("order-confirmation")} == {"sent"}
