"""The company's mailbox in a test: mails are put into a real Maildir, and collected as the flow collects them."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import select

from deployments.mailbox.store import MailboxFolder as Store
from models.tables import Commitment, Inbound, Message
from tasks.mailboxes.collect import collect
from tasks.mailboxes.intake import Reception
from tasks.mailboxes.maildir import MaildirMailbox
from tasks.mailboxes.originals import Originals
from tasks.mailboxes.tally import CollectTally
from tasks.smtp.transaction import Mail
from tests import factories
from tests.world import World

SENDER = "assistenza@casabelvedere.example"


@dataclass
class Inbox:
    """A world's mailbox; everything delivered stays in it."""

    world: World
    folder: Path

    @property
    def reception(self) -> Reception:
        world, box = self.world, MaildirMailbox(self.folder / "mailbox", SENDER)
        originals = Originals(self.folder / "originals")
        return Reception(world.db, world.policy, world.clock, world.links, originals, (box,))

    def deliver(self, raw: bytes) -> None:
        Store(self.folder / "mailbox").deliver(raw)

    def collect(self) -> CollectTally:
        return collect(self.reception)

    def reply(self, mail: Mail, text: str, sender: str = "", **headers: str) -> None:
        """Answer a mail of ours, as a mail program does: to its Reply-To, with its Message-ID."""
        ours = message_from_bytes(mail.body, policy=policy.default)
        self.deliver(
            written(
                text,
                **{
                    "From": sender or mail.recipients[0],
                    "To": str(ours["Reply-To"]),
                    "Subject": f"Re: {ours['Subject']}",
                    "In-Reply-To": str(ours["Message-ID"]),
                    "References": str(ours["Message-ID"]),
                    **headers,
                },
            )
        )

    def bounce(self, mail: Mail, status: str = "5.1.1", action: str = "failed", recipient: str = "") -> None:
        """A mail of ours comes back, as Postfix reports it (RFC 3464)."""
        ours = message_from_bytes(mail.body, policy=policy.default)
        self.deliver(report(recipient or mail.recipients[0], status, action, str(ours["Message-ID"])))


def kind_of(world: World, message_id: str) -> str:
    """The kind of a mail of ours, by its Message-ID."""
    key = world.links.read_message_id(message_id)
    with world.db.read() as session:
        return session.scalars(select(Message.kind).where(Message.key == key)).one()


_numbers = iter(range(1, 100_000))


def written(text: str, **headers: str) -> bytes:
    """A mail that a person wrote."""
    message = EmailMessage(policy=policy.SMTP)
    for name, value in {"Message-ID": f"<m{next(_numbers)}@posta.example>", **headers}.items():
        if value:
            message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def report(recipient: str, status: str, action: str, message_id: str) -> bytes:
    """A delivery report about one recipient."""
    number = next(_numbers)
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.example>
To: {SENDER}
Subject: Undelivered Mail Returned to Sender
Message-ID: <b{number}@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example. <{recipient}>: host said: {status} no such user

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {status[0]}50 {status} no such user

--b
Content-Type: text/rfc822-headers

From: Casa <{SENDER}>
To: {recipient}
Subject: Benvenuta
Message-ID: {message_id}

--b--
""".replace("\n", "\r\n").encode()


def welcome(world: World) -> Mail:
    """A customer with an order has got the welcome."""
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    world.sweep("welcome-contact")
    return next(mail for mail in world.mailer.mails if kind_of(world, message_id(mail)) == "welcome-contact")


def row(world: World) -> Inbound:
    """The mail that came in last."""
    with world.db.read() as session:
        return session.scalars(select(Inbound).order_by(Inbound.id.desc())).all()[0]


def commitments(world: World) -> list[Commitment]:
    """What people here owe, but for listening calls and deliveries."""
    with world.db.read() as session:
        of_people = Commitment.kind.not_in(["listening-call", "delivery"])
        return list(session.scalars(select(Commitment).where(of_people).order_by(Commitment.id)))


def message_id(mail: Mail) -> str:
    """Of a mail of ours."""
    return str(message_from_bytes(mail.body, policy=policy.default)["Message-ID"])
