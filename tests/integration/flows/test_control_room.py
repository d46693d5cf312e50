"""What ops see and do in the Prefect UI, on a real server."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from aiosmtpd.controller import Controller
from prefect import flow
from sqlalchemy import select

from deployments.schedules import SCHEDULED, deployment
from flows.batches import Batches
from flows.by_hand import follow_up_customer, hold_follow_ups, re_plan, release_follow_ups, stop_delay_alert
from flows.case_outcome import record_outcome
from flows.escalating import escalate_unanswered
from flows.reporting import weekly_report
from flows.runs import services
from flows.sweeping import sweep
from flows.sweeps import delay_alert, welcome_contact
from models import policy as policies
from models.policy import Policy
from models.tables import Case, History, Order
from tasks.runtime.database import Database
from tasks.sending.sweep_report import Scope
from tests.ports import free_port
from tests.prefect_server import PrefectServer
from tests.shop import ROOT, Sink, a_case, final

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server", "shop"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def newest_run(server: PrefectServer) -> dict[str, Any]:
    ended = {"state": {"type": {"any_": ["COMPLETED", "FAILED"]}}}
    run: dict[str, Any] = server.post("/flow_runs/filter", flow_runs=ended, limit=1, sort="END_TIME_DESC")[0]
    return run


def artifact(server: PrefectServer, key: str) -> dict[str, Any]:
    found = server.post("/artifacts/latest/filter", artifacts={"key": {"any_": [key]}})
    assert found, f"no artifact {key}"
    result: dict[str, Any] = found[0]
    return result


def history(db: Database, event: str) -> History:
    with db.read() as session:
        return session.scalars(select(History).where(History.event == event)).one()


def overdue(db: Database) -> None:
    """Both orders were promised for two days ago."""
    with db.write() as session:
        for order in session.scalars(select(Order)):
            order.promised_on, order.to_plan = datetime.now(UTC).date() - timedelta(days=2), True


@pytest.fixture
def refusing(shop: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A mail server that knows nobody at one of the two addresses."""
    del shop  # only to come after it

    class Refusing(Sink):
        async def handle_RCPT(self, _s: Any, _session: Any, envelope: Any, address: str, _o: Any) -> str:
            if address.startswith("c-1"):
                return "550 5.1.1 no such user"
            envelope.rcpt_tos.append(address)
            return "250 fine"

    controller = Controller(Refusing(), hostname="127.0.0.1", port=free_port())
    controller.start()
    monkeypatch.setenv("SEGUITO_SMTP_PORT", str(controller.port))
    yield
    controller.stop()


# --- names, forms, words -------------------------------------------------------------------------------------------


async def test_runs_are_named_by_what_and_for_whom(prefect_server: PrefectServer) -> None:
    await final(delay_alert)
    assert newest_run(prefect_server)["name"] == "delay-alert: nothing was due"
    await final(delay_alert, customers=["C-1"])
    assert newest_run(prefect_server)["name"] == "delay-alert C-1 (by hand): nothing was due"
    await final(welcome_contact, dry_run=True)
    assert newest_run(prefect_server)["name"].startswith("welcome-contact dry run: ")


async def test_every_deployment_explains_itself(prefect_server: PrefectServer, policy: Policy) -> None:
    for item in SCHEDULED:
        await (await deployment(item, policy)).aapply()
    for known in prefect_server.post("/deployments/filter"):
        assert "**When it runs:**" in known["description"]
        assert "**When it fails:**" in known["description"]
        assert "seguito" in known["tags"]
        assert all(schedule["schedule"]["timezone"] == "Europe/Rome" for schedule in known["schedules"])
        fields = known["parameter_openapi_schema"]["properties"]
        unsaid = [name for name, field in fields.items() if not field.get("description")]
        assert unsaid == [], known["name"]
        assert all(field["title"] for field in fields.values()), known["name"]
        assert {name for name, field in fields.items() if "default" in field} == set(known["parameters"])
    by_hand = prefect_server.get("/deployments/name/follow-up-customer/follow-up-customer")
    kinds = by_hand["parameter_openapi_schema"]["properties"]["kinds"]
    assert "welcome-contact" in kinds["items"]["enum"]
    assert "case-notice" not in kinds["items"]["enum"]


async def test_an_address_is_refused_by_the_form_before_it_is_stored(
    prefect_server: PrefectServer, policy: Policy
) -> None:
    item = next(item for item in SCHEDULED if item.entrypoint.endswith("delay_alert"))
    key = await (await deployment(item, policy)).aapply()
    address = f"{prefect_server.api}/deployments/{key}/create_flow_run"
    wrong = {"parameters": {"customers": ["giulia@posta.example"]}}
    answer = await asyncio.to_thread(httpx.post, address, json=wrong)
    assert answer.is_client_error
    runs = prefect_server.post("/flow_runs/filter", limit=200)
    assert "giulia@" not in repr(runs)


