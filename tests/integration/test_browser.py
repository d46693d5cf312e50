"""The control room in a real browser: what ops see and press, on a real Prefect server."""

import asyncio
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.runner import Runner

from deployments.schedules import SCHEDULED, deployment
from models.policy import Policy
from tests.browser import Scheme, opened
from tests.launch import PORTS, Launch
from tests.ports import free_port
from tests.prefect_server import PrefectServer
from tests.shop import Sink

pytestmark = [pytest.mark.browser, pytest.mark.prefect]


def deployment_id(server: PrefectServer, name: str) -> str:
    return str(server.get(f"/deployments/name/{name}/{name}")["id"])


@pytest.mark.usefixtures("shop")
async def test_a_form_is_filled_and_run_for_one_customer(
    prefect_server: PrefectServer, policy: Policy, sink: tuple[Sink, int]
) -> None:
    runner = Runner(name="browser", pause_on_shutdown=False)
    for item in SCHEDULED:
        if item.entrypoint.endswith("follow_up_customer"):
            await runner.aadd_deployment(await deployment(item, policy))
    key = deployment_id(prefect_server, "follow-up-customer")
    async with opened(prefect_server.api.replace("/api", "/v2")) as ui:
        await ui.go("/deployments", "follow-up-customer", "by-hand")
        await ui.go(f"/deployments/deployment/{key}/run", "Add item")
        await ui.sees(
            "References of customers, such as C-0042. Never an e-mail address.", "Switch it off to send."
        )
        await ui.add("giulia@posta.example")
        await ui.write("Your reference", "A-1")
        await ui.write("Reason", "she asked by phone")
        await ui.submit()
        await ui.sees("Validation failed")
        await ui.page.reload()
        await ui.add("C-1")
        await ui.write("Your reference", "A-1")
        await ui.write("Reason", "she asked by phone")
        await ui.choose("Kinds", "order-confirmation")
        await ui.switch("Dry run")
        await ui.submit()
        await ui.sees("scheduled to start now")
        await runner.start(run_once=True)
        assert sink[0].recipients == ["c-1@posta.example"]
        runs = prefect_server.post("/flow_runs/filter", deployments={"id": {"any_": [key]}})
        run: dict[str, Any] = runs[0]
        assert run["parameters"]["reason"] == "(kept in the history)"
        await ui.go(f"/runs/flow-run/{run['id']}", "follow-up-customer C-1 (by hand)", "1 sent")
        await ui.page.get_by_role("tab", name="Artifacts").click()
        await ui.sees("sweep-follow-up-customer")
        await ui.go("/artifacts/key/sweep-follow-up-customer", "What follow-up-customer did")


# --- the whole, as `make up` shows it with the sample company ---------------------------------------------------------

UNTIL = timedelta(days=5)
FORMS: tuple[tuple[str, dict[str, str], dict[str, str], str], ...] = (
    ("hold-follow-ups", {"Customer": "C-103", "Your reference": "S-02", "Reason": "a death in the family"},
     {"Until": "day"}, "C-103 is held until"),
    ("release-follow-ups", {"Customer": "C-103", "Your reference": "S-02", "Reason": "she called"},
     {}, "of C-103 ended"),
    ("stop-delay-alert", {"Order": "CB-24001", "Your reference": "S-02", "Reason": "told in person"},
     {"Until": "day"}, "no delay alerts for CB-24001 until"),
    ("record-response", {"About": "C-102", "What was said": "tutto bene, grazie", "Taken by": "S-02"},
     {"Channel": "in person"}, "C-102: recorded"),
    ("hold-follow-ups", {"Customer": "C-99999", "Your reference": "S-02", "Reason": "no such customer"},
     {"Until": "day"}, "no customer has the reference C-99999"),
)  # fmt: skip
"""Deployment, what is written, what is chosen, and what the run says at its end."""


