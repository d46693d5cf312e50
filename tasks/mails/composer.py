"""A letter's facts become the bytes of a mail. The same letter at the same time gives the same bytes."""

import re
from binascii import a2b_qp
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from models.policy import Policy
from models.rules.mailboxes.return_address import Ways
from models.words import Subject
from tasks.mails import mime, texts
from tasks.mails.also import also
from tasks.mails.calendar_file import NAME, calendar_file
from tasks.mails.context import context
from tasks.mails.formats import clean
from tasks.mails.frame import Frames, MailLinks, Shape
from tasks.mails.letter import Contact, Letter, NoticeFacts
from tasks.mails.links import Links
from tasks.mails.paying import asks_for_money, code, means
from tasks.mails.pictures import logo

_KEY = re.compile(r"[a-z0-9-]+")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_URL = re.compile(r":? https?://\S+")
_PREHEADER_CHARACTERS = 140


@dataclass(frozen=True)
class ComposedMail:
    """A mail that is ready for the server."""

    message_id: str
    """With its angle brackets."""
    subject: str
    sender: str
    """The address it comes from (envelope)."""
    recipients: tuple[str, ...]
    """The addresses it goes to (envelope); the archive's blind copy among them."""
    body: bytes
    """Headers and both parts, with CRLF line ends; dots are stuffed by whoever sends it."""
    text: str = ""
    """The words of the plain part, links left out: what an answer to it may quote."""


