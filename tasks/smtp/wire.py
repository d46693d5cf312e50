"""An open SMTP connection: commands go out in groups where the server allows it (PIPELINING, RFC 2920).

aiosmtplib connects, encrypts and logs in, and says one command at a time. From there on this takes over its transport,
since the round trips decide how fast mails go: one a mail instead of four.
"""

import asyncio
import re
from typing import NamedTuple, cast

import aiosmtplib

_LONGEST_REPLY = 32_768
_CODE = re.compile(rb"[2-5]\d\d(?=[ \r-]|$)")
_SERVICE_ENDS = 421


class Reply(NamedTuple):
    """What the server said to one command."""

    code: int
    text: str


class LostError(ConnectionError):
    """The connection ended, was silent for too long, or said something that is no SMTP."""


class Wire(asyncio.Protocol):
    """One connection, in one exchange at a time."""

    def __init__(self, client: aiosmtplib.SMTP, timeout_seconds: float, *, pipelining: bool = True) -> None:
        assert client.transport is not None  # noqa: S101 (it is connected)
        self._transport = cast("asyncio.Transport", client.transport)
        self._timeout_seconds = timeout_seconds
        self.pipelines = pipelining and client.supports_extension("pipelining")
        """Whether commands go out in groups."""
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._lines: list[str] = []
        self._replies: list[Reply] = []
        self._wanted = 0
        self._lost = "connection lost"
        self._waiter: asyncio.Future[None] | None = None
        self._transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Whether a command can still be said."""
        return not self._transport.is_closing()

    async def say(self, *commands: bytes) -> list[Reply]:
        """Say commands and return the replies: one each, or fewer where one is refused and the rest was not yet said.

        Those that came before a connection was lost are returned too.

        Raises:
            LostError: the connection is gone.
        """
        if self.pipelines:
            return await self._exchange(b"\r\n".join((*commands, b"")), len(commands))
        replies: list[Reply] = []
        for command in commands:
            replies += await self._exchange(command + b"\r\n", 1)
            if replies[-1].code >= 400:  # noqa: PLR2004 (refused, for now or for good)
                break
        return replies

    async def give(self, body: bytes, *commands: bytes) -> list[Reply]:
        """Send a message after DATA was granted (with CRLF line ends, the last one included), and commands behind it.

        Returns the reply to the message, and those to the commands that came before the connection was gone.

        Raises:
            LostError: the connection is gone; the server may have the message or not.
        """
        stuffed = body.replace(b"\r\n.", b"\r\n..")
        stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
        said = b"".join((stuffed, b".\r\n", *(command + b"\r\n" for command in commands)))
        return await self._exchange(said, 1 + len(commands))

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    async def _exchange(self, data: bytes, replies: int) -> list[Reply]:
        if self._transport.is_closing():
            raise LostError(self._lost)
        self._waiter, self._wanted = self._loop.create_future(), replies
        late = self._loop.call_later(self._timeout_seconds, self._lose, "no reply in time")
        try:
            self._transport.write(data)
            await self._waiter
        except LostError:
            if not self._replies:
                raise
        finally:
            late.cancel()
            self._waiter, self._wanted = None, 0
        said, self._replies = self._replies, []
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
                self._replies.append(Reply(int(line[:3]), "\n".join(self._lines)))
                self._lines = []
        if len(self._replies) > self._wanted:
            self._replies = []  # nobody asked: a goodbye, or replies that would be taken for others
            return self._lose("out of step")
        if self._waiter is not None and len(self._replies) == self._wanted and not self._waiter.done():
            self._waiter.set_result(None)
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self._lose("connection lost" if exc is None else type(exc).__name__)

    def _lose(self, why: str) -> None:
        if self.is_open:
            self._lost = why
            self._transport.close()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(LostError(why))
