"""A mail server that throws mails away, in a process of its own: it costs every sender the same.

`python -m benchmarks.sink` prints its port. The command `XCOUNT` answers how many mails it took and how many different
Message-IDs were among them.
"""

import asyncio
import re
import sys

_MESSAGE_ID = re.compile(rb"^message-id:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_GREETING = b"220 sink\r\n"
_HELLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
_ANSWERS = {
    b"MAIL": b"250 OK\r\n",
    b"RCPT": b"250 OK\r\n",
    b"RSET": b"250 OK\r\n",
    b"NOOP": b"250 OK\r\n",
    b"HELO": b"250 sink\r\n",
    b"EHLO": _HELLO,
}
_END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    taken = 0
    seen: set[bytes] = set()  # noqa: RUF012 (of all connections)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self._out = transport
        self._buffer = b""
        self._in_body = self._ended = False
        self._answers: list[bytes] = []
        transport.write(_GREETING)

    def data_received(self, data: bytes) -> None:
        """Take commands and bodies as they come; as servers do, answer all of them in one go."""
        self._buffer += data
        self._answers.clear()
        while self._buffer and (self._body() if self._in_body else self._command()):
            pass
        self._out.write(b"".join(self._answers))
        if self._ended:
            self._out.close()

    def _body(self) -> bool:
        end = self._buffer.find(_END)
        if end < 0:
            return False
        found = _MESSAGE_ID.search(self._buffer, 0, end)
        if found:
            Sink.seen.add(found[1])
        Sink.taken += 1
        self._buffer, self._in_body = self._buffer[end + len(_END) :], False
        self._answers.append(b"250 kept\r\n")
        return True

    def _command(self) -> bool:
        line, newline, rest = self._buffer.partition(b"\r\n")
        if not newline:
            return False
        self._buffer = rest
        word = line[:4].upper()
        if word == b"DATA":
            self._in_body = True
            self._answers.append(b"354 go on\r\n")
        elif word == b"QUIT":
            self._answers.append(b"221 bye\r\n")
            self._ended = True
        elif word == b"XCOU":
            self._answers.append(b"250 %d %d\r\n" % (Sink.taken, len(Sink.seen)))
        else:
            self._answers.append(_ANSWERS.get(word, b"502 no\r\n"))
        return True


async def main() -> None:
    """Run until told to stop."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
