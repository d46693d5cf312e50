"""Collecting from real mailboxes: a Maildir and an IMAP server behave alike, and neither loses nor doubles a mail."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import aiosmtplib
import pytest
from sqlalchemy import select

from deployments.mailbox.smtp import Keeper, listen
from deployments.mailbox.store import MailboxFolder as Store
from flows.sweeping import sweep
from models.tables import Inbound, Sighting
from tasks.archive.imap_archive import ImapArchive
from tasks.mailboxes.collect import collect
from tasks.mailboxes.imap import ImapMailbox
from tasks.mailboxes.intake import Reception
from tasks.mailboxes.mailbox import Mailbox
from tasks.mailboxes.maildir import MaildirMailbox
from tasks.mailboxes.originals import Originals
from tasks.runtime.settings import Settings
from tasks.sending.sweep_report import Scope
from tasks.smtp.mailer import open_mailer
from tests import dovecot, factories
from tests.dovecot import Dovecot
from tests.inbox import SENDER, kind_of, written
from tests.world import World


@pytest.fixture(scope="module")
def imap_server() -> Iterator[Dovecot]:
    """Dovecot, where it is installed; .ci/run installs it, and says so here."""
    if dovecot.program() is None:
        if os.environ.get("SEGUITO_TEST_DOVECOT"):
            pytest.fail("Dovecot was there a moment ago, and CI does not skip these tests; see .ci/run")
        pytest.skip("no Dovecot on this machine; on Debian and Ubuntu: apt install dovecot-imapd")
    with dovecot.started() as server:
        yield server


class Box(Protocol):
    """A mailbox that a test can put mails into."""

    def mailbox(self) -> Mailbox: ...
    def deliver(self, raw: bytes) -> None: ...
    def renumber(self) -> None: ...


@dataclass
class MaildirBox:
    folder: Path

    def mailbox(self) -> Mailbox:
        return MaildirMailbox(self.folder, SENDER)

    def deliver(self, raw: bytes) -> None:
        Store(self.folder).deliver(raw)

    def renumber(self) -> None:
        """Another program moved everything, and put flags into the names."""
        for path in (self.folder / "new").iterdir():
            path.rename(self.folder / "cur" / f"{path.name}:2,S")


@dataclass
class ImapBox:
    server: Dovecot

    def mailbox(self) -> Mailbox:
        return ImapMailbox(self.server.settings())

    def deliver(self, raw: bytes) -> None:
        self.server.deliver(raw)

    def renumber(self) -> None:
        """The server lost its index: all UIDs are new, and UIDVALIDITY says so."""
        time.sleep(1.1)  # it counts in seconds
        for path in (self.server.home / "mail" / dovecot.USER).glob("dovecot*"):
            path.unlink()


@pytest.fixture(params=["maildir", "imap"])
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Box:
    if request.param == "maildir":
        Store(tmp_path / "mailbox")
        return MaildirBox(tmp_path / "mailbox")
    server: Dovecot = request.getfixturevalue("imap_server")
    server.clear()
    return ImapBox(server)


def reception(world: World, folder: Path, *mailboxes: Mailbox) -> Reception:
    return Reception(
        world.db, world.policy, world.clock, world.links, Originals(folder / "originals"), mailboxes
    )


def a_mail(number: int = 0, text: str = "Una domanda") -> bytes:
    return written(text, From=f"c{number}@altrove.example", To=SENDER, Subject=f"n. {number}")


def test_mails_are_read_in_batches_and_each_counts_once(world: World, box: Box, tmp_path: Path) -> None:
    for number in range(30):
        box.deliver(a_mail(number))
    desk = reception(world, tmp_path, box.mailbox())
    assert collect(desk).sentence() == "30 read: 30 parked"
    assert collect(desk).sentence() == "no new mail"
    box.deliver(a_mail(30))
    assert collect(desk).sentence() == "1 read: 1 parked"
    assert world.count(Inbound) == world.count(Sighting) == 31
    with world.db.read() as session:
        assert all(mail.owner_id is not None for mail in session.scalars(select(Inbound)))


def test_new_numbers_for_old_mails_count_nothing_twice(world: World, box: Box, tmp_path: Path) -> None:
    for number in range(3):
        box.deliver(a_mail(number))
    desk = reception(world, tmp_path, box.mailbox())
    collect(desk)
    box.renumber()
    box.deliver(a_mail(3))
    assert collect(desk).counts["parked"] == 1
    assert world.count(Inbound) == 4


def test_a_mail_that_is_too_large_costs_one_rejected_message(world: World, box: Box, tmp_path: Path) -> None:
    answers = world.policy.answers.model_copy(update={"max_mail_megabytes": 1})
    world.policy = world.policy.model_copy(update={"answers": answers})
    box.deliver(a_mail(1, "x" * 70 + "\n" + ("y" * 70 + "\n") * 20_000))
    box.deliver(a_mail(2))
    assert collect(reception(world, tmp_path, box.mailbox())).sentence() == "2 read: 1 parked, 1 rejected"
    with world.db.read() as session:
        large = session.scalars(select(Inbound).where(Inbound.state == "rejected")).one()
    assert (large.parked_for, large.subject, large.owner_id is not None) == ("too-large", "n. 1", True)
    assert large.size_bytes > 1_000_000


def test_what_cannot_be_read_is_kept_and_owned(world: World, box: Box, tmp_path: Path) -> None:
    nested = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 2_000
    box.deliver(b"To: " + SENDER.encode() + b"\r\n" + nested)
    tally = collect(reception(world, tmp_path, box.mailbox()))
    assert tally.read == 1
    with world.db.read() as session:
        mail = session.scalars(select(Inbound)).one()
    assert mail.parked_for is not None
    assert mail.owner_id is not None


def test_flags_decide_nothing(world: World, imap_server: Dovecot, tmp_path: Path) -> None:
    imap_server.clear()
    imap_server.deliver(a_mail())
    with imap_server.client() as client:
        client.select_folder("INBOX")
        client.add_flags(client.search("ALL"), [b"\\Seen"])
    desk = reception(world, tmp_path, ImapMailbox(imap_server.settings()))
    assert collect(desk).read == 1
    with imap_server.client() as client:
        client.select_folder("INBOX")
        client.remove_flags(client.search("ALL"), [b"\\Seen"])
    assert collect(desk).read == 0


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_every_protection_logs_in(world: World, imap_server: Dovecot, tmp_path: Path, security: str) -> None:
    imap_server.clear()
    imap_server.deliver(a_mail())
    assert collect(reception(world, tmp_path, ImapMailbox(imap_server.settings(security)))).read == 1


@pytest.mark.parametrize(
    "wrong",
    [{"imap_password": "wrong"}, {"imap_ca_file": None}, {"imap_folder": "Nowhere"}, {"imap_port": 9}],
)
def test_a_mailbox_that_cannot_be_opened_is_told_and_the_next_one_is_read(
    world: World, imap_server: Dovecot, tmp_path: Path, wrong: dict[str, Any]
) -> None:
    Store(tmp_path / "mailbox").deliver(a_mail())
    other = MaildirMailbox(tmp_path / "mailbox", SENDER)
    tally = collect(reception(world, tmp_path, ImapMailbox(imap_server.settings(**wrong)), other))
    assert tally.read == 1
    assert len(tally.problems) == 1
    assert dovecot.PASSWORD not in tally.sentence()


def test_a_connection_that_breaks_loses_and_doubles_nothing(
    world: World, imap_server: Dovecot, tmp_path: Path
) -> None:
    imap_server.clear()
    with imap_server.client() as client:
        for number in range(60):
            client.append("INBOX", a_mail(number))
    problems = 0
    for allowed in (2_000, 9_000, 12_000, 20_000, 30_000, 10_000_000):
        with cut_after(imap_server.plain, allowed) as port:
            settings = imap_server.settings("none", imap_port=port)
            problems += len(collect(reception(world, tmp_path, _named(settings))).problems)
    assert problems >= 3
    assert world.count(Inbound) == world.count(Sighting) == 60


def _named(settings: Settings) -> Mailbox:
    mailbox = ImapMailbox(settings)
    mailbox.name = "the same one"
    return mailbox


@contextmanager
def cut_after(port: int, allowed: int) -> Iterator[int]:
    """A way to the server that breaks after so many bytes from it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        far = socket.create_connection(("127.0.0.1", port))
        up = threading.Thread(target=_pump, args=(near, far, 1 << 40), daemon=True)
        up.start()
        _pump(far, near, allowed)
        up.join()
        for one in (near, far):
            one.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.close()
    thread.join(10)


