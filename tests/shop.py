"""A small company that the flows find by their settings, and a mail server that counts."""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from prefect import State
from sqlalchemy import select

from models.policy import Policy
from models.tables import Customer, Order
from models.words import CaseReasonKind, Subject
from tasks.cases.open_case import open_case
from tasks.runtime.database import Database
from tests import factories
from tests.ports import free_port

ROOT = Path(__file__).parent.parent


class Sink:
    """Counts the mails, and keeps them."""

    def __init__(self) -> None:
        self.recipients: list[str] = []
        self.mails: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.recipients += envelope.rcpt_tos
        self.mails.append(envelope.content)
        return "250 kept"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield handler, controller.port
    controller.stop()


def impatient_policy(folder: Path) -> Path:
    """The policy as shipped, but for two things: short waits while no mail server answers, and windows always open.

    The flows read the machine's clock, and what they do must not depend on the hour or the holiday of the test.
    """
    text = (ROOT / "policy.toml").read_text(encoding="utf-8").replace("[15, 60, 180]", "[1, 1]")
    text, opened = re.subn(
        r"^days = .*\nhours = .*$", 'days = "every"\nhours = ["00:00-24:00"]', text, flags=re.MULTILINE
    )
    assert opened == text.count("\n[windows."), "a window is written in another way"
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def shop(
    tmp_path: Path, migrated_sqlite: Path, sink: tuple[Sink, int], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A company that the flows find by their settings: two customers who signed an hour ago."""
    path = tmp_path / "seguito.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    for name, value in {
        "DATABASE_URL": f"sqlite:///{path}",
        "STATE_DIR": str(tmp_path),
        "SMTP_PORT": str(sink[1]),
        "POLICY": str(impatient_policy(tmp_path)),
        "SECRET": "a key for tests alone",
    }.items():
        monkeypatch.setenv(f"SEGUITO_{name}", value)
    db = Database(f"sqlite:///{path}")
    now = datetime.now(UTC)
    with db.write() as session:
        factories.desk(session)
        for ref in ("C-1", "C-2"):
            customer = factories.customer(session, ref)
            factories.order(
                session,
                customer,
                f"SO-{ref}",
                signed_at=now - timedelta(hours=1),
                promised_on=now.date() + timedelta(days=30),
            )
    yield db
    db.close()


def a_case(db: Database, policy: Policy, ref: str = "C-1") -> int:
    with db.write() as session:
        customer = session.scalars(select(Customer).where(Customer.ref == ref)).one()
        order = session.scalars(select(Order).where(Order.customer_id == customer.id)).one()
        return open_case(
            session,
            policy,
            customer.id,
            CaseReasonKind.CALL_ME,
            (Subject.ORDER, order.id),
            now=datetime.now(UTC) - timedelta(hours=2),
            actor="customer",
        ).id


async def final(run: Callable[..., Awaitable[Any]], **parameters: Any) -> State[Any]:
    """The final state of a flow run."""
    state: State[Any] = await run(**parameters, return_state=True)
    return state
