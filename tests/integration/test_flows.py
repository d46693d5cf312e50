"""The flows as ops run them: through a real Prefect server, to a final state that says what was done."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from prefect import State
from sqlalchemy import func, select

from flows.by_hand import follow_up_customer
from flows.escalating import escalate_unanswered
from flows.sweeps import welcome_contact
from models.tables import FollowUp, History, Message
from tasks.database import Database
from tests import factories
from tests.conftest import ROOT
from tests.ports import free_port
from tests.prefect_server import PrefectServer

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server", "shop"),
    # Prefect leaves the sockets of its event clients to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Sink:
    """Counts the mails."""

    def __init__(self) -> None:
        self.recipients: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.recipients += envelope.rcpt_tos
        return "250 kept"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, controller.port
    controller.stop()


def impatient_policy(folder: Path) -> Path:
    """The policy as shipped, but for the waits while no mail server answers."""
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    path = folder / "policy.toml"
    path.write_text(text.replace("[15, 60, 180]", "[1, 1]"), encoding="utf-8")
    return path


@pytest.fixture
def shop(
    tmp_path: Path, migrated_sqlite: Path, sink: tuple[Sink, int], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A company that the flows find by their settings: two customers who signed an hour ago."""
    path = tmp_path / "seguito.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    for name, value in {
        "DATABASE_URL": f"sqlite:///{path}", "STATE_DIR": str(tmp_path), "SMTP_PORT": str(sink[1]),
        "POLICY": str(impatient_policy(tmp_path)), "SECRET": "test key",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SEGUITO_{name}", value)
    db = Database(f"sqlite:///{path}")
    now = datetime.now(UTC)
    with db.write() as session:
        factories.desk(session)
        for ref in ("C-1", "C-2"):
            customer = factories.customer(session, ref)
            factories.order(
                session, customer, f"SO-{ref}", signed_at=now - timedelta(hours=1),
                promised_on=now.date() + timedelta(days=30),
            )  # fmt: skip
    yield db
    db.close()


async def final(run: Callable[..., Awaitable[Any]], **parameters: Any) -> State[Any]:
    """The final state of a flow run."""
    state: State[Any] = await run(**parameters, return_state=True)
    return state


async def test_a_sweep_says_in_its_final_state_what_it_did(sink: tuple[Sink, int]) -> None:
    state = await final(welcome_contact)
    assert (state.type.value, state.message) == ("COMPLETED", "2 sent")
    state = await final(welcome_contact)
    assert (state.type.value, state.message) == ("COMPLETED", "nothing was due")
    assert sorted(sink[0].recipients) == ["c-1@posta.example", "c-2@posta.example"]


async def test_a_sweep_for_some_customers_leaves_the_others_alone(sink: tuple[Sink, int]) -> None:
    state = await final(welcome_contact, customers=["C-2"])
    assert state.message == "1 sent"
    assert sink[0].recipients == ["c-2@posta.example"]


async def test_nonsense_is_refused_before_anything_is_done(shop: Database) -> None:
    unknown = await final(welcome_contact, customers=["C-1", "C-77"])
    assert unknown.type.value == "FAILED"
    assert "C-77" in str(unknown.message)
    ahead = await final(welcome_contact, as_of=datetime.now(UTC) + timedelta(days=3))
    assert "lies ahead" in str(ahead.message)
    no_kind = await final(follow_up_customer, customers=["C-1"], by="A-1", reason="asked", kinds=["welcome"])
    assert "no such kind: welcome" in str(no_kind.message)
    nobody = await final(follow_up_customer, customers=["C-1"], by="A-9", reason="asked")
    assert "nobody here has the reference A-9" in str(nobody.message)
    assert {unknown.name, ahead.name, no_kind.name, nobody.name} == {"Refused"}
    with shop.read() as session:
        assert session.scalar(select(func.count(Message.id))) == 0


async def test_a_dry_run_writes_and_sends_nothing_and_says_what_it_would_do(
    shop: Database, sink: tuple[Sink, int]
) -> None:
    state = await final(welcome_contact, dry_run=True)
    assert state.message == "dry run: 2 to be sent"
    with shop.read() as session:
        assert session.scalar(select(func.count(FollowUp.id))) == 0
    assert sink[0].recipients == []


async def test_by_hand_for_one_customer_brings_a_contact_forward_and_notes_why(
    shop: Database, sink: tuple[Sink, int]
) -> None:
    later = datetime.now(UTC) + timedelta(days=8)
    at_ten = later.replace(hour=9, minute=0)
    while at_ten.weekday() > 3:
        at_ten += timedelta(days=1)
    state = await final(
        follow_up_customer, customers=["C-1"], by="A-1", kinds=["welcome-contact"], reason="leaves for a month",
        as_of=at_ten, dry_run=False,
    )  # fmt: skip
    assert state.message == "1 sent"
    assert sink[0].recipients == ["c-1@posta.example"]
    with shop.read() as session:
        noted = session.scalars(select(History).where(History.event == "followed-up-by-hand")).one()
    assert (noted.actor, noted.cause, noted.details) == ("A-1", "leaves for a month", {"did": "1 sent"})


async def test_a_mail_server_that_is_down_fails_the_run_with_the_cause_and_loses_nothing(
    sink: tuple[Sink, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = str(sink[1])
    monkeypatch.setenv("SEGUITO_SMTP_PORT", str(free_port()))
    state = await final(welcome_contact)
    assert state.type.value == "FAILED"
    assert "mail server" in str(state.message)
    monkeypatch.setenv("SEGUITO_SMTP_PORT", port)
    assert (await final(welcome_contact)).message == "2 sent"


async def test_no_name_or_address_reaches_prefect(prefect_server: PrefectServer) -> None:
    await final(welcome_contact)
    await final(escalate_unanswered)
    runs = prefect_server.post("/flow_runs/filter", limit=200)
    tasks = prefect_server.post("/task_runs/filter", limit=200)
    logs = prefect_server.post("/logs/filter", limit=200)
    everything = repr((runs, tasks, logs))
    assert "Giulia" not in everything
    assert "@posta.example" not in everything