def _pump(source: socket.socket, target: socket.socket, allowed: int) -> None:
    with suppress(OSError):
        while allowed > 0 and (data := source.recv(min(4096, allowed))):
            target.sendall(data)
            allowed -= len(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


async def test_sent_over_smtp_answered_over_smtp_collected_and_heard(world: World, tmp_path: Path) -> None:
    """The whole loop over the project's own mail server and mailbox, as `make up` runs them."""
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    store, opened = Store(tmp_path / "mailbox"), socket.create_server(("127.0.0.1", 0))
    server = await listen(opened, Keeper(store))
    settings = Settings(smtp_port=opened.getsockname()[1])
    async with open_mailer(settings, 2) as mailer:
        services = replace(world.services, mailer=mailer)
        await sweep(services, Scope("welcome-contact", world.clock.now()))
    mails = [one for name in store.names() if (one := store.message(name)) is not None]
    [welcome] = [one for one in mails if kind_of(world, one["Message-ID"]) == "welcome-contact"]
    reply = written(
        "Tutto chiaro, ma a che ora venite?",
        From="c-1@posta.example",
        To=welcome["Reply-To"],
        Subject=f"Re: {welcome['Subject']}",
    )
    await aiosmtplib.send(
        reply,
        sender="c-1@posta.example",
        recipients=[welcome["Reply-To"]],
        port=settings.smtp_port,
        hostname="127.0.0.1",
        start_tls=False,
    )
    server.close()
    desk = reception(world, tmp_path, MaildirMailbox(tmp_path / "mailbox", SENDER))
    assert (await asyncio.to_thread(collect, desk)).sentence() == "1 read: 1 reply"
    assert [row.state for row in world.follow_ups("welcome-contact")] == ["answered"]


def test_an_imap_archive_says_what_it_holds(imap_server: Dovecot) -> None:
    imap_server.clear()
    with imap_server.client() as client:
        client.create_folder("Archive")
    there, missing = "<seguito.f1-1.aaaa@casa.example>", "<seguito.f2-1.bbbb@casa.example>"
    imap_server.deliver(f"Message-ID: {there}\r\n\r\nx".encode(), "Archive")
    assert ImapArchive(imap_server.settings(), "Archive").holds([there, missing]) == {there}
    assert ImapArchive(imap_server.settings(), "Nowhere").holds([there]) is None
    assert ImapArchive(imap_server.settings(imap_password="wrong"), "Archive").holds([there]) is None
