"""Sending mail over SMTP, and telling apart what the caller must do next."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

import aiosmtplib

from tasks.settings import Settings

_ADDRESS = re.compile(r"<?[^\s<>@:;,]+@[^\s<>:;,]+>?")
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
        self._idle: asyncio.LifoQueue[aiosmtplib.SMTP | None] = asyncio.LifoQueue()
        for _ in range(connections):
            self._idle.put_nowait(None)
        self._open: set[aiosmtplib.SMTP | None] = set()
        self._opening = 0

    async def send(self, mail: Mail) -> Answer:
        """Send one mail over the next free connection, opening one where needed.

        Servers end a kept connection when it pleases them: after a hundred mails, after a minute. That is not yet a
        reason to give up, so a mail that found its connection ended before the body goes over a new one at once.
        """
        while True:
            client = await self._idle.get()
            answer = await self._over(client, mail)
            if answer is not None:
                return answer

    async def _over(self, client: aiosmtplib.SMTP | None, mail: Mail) -> Answer | None:
        """Send over one connection and give it back; None when the server allows no further one beside those open."""
        keep = True
        try:
            if client is not None and client.is_connected:
                answer = await _attempt(client, mail)
                if not isinstance(answer, NotStarted):
                    return answer
                client.close()
            self._open.discard(client)
            client, answer = await self._afresh(mail)
            keep = not isinstance(answer, NotStarted) or not self._has_others()
            return answer if keep else None
        finally:
            if keep:
                self._idle.put_nowait(client)

    async def _afresh(self, mail: Mail) -> tuple[aiosmtplib.SMTP | None, Answer]:
        """Send over a new connection. A server turns one away at its greeting, or only at the first words."""
        client = None
        self._opening += 1
        try:
            client = await self._connect()
            answer = await _attempt(client, mail)
        except (aiosmtplib.SMTPException, OSError) as error:
            answer = NotStarted(_words(error))
        finally:
            self._opening -= 1
        if client is not None and isinstance(answer, NotStarted):
            client.close()
            self._open.discard(client)
            client = None
        return client, answer

    def _has_others(self) -> bool:
        """Whether a connection is open, or about to be: while there is one, the server is there."""
        return self._opening > 0 or any(one is not None and one.is_connected for one in self._open)

    async def close(self) -> None:
        """Say goodbye on every connection."""
        for client in filter(None, self._open):
            try:
                await client.quit()
            except (aiosmtplib.SMTPException, OSError):
                client.close()
        self._open.clear()

    async def _connect(self) -> aiosmtplib.SMTP:
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
        self._open.add(client)
        return client


async def _attempt(client: aiosmtplib.SMTP, mail: Mail) -> Answer:
    try:
        return await _transmit(client, mail)
    except (aiosmtplib.SMTPException, OSError) as error:
        return NotStarted(_words(error))


async def _transmit(client: aiosmtplib.SMTP, mail: Mail) -> Answer:
    """One transaction: MAIL, RCPT, DATA, so that one knows on which side of the body it failed."""
    if (refusal := await _envelope(client, mail)) is not None:
        return refusal
    try:
        response = await client.data(mail.body)
    except aiosmtplib.SMTPResponseException as error:
        await _reset(client)
        return _judge(error, recipient=False)
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        return Doubtful(_words(error))
    return Accepted(response.code, scrub(response.message))


async def _envelope(client: aiosmtplib.SMTP, mail: Mail) -> Answer | None:
    """Say from whom and to whom; None when the server wants to hear more."""
    recipient = False
    try:
        wide = not all(address.isascii() for address in mail.recipients)
        await client.mail(mail.sender, options=["SMTPUTF8"] if wide else None)
        recipient = True
        await client.rcpt(mail.recipients[0])
    except aiosmtplib.SMTPResponseException as error:
        if _is_between_us(error, recipient=recipient):
            return NotStarted(_words(error))
        await _reset(client)
        return _judge(error, recipient=recipient)
    for blind in mail.recipients[1:]:
        with suppress(
            aiosmtplib.SMTPResponseException
        ):  # the customer's mail matters more than our copy of it
            await client.rcpt(blind)
    return None


def _is_between_us(error: aiosmtplib.SMTPResponseException, *, recipient: bool) -> bool:
    """Whether the server ends the connection, or will take no mail from us whomever it is for."""
    if error.code == _SERVICE_ENDS or not recipient:
        return error.code == _SERVICE_ENDS or error.code >= _PERMANENT
    # Servers repeat the recipient, and an address may well have "relay" in it.
    return _REFUSES_US.search(f"{error.code} {scrub(error.message)}") is not None


def _judge(error: aiosmtplib.SMTPResponseException, *, recipient: bool) -> Answer:
    if error.code < _PERMANENT or (recipient and _POLICY.search(error.message)):
        return Deferred(error.code, scrub(error.message))
    return Refused(error.code, scrub(error.message), recipient)


async def _reset(client: aiosmtplib.SMTP) -> None:
    try:
        await client.rset()
    except (aiosmtplib.SMTPException, OSError):
        client.close()


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
