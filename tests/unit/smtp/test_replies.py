"""Reading what a mail server says: in whatever pieces it comes, and whatever it is."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import aiosmtplib
from hypothesis import given
from hypothesis import strategies as st

from tasks.smtp.wire import LostError, ServerReply, Wire


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


def _hear(pieces: Sequence[bytes], wanted: int) -> list[ServerReply]:
    """What comes of these pieces when so many replies are waited for."""

    async def main() -> list[ServerReply]:
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
