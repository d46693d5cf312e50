"""Every fault of a mail server, tried for real: nothing is lost or doubled, and no contact pays for it."""

import asyncio
import os
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from flows.runs import MAIL_SERVER_REFUSES, PARTLY_FAILED
from flows.sweeping import sweep
from models.tables import Case, FollowUp, Message, Suppression
from models.words import MessageState
from tasks.runtime.settings import Settings
from tasks.sending.sweep import MailServerRefusesError, SweepStoppedError
from tasks.sending.sweep_report import Scope
from tasks.smtp.journal import Journal
from tasks.smtp.mailer import open_mailer
from tests import factories
from tests.conftest import ROOT
from tests.integration.sending import faults
from tests.integration.sending.faults import MAILS, Fault
from tests.integration.sending.faulty_server import FaultyServer, polite, running
from tests.world import World

pytestmark = pytest.mark.faults

CONNECTIONS = 8
_KINDS = frozenset({"order-confirmation"})
_HEAD = (
    "fault",
    "what ops see",
    "exit",
    "sent",
    "due again",
    "failed",
    "in doubt",
    "cases",
    "dead",
    "sent later",
)
_ROWS: dict[str, tuple[Any, ...]] = {}


@dataclass(frozen=True)
class Seen:
    """What ops see of a run."""

    state: str
    sentence: str

    @property
    def status(self) -> int:
        """Exit status of the command."""
        return 0 if self.state in {"Completed", PARTLY_FAILED} else 1


def run(world: World, folder: Path, port: int, **settings: Any) -> Seen:
    """A sweep over real connections."""

    async def main() -> Seen:
        chosen = Settings(**{"smtp_port": port, "smtp_timeout_seconds": 20, "_env_file": None, **settings})
        async with open_mailer(chosen, CONNECTIONS) as mailer:
            services = replace(world.services, mailer=mailer, journal=Journal(folder / "journal"))
            scope = Scope("welcome-contact", world.clock.now(), kinds=_KINDS)
            try:
                report = await sweep(services, scope)
            except SweepStoppedError as error:
                refuses = isinstance(error, MailServerRefusesError)
                return Seen(MAIL_SERVER_REFUSES if refuses else "Failed", str(error))
            return Seen(PARTLY_FAILED if report.partly_failed else "Completed", report.sentence())

    return asyncio.run(asyncio.wait_for(main(), 120))


def states(world: World) -> Counter[str]:
    """Contacts by state; those marked without an outcome as `in doubt`."""
    with world.db.read() as session:
        rows = session.execute(
            select(FollowUp.state, Message.state, FollowUp.reason)
            .outerjoin(Message, Message.id == FollowUp.message_id)
            .where(FollowUp.kind == "order-confirmation")
        )
        return Counter(
            "in doubt" if mail in {MessageState.SENDING, MessageState.ASKED} else state
            for state, mail, _ in rows
        )


def count(world: World, table: type[Any]) -> int:
    with world.db.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def company(world: World) -> World:
    with world.db.write() as session:
        for number in range(MAILS):
            customer = factories.customer(session, f"C-{number}")
            factories.order(session, customer, f"SO-{number}")
    return world


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=fault.name, marks=() if fault.short else pytest.mark.slow)
        for fault in faults.ALL
    ],
)
def test_a_fault_of_a_mail_server(company: World, tmp_path: Path, fault: Fault) -> None:
    with running(FaultyServer(fault.manner, byte_by_byte=fault.byte_by_byte)) as server:
        began = time.monotonic()
        seen = run(company, tmp_path, server.port, **fault.settings)
        took = time.monotonic() - began
        at_once, cases, dead = states(company), count(company, Case), count(company, Suppression)
        server.manner, server.byte_by_byte = polite, False
        for minutes in (6, 6, 12, 30, 60):
            company.clock.set(company.clock.now() + timedelta(minutes=minutes))
            run(company, tmp_path, server.port)
    later = states(company)
    _ROWS[fault.name] = (
        seen.state,
        seen.status,
        at_once["sent"],
        at_once["planned"],
        at_once["failed"],
        at_once["in doubt"],
        cases,
        dead,
        later["sent"],
        seen.sentence,
    )
    assert (seen.state, cases, dead) == (fault.state, fault.dead, fault.dead), seen.sentence
    assert at_once["sent"] == fault.sent
    assert at_once["in doubt"] <= fault.doubts
    assert at_once["failed"] == fault.dead
    assert later["sent"] == MAILS - fault.dead - at_once["in doubt"], "the healthy server got the rest"
    assert count(company, Case) == fault.dead, "and nobody's case was opened for the server's fault"
    assert max(server.accepted.values(), default=1) == 1, "no mail came twice"
    assert fault.logins is None or server.asked["AUTH"] <= fault.logins
    if "smtp_timeout_seconds" in fault.settings:
        assert took < 2 * fault.settings["smtp_timeout_seconds"] + 8, "two timeouts, and a slow machine"


@pytest.mark.slow
def test_the_table_of_faults_is_written() -> None:
    """`make test-faults` names the file; the rows are those of the runs before this one."""
    path = os.environ.get("SEGUITO_FAULTS_TABLE")
    if path is None:
        assert _HEAD
        return
    assert list(_ROWS) == [fault.name for fault in faults.ALL]
    lines = [
        "# Faults of mail servers, tried for real",
        "",
        f"Written by `make test-faults`: {MAILS} mails over {CONNECTIONS} connections to a server that does this; then",
        "the same server, mended, and runs over two hours. In doubt: the body had gone out, and no answer came.",
        "",
        f"| {' | '.join(_HEAD)} |",
        f"|{'---|' * len(_HEAD)}",
    ]
    lines += [f"| {' | '.join(str(cell) for cell in (name, *row[:-1]))} |" for name, row in _ROWS.items()]
    (ROOT / path).write_text("\n".join(lines) + "\n", encoding="utf-8")
