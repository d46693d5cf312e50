"""Runs at once, late, twice or killed: all end in the same state, on a real Prefect server."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.runner import Runner
from prefect.states import Running, Scheduled
from sqlalchemy import select, update

from deployments.mailbox.smtp import Keeper
from deployments.mailbox.store import MailboxFolder
from deployments.runner import tidy
from deployments.schedules import SCHEDULED, deployment
from flows.sweeps import welcome_contact
from models.policy import Policy
from models.tables import Case, Customer, FollowUp, Message
from tasks.runtime.database import Database
from tests import factories
from tests.ports import free_port
from tests.prefect_server import PrefectServer
from tests.shop import ROOT, Sink, final

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]

CUSTOMERS = 80
"""As many mails, since a confirmation and a welcome that are owed at once share one."""
ARCHIVE = "archive@casabelvedere.example"
ITEM = next(item for item in SCHEDULED if item.entrypoint.endswith("welcome_contact"))
PATIENCE_SECONDS = 120

State = dict[str, list[str]]


class KillingKeeper(Keeper):
    """Keeps mails, and kills their sender when it has so many, before it says that it has the last of them."""

    _victim: "subprocess.Popen[bytes] | None" = None
    _left = 0

    def kill_at(self, mail: int, victim: "subprocess.Popen[bytes]") -> None:
        self._left, self._victim = mail, victim

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        self._left -= 1
        if self._left == 0 and self._victim is not None:
            self._victim.kill()
        return answer


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[tuple[KillingKeeper, int]]:
    """The local mailbox, with the archive that doubts are settled by."""
    kept = KillingKeeper(MailboxFolder(tmp_path / "mailbox"), MailboxFolder(tmp_path / "archive"), ARCHIVE)
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield kept, controller.port
    controller.stop()


@pytest.fixture
def company(
    shop: Database, keeper: tuple[KillingKeeper, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Database:
    """Customers who signed five days ago, so that their confirmation and their welcome are both owed."""
    for name, value in {
        "SMTP_PORT": str(keeper[1]),
        "ARCHIVE_ADDRESS": ARCHIVE,
        "ARCHIVE_MAILDIR": str(tmp_path / "archive"),
    }.items():
        monkeypatch.setenv(f"SEGUITO_{name}", value)
    signed = datetime.now(UTC) - timedelta(days=5)
    with shop.write() as session:
        for number in range(10, 10 + CUSTOMERS):
            customer = factories.customer(session, f"C-{number}")
            factories.order(
                session, customer, f"SO-{number}", signed_at=signed, promised_on=signed.date() + timedelta(60)
            )
    return shop


@pytest.fixture
async def undisturbed(
    company: Database, sink: tuple[Sink, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> State:
    """What one run that nothing disturbs makes of the same company; its mails go elsewhere."""
    copy = tmp_path / "copy.db"
    with sqlite3.connect(company.engine.url.database or "") as original, sqlite3.connect(copy) as other:
        original.backup(other)
    original.close()
    other.close()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("SEGUITO_DATABASE_URL", f"sqlite:///{copy}")
        elsewhere.setenv("SEGUITO_SMTP_PORT", str(sink[1]))
        assert (await final(welcome_contact)).is_completed()
    db = Database(f"sqlite:///{copy}")
    result = state_of(db)
    db.close()
    assert len(result["messages"]) > CUSTOMERS
    return result


def state_of(db: Database) -> State:
    """All that counts in a database: which contacts ended how, which mails went out, which cases are open."""
    with db.read() as session:
        follow_ups = select(
            Customer.ref, FollowUp.kind, FollowUp.step, FollowUp.nudge, FollowUp.state, FollowUp.reason
        ).join(Customer, Customer.id == FollowUp.customer_id)
        messages = select(Customer.ref, Message.kind, Message.step, Message.state).join(
            Customer, Customer.id == Message.customer_id
        )
        return {
            "follow-ups": sorted(map(repr, session.execute(follow_ups))),
            "messages": sorted(map(repr, session.execute(messages))),
            "cases": sorted(map(repr, session.execute(select(Case.customer_id, Case.outcome)))),
        }


def mails(folder: Path) -> Counter[str]:
    """How often each mail arrived, by its Message-ID."""
    box = MailboxFolder(folder / "mailbox")
    found = [box.message(name) for name in box.names()]
    return Counter(str(mail["Message-ID"]) for mail in found if mail is not None)


def assert_same(db: Database, undisturbed: State, folder: Path) -> None:
    assert state_of(db) == undisturbed
    arrived = mails(folder)
    assert len(arrived) == len(undisturbed["messages"]), "nothing is lost"
    assert max(arrived.values()) == 1, "nothing is doubled"


async def test_runs_at_once_and_again_end_in_the_same_state(
    company: Database, undisturbed: State, tmp_path: Path
) -> None:
    states = await asyncio.gather(*(final(welcome_contact) for _ in range(3)))
    assert all(state.is_completed() for state in states), states
    assert (await final(welcome_contact)).message == "nothing was due"
    assert_same(company, undisturbed, tmp_path)


async def test_a_start_after_two_days_runs_what_is_late_once(
    company: Database, undisturbed: State, tmp_path: Path, policy: Policy
) -> None:
    """The server was down: runs stand late, one of them twice; and one is said to run, though its machine died."""
    now = datetime.now(UTC)
    async with get_client() as client:
        key = await (await deployment(ITEM, policy)).aapply()
        dead = (await client.create_flow_run_from_deployment(key)).id
        await client.set_flow_run_state(dead, Running(), force=True)
        late = [
            (await client.create_flow_run_from_deployment(key, state=Scheduled(scheduled_time=now - ago))).id
            for ago in (timedelta(hours=hours) for hours in (48, 48, 24, 1))
        ]
        await tidy(client)
        crashed = (await client.read_flow_run(dead)).state
        assert crashed is not None
        assert (crashed.type.value, crashed.message) == ("CRASHED", "The machine stopped during this run.")
        runner = Runner(name="after two days", pause_on_shutdown=False)
        await runner.aadd_deployment(await deployment(ITEM, policy))
        await runner.start(run_once=True)
        ends = Counter([(await client.read_flow_run(run)).state_type.value for run in late])
    assert ends["COMPLETED"] >= 1
    assert ends["COMPLETED"] + ends["CANCELLED"] == len(late), ends
    assert_same(company, undisturbed, tmp_path)


@pytest.mark.parametrize(
    "at", [40, 81, *(pytest.param(at, marks=pytest.mark.slow) for at in (1, 2, 33, 64, 80))]
)
async def test_a_run_that_was_killed_is_finished_by_the_next(
    at: int,
    company: Database,
    undisturbed: State,
    keeper: tuple[KillingKeeper, int],
    prefect_server: PrefectServer,
    policy: Policy,
    tmp_path: Path,
) -> None:
    async with get_client() as client:
        key = await (await deployment(ITEM, policy)).aapply()
        run = (await client.create_flow_run_from_deployment(key)).id
        keeper[0].kill_at(at, process := _start(run, prefect_server))
        assert await asyncio.to_thread(process.wait, PATIENCE_SECONDS) == -signal.SIGKILL
        assert (await client.read_flow_run(run)).state_type == StateType.RUNNING, "nobody told the server"
        await tidy(client)
        assert (await client.read_flow_run(run)).state_type == StateType.CRASHED
    _leases_end(company)
    for _ in range(2):  # the second sends what was in doubt and never arrived
        assert (await final(welcome_contact)).name in {"Completed", "PartlyFailed", "NothingDue"}
    assert_same(company, undisturbed, tmp_path)


def _start(run: UUID, server: PrefectServer) -> "subprocess.Popen[bytes]":
    """A flow run in a process of its own, as a runner or a worker starts it."""
    ours = {name: value for name, value in os.environ.items() if name.startswith("SEGUITO_")}
    command = [sys.executable, "-m", "prefect.engine", str(run)]
    return subprocess.Popen(
        command, env=server.environment | ours, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _leases_end(db: Database) -> None:
    """Ten minutes pass."""
    past = datetime.now(UTC) - timedelta(minutes=1)
    with db.write() as session:
        session.execute(update(FollowUp).where(FollowUp.lease_until.is_not(None)).values(lease_until=past))
        session.execute(update(Message).where(Message.lease_until.is_not(None)).values(lease_until=past))
