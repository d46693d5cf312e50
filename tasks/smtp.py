"""Sending mail over SMTP, and telling apart what the caller must do next."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import aiosmtplib

from tasks.settings import Settings

_ADDRESS = re.compile(r"<?[^\s<>@:;,]+@[^\s<>:;,]+>?")
_PERMANENT = 500
_SERVICE_ENDS = 421


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
        self._open: set[aiosmtplib.SMTP] = set()

    async def send(self, mail: Mail) -> Answer:
        """Send one mail over the next free connection, opening one where needed.

        Servers end a kept connection when it pleases them: after a hundred mails, after a minute. That is not yet a
        reason to give up, so a mail that found its connection ended before the body goes over a new one at once.
        """
        client = await self._idle.get()
        try:
            if client is not None and client.is_connected:
                answer = await _attempt(client, mail)
                if not isinstance(answer, NotStarted):
                    return answer
                client.close()
                self._open.discard(client)
            client = await self._connect()
            return await _attempt(client, mail)
        except (aiosmtplib.SMTPException, OSError) as error:
            return NotStarted(_words(error))
        finally:
            self._idle.put_nowait(client)

    async def close(self) -> None:
        """Say goodbye on every connection."""
        for client in self._open:
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
    try:
        wide = not all(address.isascii() for address in mail.recipients)
        await client.mail(mail.sender, options=["SMTPUTF8"] if wide else None)
        await client.rcpt(mail.recipients[0])
    except aiosmtplib.SMTPResponseException as error:
        if error.code == _SERVICE_ENDS:
            return NotStarted(_words(error))
        await _reset(client)
        return _judge(error, recipient=isinstance(error, aiosmtplib.SMTPRecipientRefused))
    for blind in mail.recipients[1:]:
        try:
            await client.rcpt(blind)
        except aiosmtplib.SMTPResponseException:  # the customer's mail matters more than our copy of it
            continue
    try:
        response = await client.data(mail.body)
    except aiosmtplib.SMTPResponseException as error:
        await _reset(client)
        return _judge(error, recipient=False)
    except (aiosmtplib.SMTPException, OSError) as error:
        client.close()
        return Doubtful(_words(error))
    return Accepted(response.code, scrub(response.message))


def _judge(error: aiosmtplib.SMTPResponseException, *, recipient: bool) -> Answer:
    if error.code < _PERMANENT:
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
