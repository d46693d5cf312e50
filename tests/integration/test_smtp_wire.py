"""One SMTP connection, against a server that answers what a test says, cut into any pieces."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

import aiosmtplib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.settings import Settings
from tasks.smtp import Accepted, Answer, Deferred, Doubtful, NotStarted, Refused, open_mailer
from tasks.smtp_wire import LostError, Reply, Wire

_POLITE = {
    "EHLO": "250-here\r\n250 PIPELINING\r\n", "MAIL": "250 OK\r\n", "RCPT": "250 OK\r\n",
    "DATA": "354 go on\r\n", "RSET": "250 OK\r\n", "QUIT": "221 bye\r\n", ".": "250 kept\r\n",
}  # fmt: skip


@dataclass(frozen=True)
class Note:
    """A mail to send."""

    recipients: tuple[str, ...]
    sender: str = "us@casa.example"
    body: bytes = b"Subject: x\r\n\r\n.dot\r\nend\r\n"


class Script:
    """A server that answers each command with its next line; an empty one hangs up."""

    def __init__(self, **answers: Sequence[str]) -> None:
        self._answers: Mapping[str, list[str]] = {word: list(said) for word, said in answers.items()}
        self.heard: list[str] = []
        self.bodies: list[str] = []
        self.at_work: set[asyncio.Task[None] | None] = set()

    def _to(self, word: str) -> str:
        said = self._answers.get("BODY" if word == "." else word)
        return said.pop(0) if said else _POLITE[word]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.at_work.add(asyncio.current_task())
        writer.write(b"220 here\r\n")
        body: list[str] | None = None
        while line := (await reader.readline()).decode():
            if body is not None and line != ".\r\n":
                body.append(line)
                continue
            if body is None:
                self.heard.append(line.strip())
            else:
                self.bodies.append("".join(body))
            answer = self._to("." if body is not None else line.strip()[:4])
            body = [] if answer.startswith("354") else None
            writer.write(answer.encode())
            if not answer or line.startswith("QUIT"):
                break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def _send(script: Script, *notes: Note) -> list[Answer]:
    """Over one connection, one after the other."""

    async def main() -> list[Answer]:
        server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            settings = Settings(smtp_port=port, smtp_timeout_seconds=5, _env_file=None)
            try:
                async with open_mailer(settings, 1) as mailer:
                    return [await mailer.send(note) for note in notes]
            finally:
                await asyncio.gather(*filter(None, script.at_work))

    return asyncio.run(main())


def test_a_mail_takes_two_round_trips_and_its_dots_arrive() -> None:
    script = Script()
    assert _send(script, Note(("a@x.example",))) == [Accepted(250, "kept")]
    assert script.bodies == ["Subject: x\r\n\r\n..dot\r\nend\r\n"]
    assert script.heard[1:] == ["MAIL FROM:<us@casa.example>", "RCPT TO:<a@x.example>", "DATA", "QUIT"]


def test_a_refused_recipient_costs_the_next_mail_nothing() -> None:
    script = Script(RCPT=["550 5.1.1 unknown\r\n"], DATA=["503 nobody to send it to\r\n"])
    answers = _send(script, Note(("a@x.example",)), Note(("b@x.example",)))
    assert answers == [Refused(550, "5.1.1 unknown", recipient=True), Accepted(250, "kept")]
    assert len(script.bodies) == 1


def test_where_data_is_granted_to_nobody_nothing_is_sent() -> None:
    script = Script(RCPT=["450 4.2.1 later\r\n"], BODY=["554 no recipients\r\n"])
    answers = _send(script, Note(("a@x.example",)), Note(("b@x.example",)))
    assert answers == [Deferred(450, "4.2.1 later"), Accepted(250, "kept")]
    assert script.bodies == ["", "Subject: x\r\n\r\n..dot\r\nend\r\n"]


def test_an_archive_gets_no_mail_that_the_customer_was_refused() -> None:
    script = Script(RCPT=["550 5.1.1 unknown\r\n", "250 OK\r\n"])
    (answer,) = _send(script, Note(("a@x.example", "archive@casa.example")))
    assert answer == Refused(550, "5.1.1 unknown", recipient=True)
    assert (script.bodies, "DATA" in script.heard) == ([], False)


def test_a_refused_archive_keeps_no_mail_from_the_customer() -> None:
    script = Script(RCPT=["250 OK\r\n", "550 5.1.1 unknown\r\n"])
    assert _send(script, Note(("a@x.example", "archive@casa.example"))) == [Accepted(250, "kept")]


def test_an_address_with_a_command_in_it_is_refused_before_anything_is_said() -> None:
    script = Script()
    with pytest.raises(ValueError, match="one line"):
        _send(script, Note(("a@x.example>\r\nRCPT TO:<b@x.example",)))
    assert not [line for line in script.heard if line.startswith("RCPT")]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"MAIL": ["421 too much\r\n"] * 2}, NotStarted("421 too much")),
        ({"MAIL": ["530 5.7.0 log in first\r\n"] * 2}, NotStarted("530 5.7.0 log in first")),
        ({"RCPT": [""] * 2}, NotStarted("LostError: connection lost")),
        ({"RCPT": ["mumble\r\n"] * 2}, NotStarted("LostError: no SMTP reply")),
        ({"BODY": [""]}, Doubtful("LostError: connection lost")),
        ({"BODY": ["452 4.3.1 full\r\n"]}, Deferred(452, "4.3.1 full")),
        ({"DATA": ["554 5.7.1 no\r\n"]}, Refused(554, "5.7.1 no", recipient=False)),
    ],
)
def test_which_side_of_the_body_it_failed_on_is_known(
    answers: dict[str, list[str]], expected: Answer
) -> None:
    assert _send(Script(**answers), Note(("a@x.example",))) == [expected]


class _Pipe(asyncio.Transport):
    """A transport that leads nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.is_closed = False

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Nothing to keep."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Nowhere to."""

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True


