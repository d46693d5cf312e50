"""`seguito doctor --probe` over real SMTP: what the server says, and what the mailbox shows, is remembered."""

import asyncio
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deployments.mailbox.smtp import Keeper, listen
from deployments.mailbox.store import MailboxFolder as Store
from models import policy as policies
from models.queries.mailboxes import return_address
from models.rules.health.finding import Severity
from models.rules.mailboxes.return_address import Standing
from tasks.health.checks import examine
from tasks.mailboxes.aliases import aliases_found, try_aliases
from tasks.mailboxes.collect import collect
from tasks.mailboxes.opening import reception
from tasks.mailboxes.probe import KIND, send_probe
from tasks.runtime.clock import SystemClock
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings
from tasks.services import open_services, ways_of
from tests.command import ROOT
from tests.inbox import report
from tests.ports import free_port


def settings(db: Database, folder: Path, port: int) -> Settings:
    (folder / "state").mkdir(mode=0o700, exist_ok=True)
    return Settings(
        _env_file=None,
        state_dir=folder / "state",
        database_url=db.url,
        policy=ROOT / "policy.toml",
        smtp_port=port,
        inbox_maildir=folder / "mailbox",
    )


def standing(db: Database) -> Standing | None:
    with db.read() as session:
        tried = return_address.tried(session)
    return tried.standing if tried else None


def level(mine: Settings) -> Severity:
    return next(one.level for one in examine(mine, SystemClock().now()) if one.kind == KIND)


async def test_the_mail_goes_out_comes_in_and_from_then_on_each_mail_has_its_own_sender(
    db: Database, tmp_path: Path
) -> None:
    opened = socket.create_server(("127.0.0.1", 0))
    server = await listen(opened, Keeper(Store(tmp_path / "mailbox")))
    mine = settings(db, tmp_path, opened.getsockname()[1])
    policy = policies.load(mine.policy)
    assert level(mine) is Severity.NOTICE
    assert (await send_probe(mine)).level is Severity.OK
    assert standing(db) is Standing.ASKED
    assert not ways_of(db, policy, mine).signs_sender
    async with open_services(mine) as services:
        tally = await asyncio.to_thread(collect, reception(mine, services))
    server.close()
    assert tally.sentence() == "1 read: 1 of our own"
    assert standing(db) is Standing.SEEN
    assert ways_of(db, policy, mine).signs_sender
    assert level(mine) is Severity.OK
    other = mine.model_copy(update={"smtp_host": "other.example"})
    assert not ways_of(db, policy, other).signs_sender, "nothing is known of another server"


class OneSender:
    """A hoster that lets its customer write as one address only; `at` is the command it says so at."""

    def __init__(self, at: str) -> None:
        self.at = at

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.at == "MAIL" and "+" in address:
            return "553 5.7.1 you are not the owner of this address"
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        said = {
            "RCPT": "553 5.7.1 Sender address rejected: not owned by user",
            "PLUS": "550 5.1.1 User unknown",
        }
        if self.at in said and "+" in address:
            return said[self.at]
        envelope.rcpt_tos.append(address)
        return "250 ok"


@pytest.mark.parametrize(
    ("at", "found"), [("MAIL", Standing.REFUSED), ("RCPT", Standing.REFUSED), ("PLUS", Standing.LOST)]
)
async def test_a_server_that_refuses_is_believed(
    db: Database, tmp_path: Path, at: str, found: Standing
) -> None:
    handler: Any = OneSender(at)
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    mine = settings(db, tmp_path, controller.port)
    assert (await send_probe(mine)).level is Severity.NOTICE
    controller.stop()
    assert standing(db) is found
    known = ways_of(db, policies.load(mine.policy), mine)
    assert (known.signs_sender, known.tags_replies) == (False, found is not Standing.LOST)


async def test_the_addresses_that_customers_see_are_tried_and_one_that_leads_nowhere_is_trouble(
    db: Database, tmp_path: Path
) -> None:
    opened = socket.create_server(("127.0.0.1", 0))
    server = await listen(opened, Keeper(Store(tmp_path / "mailbox")))
    mine = with_aliases(settings(db, tmp_path, opened.getsockname()[1]), tmp_path)
    assert about_aliases(mine)[0] is Severity.NOTICE
    assert await try_aliases(mine) == []
    async with open_services(mine) as services:
        tally = await asyncio.to_thread(collect, reception(mine, services))
    server.close()
    assert tally.sentence() == "2 read: 2 of our own"
    assert about_aliases(mine)[0] is Severity.OK

    handler: Any = OnlyTheSender()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    await try_aliases(mine.model_copy(update={"smtp_port": controller.port}))
    controller.stop()
    level_, said = about_aliases(mine)
    assert level_ is Severity.TROUBLE
    assert "A-1" in said
    assert "A-2" not in said


async def test_a_mail_to_an_alias_that_comes_back_or_never_arrives_is_trouble(
    db: Database, tmp_path: Path
) -> None:
    opened = socket.create_server(("127.0.0.1", 0))
    server = await listen(opened, Keeper(Store(tmp_path / "elsewhere")))
    mine = with_aliases(settings(db, tmp_path, opened.getsockname()[1]), tmp_path)
    await try_aliases(mine)
    server.close()
    assert about_aliases(mine)[0] is Severity.NOTICE
    with db.read() as session:
        [found] = aliases_found(session, policies.load(mine.policy), SystemClock().now() + timedelta(days=2))
    assert found.level is Severity.TROUBLE
    sent = [path.read_bytes() for path in (tmp_path / "elsewhere" / "new").iterdir()]
    raw = next(one for one in sent if b"To: anna@" in one)
    message_id = next(line for line in raw.decode().splitlines() if line.startswith("Message-ID")).split()[1]
    box = tmp_path / "mailbox" / "new"
    for name in ("tmp", "new", "cur"):
        (tmp_path / "mailbox" / name).mkdir(parents=True, exist_ok=True)
    (box / "1.P1Q1.x").write_bytes(report("anna@casabelvedere.example", "5.1.1", "failed", message_id))
    async with open_services(mine) as services:
        await asyncio.to_thread(collect, reception(mine, services))
    level_, said = about_aliases(mine)
    assert (level_, "A-1" in said, "A-2" in said) == (Severity.TROUBLE, True, False)


class OnlyTheSender:
    """A server that knows one of the two addresses."""

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("anna@"):
            return "550 5.1.1 User unknown"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:
        return "250 ok"


def with_aliases(mine: Settings, folder: Path) -> Settings:
    policy = folder / "policy.toml"
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    aliases = '[company.aliases]\nA-1 = "anna@casabelvedere.example"\nA-2 = "ewa@casabelvedere.example"\n\n'
    policy.write_text(text.replace("[sending]\n", f"{aliases}[sending]\n", 1), encoding="utf-8")
    return mine.model_copy(update={"policy": policy})


def about_aliases(mine: Settings) -> tuple[Severity, str]:
    return next((one.level, one.says) for one in examine(mine, SystemClock().now()) if one.kind == "aliases")
