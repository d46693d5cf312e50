"""Sending mail over SMTP, and telling apart what the caller must do next."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import aiosmtplib

from tasks.settings import Settings
from tasks.smtp_wire import Reply, Wire

_ADDRESS = re.compile(r"<?[^\s<>@:;,]+@[^\s<>:;,]+>?")
_DATA = b"DATA"
_TAKEN, _GO_ON = (250, 251), 354
_PERMANENT = 500
_SERVICE_ENDS = 421
_REFUSES_US = re.compile(r"^53[0-9]|\b5\.7\.0\b|relay", re.IGNORECASE)
"""It wants a login, or does not relay for us: that is between the server and us."""
_POLICY = re.compile(r"\b5\.7\.\d+")
"""Refused for a rule of the server's (a block list, a rate), which may pass; the address is not to blame."""


@dataclass(frozen=True)
class Accepted:
    """The server has it."""

    code: int
    text: str


@dataclass(frozen=True)
class Deferred:
    """Not now (4xx): try again later."""

    code: int
    text: str


@dataclass(frozen=True)
class Refused:
    """Never (5xx). `recipient` tells whether it was the address that was refused."""

    code: int
    text: str
    recipient: bool


@dataclass(frozen=True)
class Doubtful:
    """The connection broke after the body had begun to go out: the server may have it or not."""

    text: str


@dataclass(frozen=True)
class NotStarted:
    """No server could be reached, or it left before the body: nothing happened."""

    text: str


Answer = Accepted | Deferred | Refused | Doubtful | NotStarted


class Mail(Protocol):
    """What a mailer needs of a composed mail."""

    @property
    def sender(self) -> str:
        """Envelope sender."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Envelope recipients: whom it is for first, then the archive."""

    @property
    def body(self) -> bytes:
        """The whole message, headers and all, CRLF line ends."""


class Mailer(Protocol):
    """Something that sends mails."""

    async def send(self, mail: Mail) -> Answer:
        """Send one mail; never raises for what a mail server can do."""
        ...


class SmtpMailer:
    """A few kept connections to one mail server. Each carries one mail at a time."""

    def __init__(self, settings: Settings, connections: int) -> None:
        self._settings = settings
        self._idle: asyncio.LifoQueue[Wire | None] = asyncio.LifoQueue()
        for _ in range(connections):
            self._idle.put_nowait(None)
        self._open: set[Wire | None] = set()
        self._opening = 0

    async def send(self, mail: Mail) -> Answer:
        """Send one mail over the next free connection, opening one where needed.

        Servers end a kept connection when it pleases them: after a hundred mails, after a minute. That is not yet a
        reason to give up, so a mail that found its connection ended before the body goes over a new one at once.
        """
        while True:
            wire = await self._idle.get()
            answer = await self._over(wire, mail)
            if answer is not None:
                return answer

    async def _over(self, wire: Wire | None, mail: Mail) -> Answer | None:
        """Send over one connection and give it back; None when the server allows no further one beside those open."""
        keep = True
        try:
            if wire is not None and wire.is_open:
                answer = await _attempt(wire, mail)
                if not isinstance(answer, NotStarted):
                    return answer
                wire.close()
            self._open.discard(wire)
            wire, answer = await self._afresh(mail)
            keep = not isinstance(answer, NotStarted) or not self._has_others()
            return answer if keep else None
        finally:
            if keep:
                self._idle.put_nowait(wire)

    async def _afresh(self, mail: Mail) -> tuple[Wire | None, Answer]:
        """Send over a new connection. A server turns one away at its greeting, or only at the first words."""
        wire = None
        self._opening += 1
        try:
            wire = await self._connect()
            answer = await _attempt(wire, mail)
        except (aiosmtplib.SMTPException, OSError) as error:
            answer = NotStarted(_words(error))
        finally:
            self._opening -= 1
        if wire is not None and isinstance(answer, NotStarted):
            wire.close()
            self._open.discard(wire)
            wire = None
        return wire, answer

    def _has_others(self) -> bool:
        """Whether a connection is open, or about to be: while there is one, the server is there."""
        return self._opening > 0 or any(one is not None and one.is_open for one in self._open)

    async def close(self) -> None:
        """Say goodbye on every connection."""
        for wire in filter(None, self._open):
            with suppress(OSError):
                await wire.say(b"QUIT")
            wire.close()
        self._open.clear()

    async def _connect(self) -> Wire:
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            username=settings.smtp_user,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
            timeout=settings.smtp_timeout_seconds,
            cert_bundle=str(settings.smtp_ca_file) if settings.smtp_ca_file else None,
        )
        await client.connect()
        try:
            await _greet(client)
        except (aiosmtplib.SMTPException, OSError):
            client.close()
            raise
        wire = Wire(client, settings.smtp_timeout_seconds)
        self._open.add(wire)
        return wire


