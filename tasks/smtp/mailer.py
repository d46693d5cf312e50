"""A few kept connections to one mail server, which share what is to be sent."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Protocol

import aiosmtplib

from tasks.runtime.settings import Settings
from tasks.smtp.answers import Answer, NotStarted, words
from tasks.smtp.transaction import Mail, Outcome, Posting, transact
from tasks.smtp.wire import Reply, Wire


class Mailer(Protocol):
    """Something that sends mails."""

    async def send(self, mail: Mail) -> Answer:
        """Send one mail; never raises for what a mail server can do."""
        ...


class SmtpMailer:
    """Sends over a few kept connections. Each works while anything waits, one mail after the other."""

    def __init__(self, settings: Settings, connections: int) -> None:
        self._settings = settings
        self._waiting: deque[Posting] = deque()
        self._idle = [_Line() for _ in range(connections)]
        self._working: dict[asyncio.Task[None], _Line] = {}
        self._opening = 0

    async def send(self, mail: Mail) -> Answer:
        """Send one mail over the next free connection, opening one where needed.

        Raises:
            ValueError: an address that SMTP cannot say.
        """
        posting = Posting(mail, asyncio.get_running_loop().create_future())
        self._waiting.append(posting)
        self._rouse()
        return await posting.answered

    async def close(self) -> None:
        """Say goodbye on every connection."""
        for line in (*self._idle, *self._working.values()):
            if line.wire is not None and line.wire.is_open:
                with suppress(OSError):
                    await line.wire.say(b"QUIT")
            line.close()

    def _rouse(self) -> None:
        """Have one more connection work, if one rests."""
        if self._idle:
            line = self._idle.pop()
            task = asyncio.ensure_future(self._work(line))
            self._working[task] = line
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        line = self._working.pop(task)
        if task.cancelled() or task.exception() is not None:
            line.close()
        for posting in line.hand:  # whoever waits hears of it
            posting.fail(None if task.cancelled() else task.exception())

    async def _work(self, line: "_Line") -> None:
        """Send what waits, until nothing does.

        Servers end a kept connection when it pleases them: after a hundred mails, after a minute. That is not yet a
        reason to give up, so a mail that found its connection ended before the body goes over a new one at once. A new
        connection that is turned away while others stand is one too many: it is given up, and they take its mail.
        """
        said: Sequence[Reply] = ()
        while posting := line.hand[0] if line.hand else self._take(line):
            if line.wire is not None and line.wire.is_open:
                outcome = await transact(line.wire, posting, said, partial(self._take, line))
                is_new = False
            else:
                outcome = await self._afresh(line, posting)
                is_new = True
            said = outcome.said
            if isinstance(outcome.answer, NotStarted):
                line.close()
                if not is_new:
                    continue
                if self._stands_another(line):
                    self._waiting.appendleft(line.hand.popleft())
                    self._rouse()
                    return
            line.hand.popleft()
            posting.answer(outcome.answer)
        self._idle.append(line)

    def _take(self, line: "_Line") -> Posting | None:
        """The next mail into the hands of a connection; one whose sender has gone away is left out."""
        while self._waiting:
            posting = self._waiting.popleft()
            if not posting.answered.done():
                line.hand.append(posting)
                return posting
        return None

    async def _afresh(self, line: "_Line", posting: Posting) -> Outcome:
        """Send over a new connection. A server turns one away at its greeting, or only at the first words."""
        self._opening += 1
        try:
            line.wire = await self._connect()
            return await transact(line.wire, posting, (), partial(self._take, line))
        except (aiosmtplib.SMTPException, OSError) as error:
            return Outcome(NotStarted(words(error)))
        finally:
            self._opening -= 1

    def _stands_another(self, line: "_Line") -> bool:
        """Whether another connection is open, or about to be: while there is one, the server is there."""
        lines = (*self._idle, *self._working.values())
        return self._opening > 0 or any(
            one.wire is not None and one.wire.is_open for one in lines if one is not line
        )

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
        return Wire(client, settings.smtp_timeout_seconds, pipelining=settings.smtp_pipelining)


class _Line:
    """A connection, and the mails in its hands: the one being sent, and the next, announced already."""

    def __init__(self) -> None:
        self.wire: Wire | None = None
        self.hand: deque[Posting] = deque()

    def close(self) -> None:
        """Hang up, if it is open."""
        if self.wire is not None:
            self.wire.close()
        self.wire = None


async def _greet(client: aiosmtplib.SMTP) -> None:
    """Say who we are, unless encrypting or logging in has done so; to a server of the oldest kind, in its words."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()


@asynccontextmanager
async def open_mailer(settings: Settings, connections: int) -> AsyncIterator[SmtpMailer]:
    """A mailer whose connections are opened when first needed and closed at the end."""
    mailer = SmtpMailer(settings, connections)
    try:
        yield mailer
    finally:
        await mailer.close()
