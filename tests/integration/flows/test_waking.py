"""Schedules are rare, and what there is to do starts its run: an answer acts within two minutes all the same."""

from datetime import UTC, datetime, timedelta

import pytest
from prefect.client.orchestration import get_client
from sqlalchemy import select

from deployments.schedules import SCHEDULED, deployment
from deployments.waking import LOOK_SECONDS, Turns, Waker
from models.policy import ESCALATION, Policy
from models.rules.health.intervals import COLLECT
from models.tables import Order
from models.words import CommitmentKind
from tasks.commitments.close import promise
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings
from tests.prefect_server import PrefectServer

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)
WELCOME = "welcome-contact"


def woken(turns: Turns, name: str, minutes: int, *, wanted: bool = True) -> list[int]:
    """At which minutes somebody is woken who asks for it every minute."""
    found = []
    for minute in range(minutes):
        at = NOW + timedelta(minutes=minute)
        for one in turns.chosen([name] if wanted else [], at):
            turns.woke(one, at)
            found.append(minute)
    return found


def test_what_waking_does_not_help_is_woken_less_and_less() -> None:
    """An hour of a mail server that is away: never more often than by the schedule in the end."""
    assert woken(Turns(), WELCOME, 120) == [0, 5, 15, 35, 65, 95]
    assert woken(Turns(), ESCALATION, 60) == [0, 1, 3, 7, 15, 30, 45]


def test_what_was_helped_is_woken_at_once_the_next_time() -> None:
    turns = Turns()
    for _ in range(3):
        woken(turns, ESCALATION, 60)
    assert turns.chosen([], NOW + timedelta(hours=1)) == []
    assert turns.chosen([ESCALATION], NOW + timedelta(hours=1, minutes=1)) == [ESCALATION]


def test_an_answer_acts_within_two_minutes() -> None:
    """The longest way: a look just missed, the pause after a run, and another look; starting a run takes seconds."""
    pause = next(minute for minute in woken(Turns(), ESCALATION, 5) if minute)
    assert 60 * pause + 2 * LOOK_SECONDS < 120
    assert woken(Turns(), COLLECT, 2) == [0, 1]


@pytest.mark.prefect
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_what_there_is_to_do_starts_its_run_and_nothing_else(
    prefect_server: PrefectServer, shop: Database, policy: Policy
) -> None:
    keys = {}
    for item in SCHEDULED:
        made = await deployment(item, policy)
        keys[made.name] = await made.aapply()

    def started() -> list[str]:
        runs = prefect_server.post("/flow_runs/filter", flow_runs={"tags": {"all_": ["woken"]}}, limit=200)
        names = {str(key): name for name, key in keys.items()}
        return sorted(names[run["deployment_id"]] for run in runs)

    async with get_client() as client:
        waker = Waker(client, Settings())
        assert WELCOME in await waker.look(), "two orders are to be planned"
        before = started()
        assert await waker.look() == [], "a run is on its way"
        assert started() == before
        prefect_server.patch(f"/deployments/{keys[ESCALATION]}", paused=True)
        with shop.write() as session:
            order = session.scalars(select(Order)).first()
            about = ("order", order.id)
            now = datetime.now(UTC)
            promise(session, policy, order.customer_id, CommitmentKind.PHONE, about, now=now, actor="page")
        assert ESCALATION not in await Waker(client, Settings()).look(), "ops paused it"
        prefect_server.patch(f"/deployments/{keys[ESCALATION]}", paused=False)
        assert ESCALATION in await Waker(client, Settings()).look()
        assert ESCALATION in started()
