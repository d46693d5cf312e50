"""A mail server that does at any step what a test says: answers, hangs up, or says nothing more."""

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HANG, DROP = "hang", "drop"
"""Instead of an answer: silence, or the end of the connection."""
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE | re.IGNORECASE)
_POLITE = {
    "GREETING": "220 here",
    "EHLO": "250-here\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN",
    "AUTH": "235 welcome",
    "MAIL": "250 OK",
    "RCPT": "250 OK",
    "DATA": "354 go on",
    "BODY": "250 kept",
    "RSET": "250 OK",
    "QUIT": "221 bye",
}


@dataclass(frozen=True)
class Step:
    """Where in a conversation: the command, its argument, and how many mails the connection has carried."""

    command: str
    argument: str
    carried: int


Manner = Callable[[Step], str | None]
"""What the server says at a step; None: what a polite one says."""


def polite(_step: Step) -> str | None:
    """Nothing is wrong."""
    return None


@dataclass
class FaultyServer:
    """Counts what it has accepted, by Message-ID, and what it was asked."""

    manner: Manner = polite
    accepted: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    byte_by_byte: bool = False
    port: int = 0
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._converse(reader, writer)
        writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carried = 0
        if not await self._say(writer, Step("GREETING", "", 0)):
            return
        while line := await reader.readline():
            words = line.decode("utf-8", "replace").strip()
            command = words.split(" ")[0].upper()[:4]
            step = Step(command, words, carried)
            answer = await self._say(writer, step)
            if command == "DATA" and (answer or "").startswith("354"):
                body = b""
                while (part := await reader.readline()) not in (b".\r\n", b""):
                    body += part
                answer = self._answer(Step("BODY", "", carried))
                if answer.startswith(("250", "keeps")) and (found := _MESSAGE_ID.search(body)):
                    self.accepted[found[1].decode()] += 1
                    carried += 1
                answer = await self._write(writer, answer.removeprefix("keeps "))
            if not answer or command == "QUIT" or answer.startswith("421"):
                return

    def _answer(self, step: Step) -> str:
        self.asked[step.command] += 1
        said = self.manner(step)
        return _POLITE.get(step.command, "500 what?") if said is None else said

    async def _say(self, writer: asyncio.StreamWriter, step: Step) -> str | None:
        return await self._write(writer, self._answer(step))

    async def _write(self, writer: asyncio.StreamWriter, answer: str) -> str | None:
        if answer == HANG:
            await asyncio.sleep(3600)
        if answer == DROP:
            return None
        data = f"{answer}\r\n".encode()
        for piece in (data[n : n + 1] for n in range(len(data))) if self.byte_by_byte else (data,):
            writer.write(piece)
            await writer.drain()
            if self.byte_by_byte:
                await asyncio.sleep(0)
        return answer

    def stop(self) -> None:
        """End every connection, also those that hang."""
        for task in self._tasks:
            task.cancel()


@contextmanager
def running(server: FaultyServer) -> Iterator[FaultyServer]:
    """The server on a free port, in a thread of its own."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    stop = asyncio.Event()

    async def main() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        server.port = listening.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.stop()
        listening.close()
        await asyncio.sleep(0.05)

    thread = threading.Thread(target=lambda: loop.run_until_complete(main()))
    thread.start()
    ready.wait(30)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()
