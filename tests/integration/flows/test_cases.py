"""Cases by the forms of the Prefect UI, on a real server: acts, refusals, and nothing of a person left behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from deployments.schedules import SCHEDULED, deployment
from flows.case_outcome import record_outcome
from flows.cases import (
    add_statement,
    ask_for_help,
    hand_over_case,
    raise_case,
    re_promise_call,
    record_contract_end,
    show_case,
    snooze_case,
    take_case,
)
from flows.desk import sign_out
from models import policy as policies
from models.policy import Policy
from models.tables import Case, ContractEnd, History, Statement
from models.words import CommitmentKind, EndCause, EndKind
from tasks.commitments.close import promise
from tasks.runtime.database import Database
from tests.prefect_server import PrefectServer
from tests.shop import ROOT, final

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server", "shop")]


async def test_a_case_from_raising_to_its_outcome(shop: Database, prefect_server: PrefectServer) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    said = await final(raise_case, about="SO-C-1", by="S-1", text="La signora Ferri piange.")
    assert said.message == "case 1 has it"
    with shop.write() as session:
        now = datetime.now(UTC)
        promise(
            session,
            policies.load(ROOT / "policy.toml"),
            1,
            CommitmentKind.LISTENING_CALL,
            ("case", 1),
            now=now,
            case_id=1,
        )
    steps: list[tuple[Any, dict[str, Any]]] = [
        (take_case, {"case": 1, "by": "M-1"}),
        (add_statement, {"case": 1, "by": "M-1", "text": "La signora ha ragione."}),
        (snooze_case, {"case": 1, "by": "M-1", "until": tomorrow, "reason": "La signora è al mare."}),
        (
            re_promise_call,
            {"case": 1, "by": "M-1", "due": tomorrow, "reason_code": "overload", "text": "Domani, signora."},
        ),
        (hand_over_case, {"case": 1, "by": "M-1", "to": "D-1", "reason": "Conosce la signora."}),
        (ask_for_help, {"about": "SO-C-1", "by": "S-1", "text": "Chi chiama la signora?"}),
        (
            record_contract_end,
            {
                "order": "SO-C-1",
                "by": "M-1",
                "kind": EndKind.WITHDRAWAL,
                "cause": EndCause.DELAY,
                "text": "La signora recede.",
            },
        ),
        (show_case, {"case": 1}),
        (
            record_outcome,
            {
                "case": 1,
                "by": "D-1",
                "outcome": "solved",
                "text": "Chiarito con la signora.",
                "heard": "Va bene così, dice la signora.",
            },
        ),
    ]
    for run, parameters in steps:
        state = await final(run, **parameters)
        assert state.is_completed(), (run.name, state.message)
    with shop.read() as session:
        case = session.scalars(select(Case)).one()
        authors = session.scalars(select(Statement.author).order_by(Statement.id)).all()
        assert (case.outcome, list(authors)) == ("solved", ["S-1", "M-1", "C-1", "D-1"])
        assert session.scalars(select(ContractEnd.cause_code)).all() == ["delay"]
        handed = session.scalars(
            select(History).where(History.event == "handed-over", History.subject_type == "case")
        )
        [who] = [(row.actor, row.cause, row.details) for row in handed]
        assert who == ("M-1", "Conosce la signora.", {"to": "D-1"})
    kept = repr(prefect_server.post("/flow_runs/filter")) + repr(prefect_server.post("/artifacts/filter"))
    kept += repr(prefect_server.post("/logs/filter"))
    assert "signora" not in kept
    assert "Ferri" not in kept
    [artifact] = prefect_server.post("/artifacts/latest/filter", artifacts={"key": {"any_": ["case-1"]}})
    for words in ("# Case 1: C-1", "The call to listen, D-1", "Withdrawal", "One of our own people"):
        assert words in artifact["data"], words


@pytest.mark.parametrize(
    ("run", "parameters", "fix"),
    [
        (take_case, {"case": 9, "by": "M-1"}, "there is no case 9"),
        (show_case, {"case": 9}, "there is no case 9"),
        (
            raise_case,
            {"about": "SO-9", "by": "S-1", "text": "Niente va."},
            "no order, no invoice and no customer",
        ),
        (
            ask_for_help,
            {"about": "C-1", "by": "X-9", "text": "Aiuto, subito."},
            "nobody here has the reference X-9",
        ),
    ],
)
async def test_a_form_that_cannot_be_done_says_why(run: Any, parameters: dict[str, Any], fix: str) -> None:
    state = await final(run, **parameters)
    assert (state.name, fix in str(state.message)) == ("Refused", True), state.message


async def test_the_forms_offer_closed_choices(policy: Policy) -> None:
    found = {}
    for item in SCHEDULED:
        if "cases" in item.tags:
            made = await deployment(item, policy)
            found[made.name] = made._parameter_openapi_schema.properties
    assert found["re-promise-call"]["reason_code"]["enum"] == list(policy.ledger.reasons)
    assert {"$ref", "allOf", "enum"} & set(found["record-contract-end"]["kind"])
    assert "case" in found["show-case"]
    assert all(field.get("title") for fields in found.values() for field in fields.values())


async def test_a_colleague_is_signed_out_at_the_desk_by_reference() -> None:
    said = await final(sign_out, colleague="M-1", by="S-1")
    assert said.message == "M-1 is signed out at the desk, sessions ended: 0"
    refused = await final(sign_out, colleague="M-9", by="S-1")
    assert (refused.name, refused.message) == (
        "Refused",
        "nobody here has the reference M-9; nothing was done",
    )
