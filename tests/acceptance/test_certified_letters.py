"""A formal warning by the company's account for certified mail (PEC): on real servers, and its receipts kept."""

import asyncio
import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from flows.sweeping import sweep
from models.policy import Policy, PolicyError, parse
from models.rules.health.finding import Severity
from models.tables import FollowUp, History, Inbound
from tasks.archive.archives import NoArchive
from tasks.credit_recovery.document import document
from tasks.health.servers import certified_account
from tasks.mailboxes.collect import collect
from tasks.mailboxes.maildir import MaildirMailbox
from tasks.mailboxes.opening import mailboxes
from tasks.mails.composer import Composer
from tasks.runtime.settings import Settings
from tasks.sending.sweep_report import Report, Scope
from tasks.services import Services
from tasks.smtp.accounts import open_accounts
from tests import factories
from tests.conftest import ROOT
from tests.inbox import Inbox, row, written
from tests.ports import free_port
from tests.recovery import CREDIT, at, plain, to_the_signature, visitor
from tests.world import World

CERTIFIED = "casabelvedere@pec.example"
THEIRS = "bellariva@legalmail.example"
_SHIPPED = (ROOT / "policy.toml").read_text(encoding="utf-8")


def with_account(audience: str = "certified", sender: str = CERTIFIED) -> Policy:
    before, name, warning = _SHIPPED.partition("[cadences.credit-recovery-warning]")
    warning = warning.replace('audience = "billing"', f'audience = "{audience}"', 1)
    company = f'[company]\ncertified_sender = "{sender}"\n' if sender else "[company]\n"
    return parse(before.replace("[company]\n", company, 1) + name + warning)


class Server:
    """A mail server that keeps what it gets, with the envelope."""

    def __init__(self) -> None:
        self.received: list[tuple[str, list[str], bytes]] = []
        self.port = free_port()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.received.append((envelope.mail_from or "", list(envelope.rcpt_tos), content))
        return "250 2.0.0 kept"


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """The ordinary one, and the one for certified mail."""
    both = Server(), Server()
    controllers = [Controller(one, hostname="127.0.0.1", port=one.port) for one in both]
    for controller in controllers:
        controller.start()
    yield both
    for controller in controllers:
        controller.stop()


def run(world: World, ordinary: Server, certified_port: int | None) -> Report:
    """The sweep over real connections, with an archive that gets a copy of everything else."""

    async def main() -> Report:
        named: dict[str, Any] = {"certified_smtp_host": "127.0.0.1", "certified_smtp_port": certified_port}
        settings = Settings(
            smtp_port=ordinary.port,
            smtp_timeout_seconds=5,
            certified_smtp_security="none",
            **(named if certified_port else {}),
        )
        composer = Composer(world.policy, world.links, "archive@casa.example")
        async with open_accounts(settings, 2, composer.certified_sender) as mailer:
            services = Services(world.db, world.policy, world.clock, composer, mailer, NoArchive())
            return await sweep(services, Scope(CREDIT, world.clock.now()))

    return asyncio.run(main())


def ready(world: World, **facts: object) -> World:
    """A business whose warning is signed and due now; and another customer whose reminder is due."""
    world = replace(world, policy=with_account())
    business: dict[str, Any] = {
        "is_business": True,
        "name": "Hotel Bellariva S.r.l.",
        "certified_email": THEIRS,
    }
    link = to_the_signature(world, **(business | facts))
    at(world, 3, 23)
    letter = re.search(r'name="letter" value="(\w+)"', visitor(world).open(link).text)
    assert letter is not None
    visitor(world).press(link, do="sign", letter=letter[1])
    with world.db.write() as session:
        factories.invoice(session, factories.customer(session, "C-2"), "F-2")
    world.import_payments()
    return world


def the_warning(world: World) -> FollowUp:
    return next(row for row in world.follow_ups("credit-recovery-warning") if row.subject_id == 1)


def message(raw: bytes) -> email.message.EmailMessage:
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, email.message.EmailMessage)
    return found


