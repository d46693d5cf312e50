"""The mail that tries whether the server takes a signed envelope sender, and the mailbox an address with a plus."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.queries.mailboxes import return_address
from models.rules.health.finding import Finding, Severity
from models.rules.mailboxes.return_address import PROBE, Standing, refuses_sender
from models.rules.sending.answers import Accepted, Answer, Refused
from tasks.inbound.message import ReadMail, Verdict
from tasks.mails import mime
from tasks.mails.composer import ComposedMail
from tasks.mails.links import Links
from tasks.runtime.settings import Settings
from tasks.services import Services, open_services
from tasks.smtp.answers import scrub

KIND = "return address"
_WORDS = (
    "This mail tries whether your mailbox takes addresses with a plus. Seguito reads it by itself; nobody has to "
    "answer it.\r\n"
)


async def send_probe(settings: Settings) -> Finding:
    """Send the mail to our own mailbox, and remember what the server said; collecting sees whether it arrives.

    Raises:
        PolicyError, DatabaseUnreachableError: see `open_services`.
    """
    if settings.imap_host is None and settings.inbox_maildir is None:
        return Finding(KIND, Severity.NOTICE, "no mailbox is read, so nothing would see the mail arrive")
    async with open_services(settings) as services:
        now = services.clock.now()
        links = Links(settings.public_url, settings.signing_key)
        answer = await services.mailer.send(written(services, links, now))
        way = return_address.way(settings.smtp_host, services.policy.company.sender)
        standing = _meant(answer)
        if standing is not None:
            with services.db.write() as session:
                return_address.note(session, standing, way, now)
    return _told(answer, standing)


def written(services: Services, links: Links, now: datetime) -> ComposedMail:
    """The mail; its sender and its recipient are the same signed address."""
    sender = mime.ascii_address(services.policy.company.sender)
    key = f"{PROBE}{int(now.timestamp())}"
    address, message_id = links.return_path(key, sender), services.composer.message_id(key)
    return probe_mail(services, message_id, (address, address), "Seguito tries the way back", _WORDS)


def probe_mail(
    services: Services, message_id: str, way: tuple[str, str], subject: str, words: str
) -> ComposedMail:
    """A mail of ours to ourselves, from one address to another (`way`, of the envelope); no program answers it."""
    sender, recipient = way
    company = services.policy.company
    head = [
        f"From: {mime.mailbox(company.name, mime.ascii_address(company.sender))}",
        f"To: {recipient}",
        f"Subject: {subject}",
        f"Message-ID: {message_id}",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
    ]
    body = "\r\n".join([*head, "", words]).encode("ascii")
    return ComposedMail(message_id, subject, sender, (recipient,), body)


def saw_probe(session: Session, links: Links, mail: ReadMail, now: datetime) -> bool:
    """Whether a mail that came in is that mail, or a report that it did not arrive; what it says is remembered."""
    keys = (
        *(links.read_return_path(address) for address in (*mail.recipients, *mail.traces)),
        links.read_message_id(mail.message_id or ""),
    )
    if not any(key and key.startswith(PROBE) for key in keys):
        return False
    if mail.verdict is Verdict.BOUNCE:
        standing = Standing.LOST if any(one.permanent for one in mail.bounced) else None
    else:
        is_kept = not mail.return_path or links.read_return_path(mail.return_path) is not None
        standing = Standing.SEEN if is_kept else Standing.REWRITTEN
    if standing is not None:
        return_address.note_on_same_way(session, standing, now)
    return True


def _meant(answer: Answer) -> Standing | None:
    """What an answer says of the way; None when it says nothing of it."""
    if isinstance(answer, Accepted):
        return Standing.ASKED
    if refuses_sender(answer):
        return Standing.REFUSED
    return Standing.LOST if isinstance(answer, Refused) and answer.recipient else None


def _told(answer: Answer, standing: Standing | None) -> Finding:
    said = scrub(f"{getattr(answer, 'code', '')} {answer.text}".strip())
    match standing:
        case Standing.ASKED:
            return Finding(
                KIND, Severity.OK, "a mail is on its way; the next collection sees whether it arrives"
            )
        case Standing.REFUSED:
            return Finding(KIND, Severity.NOTICE, f"the mail server takes one sender only ({said})")
        case Standing.LOST:
            return Finding(KIND, Severity.NOTICE, f"the mailbox takes no addresses with a plus ({said})")
    return Finding(KIND, Severity.NOTICE, f"nothing was learned ({said})", "try again later")
