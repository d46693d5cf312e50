"""The flows about answers, through a real Prefect server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from sqlalchemy import select

from deployments.mailbox.store import MailboxFolder as Store
from flows.collecting import collect_responses
from flows.recording import record_response
from models.tables import Inbound, Response
from tasks.runtime.database import Database
from tests import factories
from tests.conftest import ROOT
from tests.inbox import SENDER, written

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def shop(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A company with one order, found by the settings."""
    path = tmp_path / "seguito.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    for name, value in {
        "DATABASE_URL": f"sqlite:///{path}",
        "STATE_DIR": str(tmp_path),
        "POLICY": str(ROOT / "policy.toml"),
        "SECRET": "test key, 16 signs",
        "INBOX_MAILDIR": str(tmp_path / "mailbox"),
        "SOURCE": str(ROOT / "sources" / "sample"),
    }.items():
        monkeypatch.setenv(f"SEGUITO_{name}", value)
    db = Database(f"sqlite:///{path}")
    with db.write() as session:
        factories.desk(session)
        signed = datetime.now(UTC) - timedelta(hours=1)
        factories.order(session, factories.customer(session), signed_at=signed)
    yield db
    db.close()


async def test_a_spoken_answer_is_recorded_and_its_words_leave_prefect(shop: Database) -> None:
    state = await record_response("SO-1", "Una parola riservata", "A-1", rating=4, return_state=True)
    assert state.is_completed()
    assert state.message == "SO-1: recorded; nobody has to do anything more"
    with shop.read() as session:
        assert session.scalars(select(Response.text)).all() == ["Una parola riservata"]
    async with get_client() as client:
        runs = await client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=["record-response"]))
        )
    assert "riservata" not in str([run.parameters for run in runs])


@pytest.mark.usefixtures("shop")
async def test_what_cannot_be_recorded_fails_with_the_fix() -> None:
    state = await record_response("SO-9", "Ciao", "A-1", return_state=True)
    assert state.is_failed()
    assert "no order, no invoice and no customer has the reference 'SO-9'" in str(state.message)


async def test_collecting_ends_with_a_sentence_of_figures(shop: Database, tmp_path: Path) -> None:
    Store(tmp_path / "mailbox").deliver(written("Chi siete?", From="x@altrove.example", To=SENDER))
    state = await collect_responses(return_state=True)
    assert str(state.message).startswith("1 read: 1 parked; other systems: ")
    with shop.read() as session:
        assert session.scalars(select(Inbound)).one().owner_id is not None