def test_the_warning_goes_by_the_certified_account_and_all_else_by_the_ordinary_one(
    world: World, servers: tuple[Server, Server]
) -> None:
    ordinary, certified = servers
    world = ready(world)
    run(world, ordinary, certified.port)
    [(sender, recipients, raw)] = certified.received
    assert (sender, recipients) == (CERTIFIED, [THEIRS]), "no blind copy: such servers refuse it"
    mail = message(raw)
    assert CERTIFIED in str(mail["From"])
    assert THEIRS in str(mail["To"])
    assert "costituzione in mora" in str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert [one[1] for one in ordinary.received] == [["c-2@posta.example", "archive@casa.example"]]
    assert the_warning(world).state == "sent"


@pytest.mark.parametrize("has_account", [True, False], ids=["server away", "not set"])
def test_a_certified_account_that_does_not_work_keeps_nobody_else_waiting(
    world: World, servers: tuple[Server, Server], *, has_account: bool
) -> None:
    ordinary, certified = servers
    world = ready(world)
    run(world, ordinary, free_port() if has_account else None)
    assert [one[1][0] for one in ordinary.received] == ["c-2@posta.example"]
    warning = the_warning(world)
    assert (warning.state, warning.attempts) == ("planned", 1), "tried again later, and not lost"
    at(world, 3, 23, 11)
    world.import_payments()
    run(world, ordinary, certified.port)
    assert len(certified.received) == 1


def test_without_a_certified_address_the_billing_contact_gets_it(
    world: World, servers: tuple[Server, Server]
) -> None:
    ordinary, certified = servers
    run(ready(world, certified_email=None), ordinary, certified.port)
    assert certified.received == []
    assert "conti@posta.example" in {one[1][0] for one in ordinary.received}


def receipt(kind: str, message_id: str) -> bytes:
    """As a provider sends it: a header that says what it is, and certified data."""
    data = f'<postacert tipo="{kind}" errore="nessuno"><dati><msgid>{message_id}</msgid></dati></postacert>'
    return (
        f"From: posta-certificata@pec.example\r\nTo: {CERTIFIED}\r\nSubject: {kind.upper()}: Fattura F-1\r\n"
        f"Message-ID: <{kind}@pec.example>\r\nX-Ricevuta: {kind}\r\nX-Riferimento-Message-ID: {message_id}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="p"\r\n\r\n'
        "--p\r\nContent-Type: text/plain\r\n\r\nIl messaggio è stato trattato.\r\n"
        f'--p\r\nContent-Type: application/xml; name="daticert.xml"\r\n\r\n{data}\r\n--p--\r\n'
    ).encode()


def test_receipts_of_acceptance_and_delivery_stand_in_the_history_and_the_dossier(
    world: World, servers: tuple[Server, Server], tmp_path: Path
) -> None:
    ordinary, certified = servers
    world = ready(world)
    run(world, ordinary, certified.port)
    ours = str(message(certified.received[0][2])["Message-ID"])
    inbox = Inbox(world, tmp_path)
    for kind in ("accettazione", "avvenuta-consegna"):
        inbox.deliver(receipt(kind, ours))
    boxes = (MaildirMailbox(tmp_path / "mailbox", world.policy.company.sender, [CERTIFIED]),)
    for _ in range(2):
        collect(replace(inbox.reception, mailboxes=boxes))
    with world.db.read() as session:
        notes = session.scalars(select(History).where(History.event == "certified-receipt")).all()
        assert [(one.subject_type, one.cause) for one in notes] == [
            ("invoice", "accettazione"),
            ("invoice", "avvenuta-consegna"),
        ]
        kept = session.scalars(select(Inbound.digest)).all()
        assert {one.details["original"] for one in notes} == set(kept)
        assert all(inbox.reception.originals.read(one) for one in kept), "the originals are kept"
        page = plain(document(session, world.policy, 1, "it", now=world.clock.now()))
    assert "Ricevuta di posta certificata: consegnata" in page


def test_an_audience_of_certified_mail_needs_the_account() -> None:
    with pytest.raises(PolicyError, match=r"needs company\.certified_sender"):
        with_account(sender="")


