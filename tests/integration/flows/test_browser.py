"""The control room in a real browser: what ops see and press, on a real Prefect server."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.runner import Runner

from deployments.schedules import SCHEDULED, deployment
from flows.escalating import escalate_unanswered
from flows.reporting import weekly_report
from flows.sweeps import welcome_contact
from models.policy import Policy
from tasks.runtime.database import Database
from tests.browser import Scheme, opened
from tests.prefect_server import PrefectServer
from tests.shop import Sink, a_case, final

pytestmark = [pytest.mark.browser, pytest.mark.prefect]


ITEMS = {item.entrypoint.rpartition(".")[2].replace("_", "-"): item for item in SCHEDULED}


async def registered(name: str, policy: Policy) -> str:
    return str(await (await deployment(ITEMS[name], policy)).aapply())


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
        # by its name, since the list shows ten at a time and other tests register theirs on the same server
        await ui.go("/deployments?flowOrDeploymentName=follow-up-customer", "follow-up-customer")
        await ui.go(f"/deployments/deployment/{key}/run", "Add item")
        await ui.sees(
            "References of customers, such as C-338. Never an e-mail address.", "Switch it off to send."
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


# --- every page, and every form for one customer ----------------------------------------------------------------------

SOON = timedelta(days=5)
FORMS: tuple[tuple[str, dict[str, str], dict[str, str], str], ...] = (
    (
        "hold-follow-ups",
        {"Customer": "C-1", "Your reference": "A-1", "Reason": "a death in the family"},
        {"Until": "day"},
        "C-1 is held until",
    ),
    (
        "release-follow-ups",
        {"Customer": "C-2", "Your reference": "A-1", "Reason": "she called"},
        {},
        "nothing is held for this customer",
    ),
    (
        "stop-delay-alert",
        {"Order": "SO-C-1", "Your reference": "S-1", "Reason": "told in person"},
        {"Until": "day"},
        "no delay alerts for SO-C-1 until",
    ),
    (
        "record-response",
        {"About": "SO-C-1", "What was said": "all is well, thank you", "Taken by": "A-1"},
        {"Channel": "in person"},
        "SO-C-1: recorded",
    ),
    (
        "record-outcome",
        {"Number of the case": "1", "Your reference": "M-1", "What happened": "we spoke for a while"},
        {"Outcome": "only-listened"},
        "case 1 is closed: only-listened",
    ),
    ("take-case", {"Number of the case": "1", "Your reference": "M-1"}, {}, "case 1 is with M-1"),
    (
        "add-statement",
        {"Number of the case": "1", "Your reference": "S-1", "What happened": "I had promised quartz"},
        {},
        "case 1 has the version of S-1",
    ),
    (
        "re-promise-call",
        {"Number of the case": "1", "Your reference": "M-1", "What happened": "we agreed on Friday"},
        {"The new time": "day", "Reason code": "customer-asked"},
        "case 1 has a new time: customer-asked",
    ),
    (
        "snooze-case",
        {"Number of the case": "1", "Your reference": "M-1", "Reason": "she is away until then"},
        {"Until": "day"},
        "case 1 rests",
    ),
    (
        "hand-over-case",
        {
            "Number of the case": "1",
            "Your reference": "M-1",
            "Reference of the colleague": "D-1",
            "Reason": "he knows her",
        },
        {},
        "case 1 is with D-1",
    ),
    (
        "raise-case",
        {"About": "SO-C-2", "Your reference": "S-1", "What happened": "nobody has called her"},
        {"Matter": "delay"},
        "case 2 has it",
    ),
    (
        "ask-for-help",
        {"About": "SO-C-2", "Your reference": "S-1", "What happened": "the fitter is away"},
        {},
        "M-1 is asked to help",
    ),
    (
        "record-contract-end",
        {"Order": "SO-C-1", "Your reference": "M-1", "What happened": "she thought better of it"},
        {"Kind": "withdrawal", "Cause": "changed-mind"},
        "SO-C-1: withdrawal recorded, cause changed-mind",
    ),
    ("send-own-page", {"Colleague": "S-1"}, {}, "S-1 gets the link"),
    (
        "re-plan",
        {"Your reference": "A-1", "Reason": "dates were mended"},
        {"Customers": "C-1"},
        "planned anew",
    ),
)
"""Deployment, what is written, what is chosen, and what the run says at its end."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "written", "chosen", "says"), FORMS)
async def test_by_hand_through_the_form(
    prefect_server: PrefectServer,
    shop: Database,
    policy: Policy,
    name: str,
    written: dict[str, str],
    chosen: dict[str, str],
    says: str,
) -> None:
    a_case(shop, policy)
    runner, key = Runner(name="browser", pause_on_shutdown=False), await registered(name, policy)
    await runner.aadd_deployment(await deployment(ITEMS[name], policy))
    async with opened(prefect_server.api.replace("/api", "/v2")) as ui:
        await ui.go(f"/deployments/deployment/{key}/run", "Parameters", next(iter(written)))
        for label, option in chosen.items():
            if label == "Customers":
                await ui.add(option)
            elif option == "day":
                await ui.pick(label, datetime.now(UTC) + SOON)
            else:
                await ui.choose(label, option)
        for label, text in written.items():
            await ui.write(label, text)
        await ui.submit()
        await ui.sees("scheduled to start now")
        await runner.start(run_once=True)
        run = prefect_server.post(
            "/flow_runs/filter", deployments={"id": {"any_": [key]}}, sort="EXPECTED_START_TIME_DESC", limit=1
        )[0]
        assert says in run["state"]["message"]
        assert run["state"]["name"] == ("Refused" if "nothing is held" in says else "Completed")
        assert run["name"].startswith(f"{name} ")
        assert " (by hand): " in run["name"]
        await ui.go(f"/runs/flow-run/{run['id']}", run["name"], says)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_ops_read_everything_from_the_screen(
    prefect_server: PrefectServer, shop: Database, policy: Policy, scheme: Scheme
) -> None:
    for item in SCHEDULED:
        await (await deployment(item, policy)).aapply()
    number = a_case(shop, policy)
    for run in (welcome_contact, escalate_unanswered, weekly_report):
        assert (await final(run)).is_completed()

    def newest(what: str, **found: Any) -> str:
        return str(prefect_server.post(f"/{what}/filter", limit=1, **found)[0]["id"])

    def shown(key: str) -> str:
        return "/artifacts/artifact/" + newest(
            "artifacts", artifacts={"key": {"any_": [key]}}, sort="CREATED_DESC"
        )

    async with opened(prefect_server.api.replace("/api", "/v2"), scheme) as ui:
        await ui.go("/deployments", "credit-recovery")
        await ui.shoot(f"deployments-{scheme}")
        key = deployment_id(prefect_server, "delay-alert")
        await ui.go(f"/deployments/deployment/{key}?tab=Description", "When it runs:", "When it fails:")
        await ui.shoot(f"description-{scheme}")
        key = deployment_id(prefect_server, "follow-up-customer")
        await ui.go(f"/deployments/deployment/{key}/run", "Add item", "Switch it off to send.")
        await ui.shoot(f"form-{scheme}")
        await ui.go(shown("call-list"), "promesso entro", "Whom to call today")
        door = ui.page.get_by_role("link", name=str(number), exact=True)
        assert await door.get_attribute("href") == f"http://127.0.0.1:4280/case/{number}"
        await ui.shoot(f"call-list-{scheme}")
        await ui.go(shown("sweep-welcome-contact"), "order-confirmation", "esito")
        await ui.go(shown("weekly-report"), "ordini acquisiti")
        picture = ui.page.get_by_alt_text("Fatturato per settimana")
        assert await picture.evaluate("picture => picture.naturalWidth") > 0, "the picture shows"
        await ui.shoot(f"weekly-{scheme}")
        ended = {"state": {"type": {"any_": ["COMPLETED"]}}, "name": {"any_": ["welcome-contact: 2 sent"]}}
        await ui.go(f"/runs/flow-run/{newest('flow_runs', flow_runs=ended)}", "welcome-contact", "2 sent")
        await ui.shoot(f"run-{scheme}")