# --- final states --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("refusing")
async def test_a_partial_failure_has_a_name_of_its_own(prefect_server: PrefectServer, shop: Database) -> None:
    state = await final(welcome_contact)
    assert (state.name, state.message) == ("PartlyFailed", "1 sent, 1 failed: 550")
    with shop.read() as session:
        case = session.scalars(select(Case)).one().id
    table = artifact(prefect_server, "sweep-welcome-contact")["data"]
    assert f"| non consegnato | 550 | 1 | SO-C-1 | [{case}](http://127.0.0.1:4280/case/{case}) |" in table
    assert newest_run(prefect_server)["state"]["name"] == "PartlyFailed"
    assert (await final(welcome_contact)).message == "nothing was due"


async def test_a_mail_server_that_comes_back_is_found_by_the_same_run(
    sink: tuple[Sink, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = Controller(sink[0], hostname="127.0.0.1", port=free_port())
    monkeypatch.setenv("SEGUITO_SMTP_PORT", str(late.port))
    asyncio.get_running_loop().call_later(1.5, late.start)
    try:
        assert (await final(welcome_contact)).message == "2 sent"
    finally:
        late.stop()


async def test_a_mail_server_that_stays_away_fails_the_run_and_loses_nothing(
    sink: tuple[Sink, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUITO_SMTP_PORT", str(free_port()))
    began = time.monotonic()
    state = await final(welcome_contact)
    assert time.monotonic() - began > 2, "it waited as the policy says"
    assert state.name == "Failed"
    assert "2 to be tried again: no mail server" in str(state.message), (
        "counted once, however often it was tried"
    )
    monkeypatch.setenv("SEGUITO_SMTP_PORT", str(sink[1]))
    assert (await final(welcome_contact)).message == "2 sent"


# --- artifacts -----------------------------------------------------------------------------------------------------


async def test_a_sweep_leaves_a_table_and_an_idle_one_none(prefect_server: PrefectServer) -> None:
    await final(welcome_contact)
    table = artifact(prefect_server, "sweep-welcome-contact")
    assert "| tipo | esito | motivo | numero | riguarda | casi |" in table["data"]
    assert "| conferma d'ordine (order-confirmation) | inviato |  | 2 | SO-C-1, SO-C-2 |  |" in table["data"]
    await final(welcome_contact)
    assert artifact(prefect_server, "sweep-welcome-contact")["id"] == table["id"]
    await final(welcome_contact, dry_run=True)


async def test_a_long_sweep_tells_how_far_it_has_come(prefect_server: PrefectServer) -> None:
    @flow
    async def in_steps() -> str:
        async with services() as opened:
            scope = Scope("welcome-contact", opened.clock.now(), limit=1)
            return (await sweep(opened, scope, batch=Batches("welcome-contact"))).sentence()

    assert await in_steps() == "2 sent"
    progress = artifact(prefect_server, "progress-welcome-contact")
    assert (progress["type"], progress["data"]) == ("progress", 100.0)


async def test_the_call_list_is_kept_with_references_only(
    prefect_server: PrefectServer, shop: Database, policy: Policy
) -> None:
    number = a_case(shop, policy)
    await final(escalate_unanswered)
    listed = artifact(prefect_server, "call-list")
    door = f"[{number}](http://127.0.0.1:4280/case/{number})"
    assert f"| 1 | C-1 | {door} | Ci è stata chiesta una telefonata | M-1 |" in listed["data"]
    assert "Giulia" not in listed["data"]
    assert "/c/" not in listed["data"], "a signed link would open a dossier to whoever sees the UI"
    assert (
        f"| avviso al responsabile (case-notice) | inviato |  | 1 |  | {door} |"
        in artifact(prefect_server, "sweep-escalate-unanswered")["data"]
    )
    await final(escalate_unanswered)
    assert artifact(prefect_server, "call-list")["id"] == listed["id"], "kept only when it changes"
    await final(record_outcome, case=number, by="M-1", outcome="only-listened", text="we spoke, all is well")
    await final(escalate_unanswered)
    assert artifact(prefect_server, "call-list")["data"] == "Per ora niente."


async def test_the_weekly_report_has_figures_and_pictures(prefect_server: PrefectServer) -> None:
    signed = datetime.now(UTC) - timedelta(
        hours=1
    )  # as the shop's orders were; it may lie in the week before
    state = await final(weekly_report, week_of=signed.astimezone(ZoneInfo("Europe/Rome")).date())
    assert "ordini: 2, 8.400 EUR" in str(state.message)
    page = artifact(prefect_server, "weekly-report")["data"]
    assert "| ordini acquisiti | 2 | 0 |" in page
    assert page.count("data:image/svg+xml;base64,") == 2


# --- by hand -------------------------------------------------------------------------------------------------------


async def test_a_hold_keeps_mails_back_until_it_is_released(shop: Database, sink: tuple[Sink, int]) -> None:
    until = datetime.now(UTC) + timedelta(days=10)
    state = await final(hold_follow_ups, customer="C-1", by="A-1", reason="in mourning", until=until)
    assert str(state.message).startswith("C-1 is held until")
    assert (await final(welcome_contact)).message == "1 sent, 1 postponed: held by hand"
    assert sink[0].recipients == ["c-2@posta.example"]
    held = history(shop, "held")
    assert (held.actor, held.cause) == ("A-1", "in mourning")
    state = await final(release_follow_ups, customer="C-1", by="A-1", reason="she called")
    assert state.message == "1 holds of C-1 ended; 1 contacts go on"
    assert (await final(welcome_contact)).message == "1 sent"
    again = await final(release_follow_ups, customer="C-1", by="A-1", reason="she called")
    assert (again.name, "nothing is held" in str(again.message)) == ("Refused", True)


async def test_stopping_a_delay_alert_takes_a_person_a_reason_and_an_end(shop: Database) -> None:
    overdue(shop)
    soon, far = datetime.now(UTC) + timedelta(days=5), datetime.now(UTC) + timedelta(days=60)
    for wrong, words in (
        ({"order": "SO-9"}, "no order has the reference SO-9"),
        ({"by": "X-1"}, "nobody here has the reference X-1"),
        ({"until": far}, "30 days at most"),
        ({"until": datetime.now(UTC) - timedelta(days=1)}, "has passed"),
    ):
        form = {"order": "SO-C-1", "by": "S-1", "reason": "told by phone", "until": soon} | wrong
        state = await final(stop_delay_alert, **form)
        assert state.name == "Refused"
        assert words in str(state.message)
    await final(stop_delay_alert, order="SO-C-1", by="S-1", reason="told by phone", until=soon)
    stopped = await final(delay_alert, dry_run=True)
    assert "postponed: held by hand" in str(stopped.message)
    assert (history(shop, "held").actor, history(shop, "held").cause) == ("S-1", "told by phone")


async def test_an_outcome_closes_a_case_once(shop: Database, policy: Policy) -> None:
    number = a_case(shop, policy)
    form: dict[str, Any] = {
        "case": number,
        "by": "M-1",
        "outcome": "solved",
        "text": "a new door comes on Monday",
    }
    early = await final(record_outcome, **form)
    assert (early.name, "only our side" in str(early.message)) == ("Refused", True)
    form["outcome"] = "only-listened"
    assert (await final(record_outcome, **form)).message == f"case {number} is closed: only-listened"
    again = await final(record_outcome, **form)
    assert (again.name, "closed before" in str(again.message)) == ("Refused", True)
    assert (await final(record_outcome, **(form | {"case": 999}))).name == "Refused"
    with shop.read() as session:
        assert session.get_one(Case, number).outcome == "only-listened"


async def test_planning_anew_is_noted_and_sends_nothing(shop: Database, sink: tuple[Sink, int]) -> None:
    state = await final(re_plan, customers=["C-1"], by="A-1", reason="dates were mended")
    assert state.message == "2 orders and invoices planned anew"
    assert history(shop, "planned-again").cause == "dates were mended"
    assert sink[0].recipients == []


async def test_words_of_a_form_do_not_stay_in_prefect(
    prefect_server: PrefectServer, shop: Database, policy: Policy
) -> None:
    secret = "her husband is ill"
    await final(follow_up_customer, customers=["C-1"], by="A-1", reason=secret, dry_run=False)
    await final(record_outcome, case=a_case(shop, policy), by="M-1", outcome="only-listened", text=secret)
    seen = [prefect_server.post(f"/{what}/filter", limit=200) for what in ("flow_runs", "task_runs", "logs")]
    assert secret not in repr(seen)
    assert "(kept in the history)" in repr(seen)
    assert history(shop, "followed-up-by-hand").cause == secret


def test_the_waits_for_a_mail_server_are_the_policys() -> None:
    assert policies.load(ROOT / "policy.toml").sending.server_retry_seconds == (15, 60, 180)