class Composer:
    """Writes the mails of one company."""

    def __init__(
        self, policy: Policy, links: Links, archive_address: str | None = None, ways: Ways | None = None
    ) -> None:
        self._company = policy.company
        self._links = links
        self._archive = () if archive_address is None else (mime.ascii_address(archive_address),)
        self._sender = mime.ascii_address(policy.company.sender)
        self._from = mime.mailbox(policy.company.name, self._sender)
        certified = policy.company.certified_sender
        self.certified_sender = mime.ascii_address(certified) if certified else ""
        """The account for certified mail; empty where the company has none."""
        self._certified_from = mime.mailbox(policy.company.name, self.certified_sender) if certified else ""
        self._frames = Frames(policy.company)
        self._ways = ways or Ways()

    def signs(self, mail: ComposedMail) -> bool:
        """Whether the envelope sender of a mail is its own, and not the company's."""
        return mail.sender not in {self._sender, self.certified_sender}

    def sign_no_sender(self) -> None:
        """From now on mails go out with one sender: the server takes no other."""
        self._ways = replace(self._ways, signs_sender=False)

    def message_id(self, key: str) -> str:
        """The Message-ID of a message; nothing but its key decides it.

        Raises:
            ValueError: the key has other signs than lower-case letters, digits and dashes.
        """
        if not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no message key; use lower-case letters, digits and dashes")
        return f"<seguito.{key}.{self._links.signature('message', key)}@{self._sender.rpartition('@')[2]}>"

    def compose(self, letter: Letter, now: datetime) -> ComposedMail:
        """Write a mail; `now` is aware, dates the mail and starts the age of its links.

        Raises:
            AddressError: the recipient's address cannot stand in a mail.
            ValueError: the key is none.
            TemplateNotFound: nobody has written the text; `texts.missing_texts` tells beforehand.
        """
        message_id, recipient = self.message_id(letter.key), mime.ascii_address(letter.recipient)
        stop = self._links.unsubscribe(letter.key, now) if letter.extra else ""
        own = self._links.own(letter.staff_id, now) if letter.staff_id else ""
        links = MailLinks(self._link(letter, now), stop, own)
        subject, paragraphs = self.written(letter)
        end, colour, pictures = _signature(paragraphs, letter.signer), self._company.brand.colour, []
        html = texts.as_html(paragraphs[:end], colour)
        if asks_for_money(letter) and (shown := code(self._company, letter)):
            html += shown[0]
            pictures.append(shown[1])
        html += texts.as_html(paragraphs[end:], colour)
        if picture := logo(self._company):
            pictures.append(picture)
        bodies = texts.as_text(paragraphs), html
        parts = self._frames.of(_shape(letter)).fill(subject, bodies, links, _preheader(paragraphs))
        headers = [
            f"From: {self._certified_from if letter.is_certified else self._from}",
            f"To: {mime.mailbox(letter.recipient_name, recipient)}",
            f"Subject: {mime.unstructured(subject)}",
            f"Date: {_written(now)}",
            f"Message-ID: {message_id}",
            *self._machine_headers(letter, stop),
        ]
        if (
            letter.is_certified
        ):  # such servers take neither a blind copy nor a sender that is not the account's
            body = mime.alternative(headers, *parts, pictures)
            return ComposedMail(message_id, subject, self.certified_sender, (recipient,), body)
        recipients = (recipient, *self._archive)
        sender = (
            self._links.return_path(letter.key, self._sender) if self._ways.signs_sender else self._sender
        )
        body = mime.alternative(headers, *parts, pictures, self._calendar(letter))
        return ComposedMail(message_id, subject, sender, recipients, body, _readable(parts[0]))

    def _calendar(self, letter: Letter) -> tuple[str, bytes] | None:
        if letter.agreed is None:
            return None
        for_staff = letter.staff_id != 0
        return NAME, calendar_file(letter.agreed, self._company, letter.language, for_staff=for_staff)

    def written(self, letter: Letter) -> tuple[str, list[tuple[str, str]]]:
        """Subject and paragraphs of a mail, as its reader sees them between greeting and buttons.

        Raises:
            TemplateNotFound: nobody has written the text.
        """
        facts = context(letter, self._company)
        texts_of = [texts.filled(kind, letter.language, facts) for kind in (*letter.opened_by, letter.kind)]
        first, paragraphs = texts.joined(texts_of)
        first, more = also(letter, first)
        paragraphs += more
        if asks_for_money(letter):
            end = _signature(paragraphs, letter.signer)
            paragraphs[end:end] = means(self._company, letter)
        return clean(first), paragraphs

    def _link(self, letter: Letter, now: datetime) -> str:
        if letter.case:
            return self._links.case(letter.case.id, letter.staff_id, now)
        if letter.notice:
            return self._page((letter.notice.matter, letter.notice.id), letter.staff_id, now)
        return self._links.answer(letter.key, now)

    def _page(self, matter: tuple[str, int], staff_id: int, now: datetime) -> str:
        """Where one of our own people sees to a matter (kind, id)."""
        kind, id_ = matter
        if kind == Subject.CASE:
            return self._links.case(id_, staff_id, now)
        return self._links.duty(kind, id_, staff_id, now)

    def _machine_headers(self, letter: Letter, stop: str) -> list[str]:
        """What mail programs read: where answers go, that nobody typed it, how to stop it."""
        reply_to = self._links.reply_to(letter.key, self._sender) if self._ways.tags_replies else self._sender
        headers = [f"Reply-To: {reply_to}"]
        if letter.written is None:  # else a person typed it
            kind = "auto-replied" if letter.heard else "auto-generated"
            headers += [f"Auto-Submitted: {kind}", "X-Auto-Response-Suppress: All"]
        headers.append(f"Content-Language: {letter.language}")
        if letter.in_reply_to:
            earlier = clean(letter.in_reply_to)
            thread = letter.written.thread if letter.written else ()
            headers += [f"In-Reply-To: {earlier}", f"References: {_thread(earlier, thread)}"]
        if stop:
            headers += [f"List-Unsubscribe: <{stop}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
        return headers


def _signature(paragraphs: Sequence[tuple[str, str]], signer: Contact | None) -> int:
    """Where a signature begins, or the end: what is signed stands over it, how to pay and its code included."""
    is_signed = signer is not None and bool(paragraphs) and clean(signer.name) in paragraphs[-1][1]
    return len(paragraphs) - is_signed


def _thread(earlier: str, thread: tuple[str, ...]) -> str:
    """The Message-IDs of a thread, one on each line."""
    return "\r\n ".join(dict.fromkeys([*(one for one in thread if _MESSAGE_ID.fullmatch(one)), earlier]))


def _readable(part: bytes) -> str:
    """The words of a plain part that is in quoted-printable; its links are nobody's words, and open pages."""
    return _URL.sub("", a2b_qp(part).decode()).replace("\r\n", "\n").strip()


def _preheader(paragraphs: list[tuple[str, str]]) -> str:
    """The first sentence behind the greeting: what an inbox shows beside the subject."""
    words = next((said for tag, said in paragraphs[1:] if tag == "p"), "")
    return words[:_PREHEADER_CHARACTERS]


@lru_cache(maxsize=64)
def _written(now: datetime) -> str:
    return format_datetime(now.astimezone(UTC))


def _shape(letter: Letter) -> Shape:
    case = letter.case
    return Shape(
        language=letter.language,
        answers=letter.answers,
        is_service=letter.order is not None and letter.order.is_service,
        owner=letter.owner,
        deputy=letter.deputy,
        manager=letter.manager,
        extra=letter.extra,
        dossier_of=Contact(case.customer_name, case.customer_email, case.customer_phone) if case else None,
        notice_of=_noticed(letter.notice) if letter.notice else None,
        is_digest=letter.digest is not None,
        is_for_staff=letter.staff_id != 0,
    )


def _noticed(notice: NoticeFacts) -> Contact:
    return Contact(notice.customer_name or "", notice.customer_email, notice.customer_phone)
