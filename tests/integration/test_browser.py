"""The control room in a real browser: what ops see and press, on a real Prefect server."""

from typing import Any

import pytest
from prefect.runner import Runner

from deployments.schedules import SCHEDULED, deployment
from models.policy import Policy
from tests.browser import opened
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
