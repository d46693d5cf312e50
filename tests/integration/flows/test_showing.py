"""What ops are shown of a customer, an order and today: by reference, in the company's language, with the zone."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flows.by_hand import follow_up_customer, hold_follow_ups
from flows.escalating import escalate_unanswered
from flows.showing import key, show_customer, show_order
from flows.sweeps import welcome_contact
from models.tables import Customer, FollowUp
from models.words import FollowUpState
from tasks.runtime.database import Database
from tests.prefect_server import PrefectServer
from tests.shop import Sink, final

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server", "shop"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
HELD = {"customer": "C-1", "by": "A-1", "reason": "segreto di Rosa"}


def artifact(server: PrefectServer, name: str) -> str:
    return str(server.get(f"/artifacts/{name}/latest")["data"])


def all_of_prefect(server: PrefectServer) -> str:
    found: list[Any] = [
        server.post(f"/{what}/filter", limit=200) for what in ("flow_runs", "artifacts", "logs")
    ]
    return json.dumps(found, ensure_ascii=False)


def names(shop: Database) -> list[str]:
    with shop.read() as session:
        return [
            word for one in session.scalars(select(Customer)) for word in (one.name, one.email or one.name)
        ]


@pytest.mark.usefixtures("sink")
async def test_a_customer_is_shown_whole_and_without_a_word(
    prefect_server: PrefectServer, shop: Database
) -> None:
    await final(welcome_contact)
    await final(hold_follow_ups, **HELD, until=datetime.now(UTC) + timedelta(days=3))
    state = await final(show_customer, customer="C-1")
    assert re.fullmatch(
        r"1 sent; (next: [\w-]+ \S+, [\d-]+ [\d:]+ CES?T|nothing is planned)", state.message
    ), state
    page = artifact(prefect_server, "customer-c-1")
    assert "| tipo | riguarda | esito | quando | motivo |" in page
    assert re.search(
        r"conferma d'ordine \(order-confirmation\).*\| SO-C-1 \| inviato \| [\d-]+ [\d:]+ CES?T \|", page
    )
    assert re.search(r"trattenuto da A-1 fino a [\d-]+ [\d:]+ CES?T", page)
    assert "http://127.0.0.1:4280/desk/customer/C-1" in page
    seen = all_of_prefect(prefect_server)
    assert [word for word in (*names(shop), "segreto") if word in seen] == []


async def test_an_order_is_shown_and_what_does_not_exist_is_refused(prefect_server: PrefectServer) -> None:
    assert (await final(show_order, order="SO-C-1")).type.value == "COMPLETED"
    assert "SO-C-2" not in artifact(prefect_server, "order-so-c-1")
    for flow, field in ((show_order, {"order": "C-1"}), (show_customer, {"customer": "C-77"})):
        state = await final(flow, **field)
        assert (state.name, "no " in str(state.message)) == ("Refused", True)
        failed = {"state": {"type": {"any_": ["FAILED"]}}}
        names = [one["name"] for one in prefect_server.post("/flow_runs/filter", flow_runs=failed, limit=200)]
        assert any(str(state.message)[:30] in name for name in names), "a refusal is named, too"


def test_a_reference_becomes_a_key_that_prefect_takes() -> None:
    assert key("customer", "C/42 è") == "customer-c-42"
    assert key("order", "Ż") == "order"


async def test_a_rehearsal_says_which_contact_would_go() -> None:
    asked = {"customers": ["C-1"], "by": "A-1", "reason": "the customer asks"}
    state = await final(follow_up_customer, **asked)
    assert "order-confirmation SO-C-1 would go" in str(state.message)


@pytest.mark.usefixtures("sink")
async def test_what_is_not_due_yet_is_named_with_its_time(
    shop: Database, sink: tuple[Sink, int], prefect_server: PrefectServer
) -> None:
    await final(welcome_contact)
    later = datetime.now(UTC) + timedelta(hours=9)
    with shop.write() as session:
        row = session.scalars(select(FollowUp).where(FollowUp.sent_at.is_not(None))).first()
        assert row is not None
        row.state, row.due_at, row.sent_at, row.reason = (
            FollowUpState.PLANNED,
            later,
            None,
            "outside the hours",
        )
        customer = session.get_one(Customer, row.customer_id).ref
    state = await final(follow_up_customer, customers=[customer], by="A-1", reason="the customer asks")
    waits = r"order-confirmation SO-C-\d waits until [\d-]+ [\d:]+ CES?T \(outside the hours\)"
    assert re.search(waits, str(state.message))
    assert re.search(waits, artifact(prefect_server, "follow-up-customer-waits"))
    assert len(sink[0].recipients) == 2


@pytest.mark.usefixtures("sink")
async def test_today_stands_at_a_glance_and_links_the_desk(prefect_server: PrefectServer) -> None:
    await final(welcome_contact)
    await final(escalate_unanswered)
    page = artifact(prefect_server, "overview")
    assert "| che cosa | tipo | quanti |" in page
    assert "| contatti inviati oggi | conferma d'ordine (order-confirmation) | 2 |" in page
    assert "http://127.0.0.1:4280/desk)" in page