@pytest.fixture(scope="module")
def control_room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A `seguito up` with the sample company, once everything has run."""
    state = tmp_path_factory.mktemp("room") / "state"
    ports = {name: free_port() for name in PORTS}
    launch = Launch(state, ports)
    try:
        launch.wait_until_said("first runs done")
        yield PrefectServer(f"http://127.0.0.1:{ports['prefect']}/api", state, {})
    finally:
        launch.end(signal.SIGINT)


def latest(server: PrefectServer, key: str) -> str:
    return str(server.post("/artifacts/latest/filter", artifacts={"key": {"any_": [key]}})[0]["data"])


async def ended(server: PrefectServer, key: str, after: datetime) -> dict[str, Any]:
    """The run of a deployment that was created after a time, once it has ended."""
    while True:
        found = server.post(
            "/flow_runs/filter", deployments={"id": {"any_": [key]}}, sort="EXPECTED_START_TIME_DESC", limit=1
        )
        run: dict[str, Any] = found[0] if found else {"state_type": "NONE", "created": after.isoformat()}
        if datetime.fromisoformat(run["created"]) > after and run["state_type"] in {"COMPLETED", "FAILED"}:
            return run
        await asyncio.sleep(0.5)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_ops_read_everything_from_the_screen(control_room: PrefectServer, scheme: Scheme) -> None:
    async with opened(control_room.api.replace("/api", "/v2"), scheme) as ui:
        await ui.go("/deployments", "Deployments", "credit-recovery")
        await ui.shoot(f"deployments-{scheme}")
        key = deployment_id(control_room, "delay-alert")
        await ui.go(
            f"/deployments/deployment/{key}?tab=Description",
            "When it runs:",
            "When it fails:",
            "PartlyFailed",
        )
        await ui.shoot(f"description-{scheme}")
        await ui.go(
            f"/deployments/deployment/{deployment_id(control_room, 'follow-up-customer')}/run", "Add item"
        )
        await ui.shoot(f"form-{scheme}")
        await ui.go("/artifacts/key/call-list", "Whom to call today")
        listed = control_room.post("/artifacts/filter", artifacts={"key": {"any_": ["call-list"]}}, limit=1)[
            0
        ]
        await ui.go(f"/artifacts/artifact/{listed['id']}", "customer", "promised by")
        await ui.shoot(f"call-list-{scheme}")
        link = ui.page.locator('a[href*="/case/"]').first
        assert "/c/" not in str(await link.get_attribute("href"))
        swept = control_room.post(
            "/artifacts/filter", artifacts={"key": {"any_": ["sweep-credit-recovery"]}}, limit=1
        )[0]
        await ui.go(f"/artifacts/artifact/{swept['id']}", "outcome", "skipped")
        await ui.shoot(f"sweep-{scheme}")
        runs = control_room.post(
            "/flow_runs/filter", limit=1, sort="END_TIME_DESC",
            flow_runs={"state": {"type": {"any_": ["COMPLETED"]}}, "tags": {"all_": ["at-start"]}},
        )  # fmt: skip
        await ui.go(f"/runs/flow-run/{runs[0]['id']}", runs[0]["name"], "Finished in state")
        await ui.shoot(f"run-{scheme}")
        await ui.go(
            "/automations", "Seguito: a run is late", "See that the launcher or the worker is running"
        )
        await ui.shoot(f"automations-{scheme}")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "written", "chosen", "says"), FORMS)
async def test_by_hand_through_the_form(
    control_room: PrefectServer, name: str, written: dict[str, str], chosen: dict[str, str], says: str
) -> None:
    key, began = deployment_id(control_room, name), datetime.now(UTC)
    async with opened(control_room.api.replace("/api", "/v2")) as ui:
        await ui.go(f"/deployments/deployment/{key}/run", "Parameters")
        for label, text in written.items():
            await ui.write(label, text)
        for label, option in chosen.items():
            await (ui.pick(label, began + UNTIL) if option == "day" else ui.choose(label, option))
        await ui.submit()
        run = await ended(control_room, key, began)
        assert says in run["state"]["message"]
        assert next(iter(written.values())) in run["name"], "named by what and for whom"
        assert run["state_name"] == ("Refused" if "no customer" in says else "Completed")
        await ui.go(f"/runs/flow-run/{run['id']}", run["name"], says)


@pytest.mark.slow
async def test_an_outcome_is_recorded_for_a_case_of_the_call_list(control_room: PrefectServer) -> None:
    number = re.findall(r"/case/(\d+)", latest(control_room, "call-list"))[0]
    key, began = deployment_id(control_room, "record-outcome"), datetime.now(UTC)
    async with opened(control_room.api.replace("/api", "/v2"), "dark") as ui:
        await ui.go(f"/deployments/deployment/{key}/run", "Number of the case")
        await ui.write("Number of the case", number)
        await ui.write("Your reference", "S-02")
        await ui.choose("Outcome", "only-listened")
        await ui.write("What happened", "we spoke for a while")
        await ui.submit()
        run = await ended(control_room, key, began)
        assert (run["name"], run["state"]["message"]) == (
            f"record-outcome case {number} (by hand)", f"case {number} is closed: only-listened",
        )  # fmt: skip