def _hear(pieces: Sequence[bytes], wanted: int) -> list[Reply]:
    """What comes of these pieces when so many replies are waited for."""

    async def main() -> list[Reply]:
        client = aiosmtplib.SMTP()
        client.transport = _Pipe()
        client.esmtp_extensions = {"pipelining": ""}
        wire = Wire(client, 5)
        said = asyncio.ensure_future(wire.say(*[b"NOOP"] * wanted))
        await asyncio.sleep(0)
        for piece in pieces:
            wire.data_received(piece)
        return await said

    return asyncio.run(main())


_LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
_REPLIES = st.lists(
    st.tuples(st.integers(200, 599), st.lists(_LINES, min_size=1, max_size=3)), min_size=1, max_size=4
)


@given(replies=_REPLIES, cuts=st.lists(st.integers(0, 400)))
def test_replies_are_the_same_however_they_are_cut(
    replies: list[tuple[int, list[str]]], cuts: list[int]
) -> None:
    stream = b"".join(
        f"{code}{'-' if more else ' '}{line}\r\n".encode()
        for code, lines in replies
        for line, more in zip(lines, [True] * (len(lines) - 1) + [False], strict=True)
    )
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    heard = _hear([stream[start:end] for start, end in pairwise(edges)], len(replies))
    assert [reply.code for reply in heard] == [code for code, _ in replies]
    assert [reply.text for reply in heard] == [
        "\n".join(line.strip(" ") for line in lines) for _, lines in replies
    ]


@given(noise=st.binary(max_size=80))
def test_whatever_a_server_says_ends_in_replies_or_in_a_lost_connection(noise: bytes) -> None:
    try:
        heard = _hear([noise, b"\r\n250 OK\r\n"], 1)
    except LostError:
        return
    assert len(heard) == 1
