"""Decisions about credit recovery by form: refused with a reason, and done with a sentence of references."""

from datetime import UTC, date, datetime, timedelta

import pytest
from prefect.states import State

from flows.credit import hand_over_to_recovery, let_invoice_go_on, sign_warning
from models.tables import Invoice
from tasks.runtime.database import Database
from tests import factories
from tests.shop import final

pytestmark = pytest.mark.prefect


@pytest.mark.usefixtures("prefect_server")
async def test_decisions_by_form_take_a_manager_and_say_what_they_did(shop: Database) -> None:
    with shop.write() as session:
        factories.invoice(session, factories.customer(session, "C-7"), "F-7", due_on=date(2026, 1, 7))
    until = datetime.now(UTC) + timedelta(days=10)
    refused: list[State[object]] = [
        await final(sign_warning, customer="C-7", by="A-1", reason="Letta."),
        await final(sign_warning, customer="C-7", by="M-1", reason="Letta."),
        await final(hand_over_to_recovery, customer="C-77", by="M-1", reason="Nessun accordo."),
        await final(let_invoice_go_on, invoice="F-7", by="A-1", reason="Altro ordine.", until=until),
    ]
    assert [(state.name, state.message) for state in refused] == [
        ("Refused", "A-1 is no manager; ask one of them. Nothing was done"),
        ("Refused", "no warning waits for a signature; nothing was done"),
        ("Refused", "no customer has the reference C-77; nothing was done"),
        ("Refused", "A-1 is no manager; ask one of them. Nothing was done"),
    ]
    state = await final(let_invoice_go_on, invoice="F-7", by="M-1", reason="Altro ordine.", until=until)
    assert state.message == f"F-7 goes on until {until:%Y-%m-%d}"
    with shop.read() as session:
        assert session.get_one(Invoice, 1).to_plan