async def _greet(client: aiosmtplib.SMTP) -> None:
    """Say who we are, unless encrypting or logging in has done so; to a server of the oldest kind, in its words."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()


async def _attempt(wire: Wire, mail: Mail) -> Answer:
    try:
        return await _transmit(wire, mail)
    except OSError as error:
        return NotStarted(_words(error))


async def _transmit(wire: Wire, mail: Mail) -> Answer:
    """One transaction: envelope, then the body, so that one knows on which side of the body it failed."""
    to, *copies = [b"RCPT TO:<%s>" % address.encode("ascii") for address in mail.recipients]
    envelope = (b"MAIL FROM:<%s>" % mail.sender.encode("ascii"), to, *copies)
    # With a copy to the archive, DATA waits: a customer who was refused is not overruled by an archive that was not.
    replies = await wire.say(*envelope) if copies else await wire.say(*envelope, _DATA)
    granted = None if copies or len(replies) <= len(envelope) else replies[-1]
    for reply, is_recipient in zip(
        replies, (False, True), strict=False
    ):  # a refused copy matters less than the mail
        if reply.code not in _TAKEN:
            return await _turned_down(wire, reply, granted, recipient=is_recipient)
    if granted is None:
        (granted,) = await wire.say(_DATA)
    if granted.code != _GO_ON:
        return await _turned_down(wire, granted)
    try:
        reply = await wire.give(mail.body)
    except OSError as error:
        return Doubtful(_words(error))
    if reply.code not in _TAKEN:
        return await _turned_down(wire, reply)
    return Accepted(reply.code, scrub(reply.text))


async def _turned_down(
    wire: Wire, reply: Reply, granted: Reply | None = None, *, recipient: bool | None = None
) -> Answer:
    """What a refusal means; the connection is made ready for the next mail. `recipient` is None after the envelope."""
    if recipient is not None and _is_between_us(reply, recipient=recipient):
        return NotStarted(scrub(f"{reply.code} {reply.text}"))
    with suppress(OSError):  # a connection that is lost is replaced for the next mail
        if granted is not None and granted.code == _GO_ON:
            await wire.give(b"")  # some grant DATA even to nobody; nothing but its end may follow
        await wire.say(b"RSET")
    if reply.code < _PERMANENT or (recipient and _POLICY.search(reply.text)):
        return Deferred(reply.code, scrub(reply.text))
    return Refused(reply.code, scrub(reply.text), recipient is True)


def _is_between_us(reply: Reply, *, recipient: bool) -> bool:
    """Whether the server ends the connection, or will take no mail from us whomever it is for."""
    if reply.code == _SERVICE_ENDS or not recipient:
        return reply.code == _SERVICE_ENDS or reply.code >= _PERMANENT
    # Servers repeat the recipient, and an address may well have "relay" in it.
    return _REFUSES_US.search(f"{reply.code} {scrub(reply.text)}") is not None


def _words(error: Exception) -> str:
    return scrub(f"{type(error).__name__}: {error}")


def scrub(text: str) -> str:
    """A server's words without any address, on one line, at most 200 characters."""
    return " ".join(_ADDRESS.sub("<address>", text).split())[:200]


@asynccontextmanager
async def open_mailer(settings: Settings, connections: int) -> AsyncIterator[SmtpMailer]:
    """A mailer whose connections are opened when first needed and closed at the end."""
    mailer = SmtpMailer(settings, connections)
    try:
        yield mailer
    finally:
        await mailer.close()
