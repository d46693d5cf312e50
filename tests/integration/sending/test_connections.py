"""The limit of connections holds for all runs together: counted at the mail server, on a real Prefect server."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from prefect import flow
from prefect.client.orchestration import get_client

from deployments.setup import limit_connections
from flows.batches import Batches
from flows.runs import services
from models import policy as policies
from tasks.planning.plan import plan_all
from tasks.runtime.database import Database
from tasks.sending.sweep import prepare
from tasks.sending.sweep_report import Scope
from tests import factories
from tests.conftest import ROOT
from tests.ports import free_port
from tests.prefect_server import PrefectServer

pytestmark = pytest.mark.prefect

_EACH = 2
"""Connections of one run."""
_CUSTOMERS = 8
_PATIENCE = 240.0
_RUN = """
import asyncio, sys
from flows.sweeps import welcome_contact
asyncio.run(welcome_contact(customers=sys.argv[1].split(",")))
"""


class Door:
    """A mail server that keeps everybody waiting for its answer until it is opened, and counts who is connected."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.connected, self.most = 0, 0
        self.mails: list[str] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        await self.opened.wait()
        self.mails += envelope.rcpt_tos
        return "250 kept"


class _Counted(SMTP):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        door: Door = self.event_handler
        door.connected += 1
        door.most = max(door.most, door.connected)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connected -= 1
        super().connection_lost(error)


class _AtTheDoor(Controller):
    def factory(self) -> SMTP:
        return _Counted(self.handler)

    def open(self) -> None:
        self.loop.call_soon_threadsafe(self.handler.opened.set)


@pytest.fixture
def door() -> Iterator[_AtTheDoor]:
    controller = _AtTheDoor(Door(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.open()
    controller.stop()


class Office:
    """A company whose runs open two connections each, and what its Prefect server allows them together."""

    def __init__(self, folder: Path, prefect: PrefectServer, port: int) -> None:
        self._prefect, self._folder = prefect, folder
        self.environment = prefect.environment | {
            "SEGUITO_DATABASE_URL": f"sqlite:///{folder}/seguito.db",
            "SEGUITO_STATE_DIR": str(folder),
            "SEGUITO_POLICY": f"{folder}/policy.toml",
            "SEGUITO_SMTP_PORT": str(port),
            "SEGUITO_SECRET": "a key for tests alone",
            "SEGUITO_SMTP_TIMEOUT_SECONDS": str(2 * _PATIENCE),
        }

    async def allows(self, together: int) -> None:
        """Write it into the policy, and make it known to the Prefect server."""
        text = (ROOT / "policy.toml").read_text(encoding="utf-8")
        assert "\nconnections = 8\n" in text
        assert "\n# connections = 16 " in text
        text = text.replace("\nconnections = 8\n", f"\nconnections = {_EACH}\n")
        text = text.replace("\n# connections = 16 ", f"\nconnections = {together} ")
        (self._folder / "policy.toml").write_text(text, encoding="utf-8")
        async with get_client() as client:
            await limit_connections(client, policies.load(self._folder / "policy.toml"))

    @contextmanager
    def run(self, name: str) -> Iterator["subprocess.Popen[bytes]"]:
        """A run for half of the customers, in a process of its own."""
        customers = ",".join(f"{name}-{number}" for number in range(_CUSTOMERS))
        with (self._folder / f"{name}.log").open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-c", _RUN, customers],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield child
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def batches_under_way(self) -> int:
        """Batches that have begun, whether they wait for connections or have them."""
        running = self._prefect.post(
            "/task_runs/filter",
            task_runs={"state": {"type": {"any_": ["RUNNING"]}}, "name": {"like_": "batch of"}},
            flow_runs={"state": {"type": {"any_": ["RUNNING"]}}},
        )
        return len(running)


@pytest.fixture
def office(tmp_path: Path, migrated_sqlite: Path, prefect_server: PrefectServer, door: _AtTheDoor) -> Office:
    (tmp_path / "seguito.db").write_bytes(migrated_sqlite.read_bytes())
    now = datetime.now(UTC)
    with contextlib.closing(Database(f"sqlite:///{tmp_path}/seguito.db")) as db:
        with db.write() as session:
            factories.desk(session)
            for name in ("A", "B"):
                for number in range(_CUSTOMERS):
                    customer = factories.customer(session, f"{name}-{number}")
                    factories.order(
                        session,
                        customer,
                        f"SO-{name}-{number}",
                        signed_at=now - timedelta(hours=1),
                        promised_on=now.date() + timedelta(days=30),
                    )
        plan_all(
            db, policies.load(ROOT / "policy.toml"), now
        )  # else one run may plan what the other asked for
    return Office(tmp_path, prefect_server, door.port)


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


@pytest.mark.parametrize("together", [_EACH, 2 * _EACH])
async def test_runs_in_two_processes_never_open_more_connections_than_the_limit(
    office: Office, door: _AtTheDoor, together: int
) -> None:
    server = door.handler
    await office.allows(together)
    with office.run("A") as one, office.run("B") as other:
        until(lambda: server.connected >= together, "the connections that are allowed were not used")
        until(lambda: office.batches_under_way() == 2, "the second run did not come to its batch")
        await asyncio.sleep(1)  # in which a run that took no notice of the limit would be here
        door.open()
        until(lambda: one.poll() is not None and other.poll() is not None, "the runs did not end")
    assert len(server.mails) == len(set(server.mails)) == 2 * _CUSTOMERS
    assert server.most == together


async def test_a_run_lets_go_of_its_connections_with_its_share(
    office: Office, door: _AtTheDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its batches another run may have the share, and opens connections of its own."""
    await office.allows(_EACH)
    for name, value in office.environment.items():
        if name.startswith("SEGUITO_"):
            monkeypatch.setenv(name, value)
    door.open()

    @flow
    async def one_batch() -> None:
        async with services() as opened:
            scope = Scope("welcome-contact", opened.clock.now())
            prepare(opened, scope)
            await Batches(scope.sweep)(opened, scope)
            await asyncio.to_thread(until, lambda: door.handler.connected == 0, "connections were kept")

    await one_batch()
    assert len(door.handler.mails) == 2 * _CUSTOMERS
    assert door.handler.most == _EACH


@pytest.mark.slow
async def test_what_a_killed_run_had_open_is_free_again_within_minutes(
    office: Office, door: _AtTheDoor
) -> None:
    server = door.handler
    await office.allows(_EACH)
    with office.run("A") as dying, office.run("B") as other:
        until(lambda: server.connected == _EACH, "no run opened its connections")
        until(lambda: office.batches_under_way() == 2, "the second run did not come to its batch")
        holder, waiting = (dying, other) if _holds(dying, door.port) else (other, dying)
        holder.kill()
        holder.wait()
        door.open()
        until(lambda: waiting.poll() is not None, "the other run never got connections")
        assert waiting.returncode == 0
    assert server.most == _EACH
    assert len(set(server.mails)) >= _CUSTOMERS


def _holds(process: "subprocess.Popen[bytes]", port: int) -> bool:
    """Whether a process has a connection to the mail server open, by the kernel's own tables."""
    wanted = f":{port:04X}"
    lines = Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]
    inodes = {line.split()[9] for line in lines if line.split()[2].endswith(wanted)}
    links = [str(one.readlink()) for one in Path(f"/proc/{process.pid}/fd").iterdir() if one.exists()]
    return bool(inodes & {link.removeprefix("socket:[").rstrip("]") for link in links})
