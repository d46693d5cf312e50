"""Events in and out, and the automations that watch, on a real server."""

import asyncio
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from prefect.client.orchestration import get_client
from sqlalchemy import select

from deployments.automations import BlockMissingError, set_up
from deployments.schedules import SCHEDULED, deployment
from flows.escalating import escalate_unanswered
from flows.sweeps import welcome_contact
from models.policy import Policy
from models.tables import Case, Customer, Order
from models.words import CaseReasonKind, Outcome, Subject
from tasks.cases.close_case import close_case
from tasks.cases.open_case import open_case
from tasks.reporting.outgoing_events import read_news
from tasks.runtime.database import Database
from tests.prefect_server import PrefectServer
from tests.shop import final


@pytest.fixture(scope="module")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A server of its own: what is counted here must not have been told by other tests."""
    with PrefectServer.started(tmp_path_factory.mktemp("events")) as started, started.used():
        yield started


pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server", "shop"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def posted(order: str, event: str) -> dict[str, Any]:
    """As another system tells it: a reference, and no facts."""
    return {
        "id": str(uuid.uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": f"seguito.order.{event}",
        "resource": {"prefect.resource.id": f"seguito.order.{order}"},
        "payload": {},
    }


async def events(server: PrefectServer, name: str, at_least: int = 1) -> list[dict[str, Any]]:
    """The events of a name in the feed, once there are enough of them."""
    deadline = time.monotonic() + 30
    while True:
        found: list[dict[str, Any]] = server.post("/events/filter", filter={"event": {"name": [name]}})[
            "events"
        ]
        if len(found) >= at_least:
            return found
        assert time.monotonic() < deadline, f"no event {name}"
        await asyncio.sleep(0.5)


async def test_setting_up_twice_makes_nothing_twice_and_keeps_what_ops_switched_off(
    prefect_server: PrefectServer, policy: Policy
) -> None:
    for item in SCHEDULED:
        await (await deployment(item, policy)).aapply()
    async with get_client() as client:
        names = await set_up(client, "")
        made = {one["name"]: one for one in prefect_server.post("/automations/filter")}
        assert set(made) == set(names)
        assert len(names) == 11
        off = made["Seguito: a run is late"]
        prefect_server.patch(f"/automations/{off['id']}", enabled=False)
        await set_up(client, "", timedelta(minutes=30))
        again = {one["name"]: one for one in prefect_server.post("/automations/filter")}
        assert {one["id"] for one in again.values()} == {one["id"] for one in made.values()}
        assert not again["Seguito: a run is late"]["enabled"]
        assert again["Seguito: delay-alert has not run well for a while"]["trigger"]["within"] == 1800.0
        with pytest.raises(BlockMissingError, match="make it in the Prefect UI"):
            await set_up(client, "slack-webhook/nobody")


async def test_events_that_come_together_wake_a_run_that_begins_after_the_last(
    prefect_server: PrefectServer, policy: Policy
) -> None:
    for item in SCHEDULED:
        await (await deployment(item, policy)).aapply()
    async with get_client() as client:
        await set_up(client, "")
        key = (await client.read_deployment_by_name("react-to-events/react-to-events")).id
    await asyncio.sleep(3)  # the server reads new automations within seconds
    for number, event in enumerate(("delayed", "paid", "disputed")):
        answer = await asyncio.to_thread(
            httpx.post, f"{prefect_server.api}/events", json=[posted(f"SO-{number}", event)]
        )
        assert answer.is_success
        await asyncio.sleep(0.3)
    last = datetime.now(UTC)
    deadline = time.monotonic() + 20
    while True:
        woken = prefect_server.post("/flow_runs/filter", deployments={"id": {"any_": [str(key)]}})
        if any(datetime.fromisoformat(run["expected_start_time"]) >= last for run in woken):
            break
        assert time.monotonic() < deadline, f"no run begins after the last event: {woken}"
        await asyncio.sleep(0.5)
    assert len(woken) <= 2, "events that come together share a run"


async def test_sweeps_and_cases_are_told_by_reference(
    prefect_server: PrefectServer, shop: Database, policy: Policy
) -> None:
    await final(welcome_contact)
    sent = (await events(prefect_server, "seguito.follow-up.sent"))[0]
    assert sent["payload"]["kinds"] == {"order-confirmation": 2}
    now = datetime.now(UTC)
    with shop.write() as session:
        customer = session.scalars(select(Customer).where(Customer.ref == "C-1")).one()
        order = session.scalars(select(Order).where(Order.customer_id == customer.id)).one()
        about = (Subject.ORDER, order.id)
        case = open_case(
            session, policy, customer.id, CaseReasonKind.CALL_ME, about, now=now, actor="customer"
        )
    await final(escalate_unanswered)
    with shop.write() as session:
        known = session.get_one(Case, case.id)
        close_case(session, policy, known, Outcome.AGREED, "a new door", now=now, actor="M-1")
    await final(escalate_unanswered)
    for name in ("opened", "escalated", "closed"):
        told = await events(prefect_server, f"seguito.case.{name}")
        assert len(told) == 1, "told once, however many runs"
        related = {(one["prefect.resource.role"], one["prefect.resource.id"]) for one in told[0]["related"]}
        assert ("customer", "seguito.customer.C-1") in related
        assert ("order", "seguito.order.SO-C-1") in related
        assert "a new door" not in repr(told)
    assert read_news(shop, now)[0] == [], "nothing is left to tell"
