"""An open SMTP connection: commands go out in groups where the server allows it (PIPELINING, RFC 2920).

aiosmtplib connects, encrypts and logs in, and says one command at a time. From there on this takes over its transport,
since the round trips decide how fast mails go: one a mail instead of four.
"""

import asyncio
import re
from collections.abc import Callable
from typing import NamedTuple, cast

import aiosmtplib

from models.errors import TryLaterError

_LONGEST_REPLY = 32_768
_CODE = re.compile(rb"[2-5]\d\d(?=[ \r-]|$)")
_SERVICE_ENDS = 421


class ServerReply(NamedTuple):
    """What the server said to one command."""

    code: int
    text: str


class LostError(TryLaterError, ConnectionError):
    """The connection ended, was silent for too long, or said something that is no SMTP."""


class OutOfStepError(LostError):
    """The server said more than it was asked, so its replies belong to other commands. No body went out on them."""


class Wire(asyncio.Protocol):
    """One connection, in one exchange at a time; whoever opened it is the only one to talk over it.

    A reply may take `timeout_seconds`, the one to a body `body_timeout_seconds`: giving up on that one too early makes
    doubles (RFC 5321, 4.5.3.2.6).
    """

    def __init__(
        self,
        client: aiosmtplib.SMTP,
        timeout_seconds: float,
        body_timeout_seconds: float = 600.0,
        *,
        pipelining: bool = True,
    ) -> None:
        assert client.transport is not None  # noqa: S101 (it is connected)
        self._transport = cast("asyncio.Transport", client.transport)
        self._timeout_seconds, self._body_timeout_seconds = timeout_seconds, body_timeout_seconds
        self.pipelines = pipelining and client.supports_extension("pipelining")
        """Whether commands go out in groups."""
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._lines: list[str] = []
        self._replies: list[ServerReply] = []
        self._wanted = 0
        self.lost = "connection lost"
        """Why it is gone, once it is."""
        self._waiter: asyncio.Future[None] | None = None
        self._late: asyncio.TimerHandle | None = None
        self._heard: Callable[[ServerReply], None] | None = None
        self._transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether a command can still be said."""
        return not self._transport.is_closing()

    async def say(self, *commands: bytes) -> list[ServerReply]:
        """Say commands and return the replies: one each, or fewer where one is refused and the rest was not yet said.

        Those that came before a connection was lost are returned too.

        Raises:
            LostError: the connection is gone.
        """
        if self.pipelines:
            return await self._exchange(b"\r\n".join((*commands, b"")), len(commands))
        replies: list[ServerReply] = []
        for command in commands:
            replies += await self._exchange(command + b"\r\n", 1)
            if replies[-1].code >= 400:  # noqa: PLR2004 (refused, for now or for good)
                break
        return replies

    async def give(
        self, body: bytes, *commands: bytes, heard: Callable[[ServerReply], None] | None = None
    ) -> list[ServerReply]:
        """Send a message after DATA was granted (with CRLF line ends, the last one included), and commands behind it.

        Returns the reply to the message, and those to the commands that came before the connection was gone. `heard`
        gets the reply to the message at the moment that it is read.

        Raises:
            LostError: the connection is gone; the server may have the message or not.
        """
        stuffed = body.replace(b"\r\n.", b"\r\n..")
        stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
        said = b"".join((stuffed, b".\r\n", *(command + b"\r\n" for command in commands)))
        patience = self._body_timeout_seconds if body else None
        return await self._exchange(said, 1 + len(commands), patience, heard)

    def leave(self) -> None:
        """Say goodbye and hang up, without waiting for an answer."""
        if self.is_open:
            self._transport.write(b"QUIT\r\n")
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    async def _exchange(
        self,
        data: bytes,
        replies: int,
        patience: float | None = None,
        heard: Callable[[ServerReply], None] | None = None,
    ) -> list[ServerReply]:
        if self._transport.is_closing():
            raise LostError(self.lost)
        self._waiter, self._wanted, self._heard = self._loop.create_future(), replies, heard
        self._wait(self._timeout_seconds if patience is None else patience)
        try:
            self._transport.write(data)
            await self._waiter
        except OutOfStepError:
            if heard is None or not self._replies:
                self._replies = []
                raise
        except LostError:
            if not self._replies:
                raise
        finally:
            if self._late is not None:
                self._late.cancel()
            self._waiter, self._wanted, self._heard = None, 0, None
        said, self._replies = self._replies, []
        if not said:
            raise OutOfStepError(self.lost)
        if any(reply.code == _SERVICE_ENDS for reply in said):
            self.close()
        return said

    def data_received(self, data: bytes) -> None:
        """Take what the server says."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_REPLY or len(self._lines) > _LONGEST_REPLY:
            return self._lose("a reply without end")
        for line in lines:
            if _CODE.match(line) is None:
                return self._lose("no SMTP reply")
            self._lines.append(line[4:].strip().decode("utf-8", "replace"))
            if line[3:4] != b"-":
                self._take(ServerReply(int(line[:3]), "\n".join(self._lines)))
                self._lines = []
        if (
            len(self._replies) > self._wanted
        ):  # nobody asked: a goodbye, or replies that would be taken for others
            del self._replies[0 if self._heard is None else 1 :]  # but the first after a body is its own
            return self._lose("out of step", OutOfStepError)
        if self._waiter is not None and len(self._replies) == self._wanted and not self._waiter.done():
            self._waiter.set_result(None)
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self._lose("connection lost" if exc is None else type(exc).__name__)

    def _take(self, reply: ServerReply) -> None:
        self._replies.append(reply)
        if self._heard is not None and len(self._replies) == 1:
            self._heard(reply)
            self._wait(self._timeout_seconds)  # what follows the body is an envelope

    def _wait(self, seconds: float) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = self._loop.call_later(seconds, self._lose, "no reply in time")

    def _lose(self, why: str, kind: type[LostError] = LostError) -> None:
        if self.is_open:
            self.lost = why
            self._transport.close()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(kind(why))
