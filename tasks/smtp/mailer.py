"""A few kept connections to one mail server, which share what is to be sent."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from models.rules.sending.answers import Answer, Doubtful, Lost, NotStarted, Withheld
from tasks.runtime.settings import Settings
from tasks.smtp.connect import ConnectError, check_access, connect
from tasks.smtp.transaction import Mail, Nobody, Posting, PostingWitness, Transacted, transact
from tasks.smtp.wire import ServerReply, Wire

_NOBODY = Nobody()
_STEPS_TO_HEAR = 4
"""Turns of the loop from an answer to whoever acts on it."""


class Mailer(Protocol):
    """Something that sends mails."""

    async def send(self, mail: Mail, witness: PostingWitness = _NOBODY) -> Answer:
        """Send one mail; never raises for what a mail server can do. The witness hears each step at once."""
        ...

    def withhold(self, why: str) -> None:
        """Answer `Withheld` for every mail that waits and has not begun."""
        ...


class SmtpMailer:
    """Sends over a few kept connections. Each works while anything waits, one mail after the other.

    A connection belongs to the one task that works on it, or rests with nobody. The first one is opened alone: what is
    wrong with address or login is found out once, and answers everything that waits.
    """

    def __init__(self, settings: Settings, connections: int) -> None:
        self._settings = settings
        self._waiting: deque[Posting] = deque()
        self._idle = [_Line() for _ in range(connections)]
        self._working: dict[asyncio.Task[None], _Line] = {}
        self._opening = 0
        self._is_proven = False
        """Whether a connection was opened before, so that several may be at once."""
        self._refusal: NotStarted | None = None
        """What no further try can change."""

    async def send(self, mail: Mail, witness: PostingWitness = _NOBODY) -> Answer:
        """Send one mail over the next free connection, opening one where needed.

        Raises:
            ValueError: an address that SMTP cannot say.
        """
        if self._refusal is not None:
            return self._refusal
        posting = Posting(mail, asyncio.get_running_loop().create_future(), witness)
        self._waiting.append(posting)
        self._rouse()
        return await posting.answered

    def withhold(self, why: str) -> None:
        """Answer `Withheld` for every mail that waits and has not begun."""
        while self._waiting:
            self._waiting.popleft().answer(Withheld(why))
        for line in self._working.values():
            for posting in line.hand:
                posting.withheld = why

    async def close(self) -> None:
        """End whoever works, answer everybody who waits, and hang up; never waits for the server."""
        working = list(self._working)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        self.withhold("the sweep has ended")
        for line in self._idle:
            line.leave()

    def _rouse(self) -> None:
        """Have one more connection work, if one rests."""
        if self._idle and (self._is_proven or not self._working):
            line = self._idle.pop()
            task = asyncio.ensure_future(self._work(line))
            self._working[task] = line
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """However it ended: its mails are answered, and the place is free for whatever waits."""
        line = self._working.pop(task)
        error = None if task.cancelled() else task.exception()
        if error is not None or line.hand:
            line.give_up("the connection was given up" if error is None else type(error).__name__)
        if line.is_spare:
            return
        self._idle.append(line)
        if error is not None:  # one that nobody expected: nothing may wait for a connection that fails so
            self.answer_all(NotStarted(type(error).__name__))
        elif self._waiting and not task.cancelled():
            self._rouse()

    def answer_all(self, answer: NotStarted) -> None:
        """Nothing of what waits can be sent now."""
        while self._waiting:
            self._waiting.popleft().answer(answer)

    async def _work(self, line: "_Line") -> None:
        """Send what waits, until nothing does.

        Servers end a kept connection when it pleases them: after a hundred mails, after a minute. That is not yet a
        reason to give up, so a mail that found its connection ended before the body goes over a new one at once. A new
        connection that is turned away while others stand is one too many: it is given up, and they take its mail.
        """
        said: Sequence[ServerReply] = ()
        while posting := line.hand[0] if line.hand else self._take(line):
            if posting.withheld is not None:
                line.close()  # it may have been announced there
                line.hand.popleft()
                posting.answer(Withheld(posting.withheld))
                continue
            is_new = line.wire is None or not line.wire.is_open
            if is_new:
                outcome = await self._afresh(line, posting)
            else:
                assert line.wire is not None  # noqa: S101 (it is open)
                outcome = await transact(line.wire, posting, said, partial(self._take, line))
            said = outcome.said
            if isinstance(outcome.answer, NotStarted | Lost | Withheld):
                line.close()
                if not is_new:
                    continue
            if isinstance(outcome.answer, NotStarted):
                if not outcome.answer.lasting and self._stands_another(line):
                    self._waiting.appendleft(line.hand.popleft())
                    line.is_spare = True
                    self._rouse()
                    return
                self._refusal = outcome.answer if outcome.answer.lasting else None
                self.answer_all(outcome.answer)
            line.hand.popleft()
            posting.answer(outcome.answer)
            if isinstance(outcome.answer, Lost | Doubtful):
                await _let_others_hear()

    def _take(self, line: "_Line") -> Posting | None:
        """The next mail into the hands of a connection; one whose sender has gone away is left out."""
        while self._waiting:
            posting = self._waiting.popleft()
            if not posting.answered.done():
                line.hand.append(posting)
                return posting
        return None

    async def _afresh(self, line: "_Line", posting: Posting) -> Transacted:
        """Send over a new connection. A server turns one away at its greeting, or only at the first words."""
        self._opening += 1
        try:
            line.wire = await connect(self._settings)
            if not self._is_proven:
                self._is_proven = True
                for _ in range(len(self._waiting)):
                    self._rouse()
            return await transact(line.wire, posting, (), partial(self._take, line))
        except ConnectError as error:
            return Transacted(error.answer)
        finally:
            self._opening -= 1

    def _stands_another(self, line: "_Line") -> bool:
        """Whether another connection is open, or about to be: while there is one, the server is there."""
        lines = (*self._idle, *self._working.values())
        return self._opening > 0 or any(
            one.wire is not None and one.wire.is_open for one in lines if one is not line
        )


class _Line:
    """A connection, and the mails in its hands: the one being sent, and the next, announced already."""

    def __init__(self) -> None:
        self.wire: Wire | None = None
        self.hand: deque[Posting] = deque()
        self.is_spare = False
        """Whether the server would not have it beside the others: it is used no more."""

    def give_up(self, why: str) -> None:
        """Hang up, and answer what was in hand."""
        self.close()
        while self.hand:
            self.hand.popleft().give_up(why)

    def leave(self) -> None:
        """Say goodbye."""
        if self.wire is not None:
            self.wire.leave()
        self.wire = None

    def close(self) -> None:
        """Hang up, if it is open."""
        if self.wire is not None:
            self.wire.close()
        self.wire = None


async def _let_others_hear() -> None:
    """Whoever waits for an answer may stop us before the next body goes out."""
    for _ in range(_STEPS_TO_HEAR):
        await asyncio.sleep(0)


@asynccontextmanager
async def open_mailer(settings: Settings, connections: int) -> AsyncIterator[SmtpMailer]:
    """A mailer whose connections are opened when first needed and closed at the end.

    Raises:
        AccessError: the settings of the mail server cannot be used.
    """
    check_access(settings)
    mailer = SmtpMailer(settings, connections)
    try:
        yield mailer
    finally:
        await mailer.close()