def test_the_mailbox_of_the_account_is_read_beside_the_other(world: World) -> None:
    settings = Settings(imap_host="mail.example", certified_imap_host="pec.example", certified_user="us")
    names = [one.name for one in mailboxes(settings, world.policy)]
    assert names == ["imap:@mail.example/INBOX", "imap:us@pec.example/INBOX"]


async def test_doctor_looks_at_the_account_where_there_is_one(servers: tuple[Server, Server]) -> None:
    policy = with_account()
    assert await certified_account(Settings(), parse(_SHIPPED)) == []
    [missing] = await certified_account(Settings(), policy)
    assert (missing.level, missing.kind) == (Severity.TROUBLE, "certified mail")
    named = Settings(
        certified_smtp_host="127.0.0.1",
        certified_smtp_port=servers[1].port,
        certified_smtp_security="none",
    )
    assert [one.level for one in await certified_account(named, policy)] == [Severity.OK]


def fresh(how: str) -> bytes:
    """A mail of theirs that answers nothing of ours: as it came, or in the wrapping of a provider."""
    mail = written(
        "Il guasto non è stato riparato: attendo notizie.",
        From="Ufficio <bellariva@LegalMail.example>" if how != "named by the data" else "Ufficio",
        To=CERTIFIED,
        Subject="Segnalazione",
    )
    if how == "bare":
        return mail
    data = (
        f'<?xml version="1.0"?><postacert tipo="posta-certificata" errore="nessuno"><intestazione>'
        f"<mittente>{THEIRS}</mittente></intestazione><dati><msgid>&lt;m@x&gt;</msgid></dati></postacert>"
    )
    wrapping = EmailMessage(policy=email.policy.SMTP)
    provider = f'"Per conto di: {THEIRS}" <posta-certificata@legalmail.example>'
    wrapping["From"] = "Ada <ada@posta.example>" if how == "passed on" else provider
    wrapping["To"] = CERTIFIED
    wrapping["Subject"] = "POSTA CERTIFICATA: Segnalazione"
    if how not in {"moved without its header", "passed on"}:
        wrapping["X-Trasporto"] = "posta-certificata"
    wrapping.set_content("Messaggio di posta certificata. Il messaggio originale è incluso in allegato.")
    wrapping.add_attachment(data.encode(), maintype="application", subtype="xml", filename="daticert.xml")
    name = "postacert.eml"
    wrapping.add_attachment(mail, maintype="application", subtype="octet-stream", filename=name)
    return wrapping.as_bytes()


@pytest.mark.parametrize("how", ["bare", "wrapped", "named by the data", "moved without its header"])
def test_what_comes_from_a_certified_address_is_that_customers(
    world: World, tmp_path: Path, how: str
) -> None:
    with world.db.write() as session:
        factories.customer(session, "C-1")
        theirs = factories.customer(session, "C-2", name="Hotel Bellariva S.r.l.", certified_email=THEIRS)
        factories.order(session, theirs, "SO-2")
    inbox = Inbox(world, tmp_path)
    inbox.deliver(fresh(how))
    box = MaildirMailbox(tmp_path / "mailbox", world.policy.company.sender, [CERTIFIED])
    collect(replace(inbox.reception, mailboxes=(box,)))
    found = row(world)
    assert (found.matched_by, found.customer_id, found.sender.lower()) == ("sender", 2, THEIRS)
    assert found.words == "Il guasto non è stato riparato: attendo notizie."


def test_who_passes_a_certified_mail_on_is_heard_himself(world: World, tmp_path: Path) -> None:
    with world.db.write() as session:
        factories.customer(session, "C-1", certified_email=THEIRS)
        factories.customer(session, "C-2", email="ada@posta.example")
    inbox = Inbox(world, tmp_path)
    inbox.deliver(fresh("passed on"))
    box = MaildirMailbox(tmp_path / "mailbox", world.policy.company.sender, [CERTIFIED])
    collect(replace(inbox.reception, mailboxes=(box,)))
    found = row(world)
    assert (found.customer_id, found.sender) == (2, "ada@posta.example")
