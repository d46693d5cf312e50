"""Whatever the bytes: a message, or `Unreadable`; and soon."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.inbound.message import ReadMail, Unreadable
from tasks.inbound.reading import read

MAILS = Path(__file__).parents[2] / "mails" / "inbound"
SAMPLES = [path.read_bytes() for path in sorted(MAILS.glob("*.eml"))]
HEAD = b"From: mailer-daemon@b.example\nTo: c@d.example\nSubject: Undeliverable\n"
SECONDS = 15
"""Far more than any of them takes on a slow machine; a pattern that runs wild takes hours."""


def read_or_refuse(raw: bytes) -> ReadMail | None:
    try:
        message = read(raw)
    except Unreadable as refused:
        one_line = "\n" not in str(refused)
        return None if one_line else pytest.fail("the refusal has several lines")
    for text in (
        message.words,
        message.quoted,
        message.signature,
        message.subject,
        message.sender_name,
        message.why,
    ):
        assert "\0" not in text
        text.encode("utf-8")  # no lone surrogate: databases refuse them
    return message


LINES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"Content-Type: multipart/mixed; boundary=b",
            b"Content-Type: multipart/report; report-type=delivery-status; boundary=b",
            b"Content-Type: message/delivery-status",
            b"Content-Type: message/rfc822",
            b"Content-Type: text/html; charset=utf-7",
            b"Content-Type: text/plain; charset=punycode",
            b"Content-Type: text/plain; charset*=utf-8''%ff%fe; name*0*=x''%; name*1=b",
            b"Content-Transfer-Encoding: base64",
            b"Content-Transfer-Encoding: x-uuencode",
            b"Content-Disposition: attachment; filename*=utf-16''%00%d8",
            b"Date: Thu, 99 Foo 9999 99:99:99 +9999",
            b"Date: Sat, 01 Jan 0001 00:00:00 +1400",
            b"From: =?utf-8?b?/////?= <a@b.example",
            b"Subject: =?x?q?=00=ff?= =?idna?b?eA==?=",
            b"To: (((((((a@b.example",
            b"Final-Recipient: rfc822; a@b.example",
            b"Action: failed",
            b"Status: 5.999999999999999.1",
            b"--b",
            b"--b--",
            b"",
            b"begin 644 x",
            b"Il giorno 1 gen 2026 alle 10:00 a <a@b.example> ha scritto:",
            b"-- ",
            b"<blockquote><div",
        ]
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, max_size=40))
def test_no_exception_escapes(lines: list[bytes]) -> None:
    read_or_refuse(b"\n".join(lines))


@pytest.mark.slow
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(LINES, max_size=80))
def test_no_exception_escapes_long(lines: list[bytes]) -> None:
    read_or_refuse(b"\n".join(lines))


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """A mail with some of its bytes changed, cut out, doubled or moved."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 12)):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + chance.choice([1, 1, 2, 8, 64, 512]))
        piece = data[at:end]
        data[at:end] = chance.choice(
            [b"", piece * 2, bytes(chance.randbytes(len(piece))), piece[::-1], b"\0", b"\r"]
        )
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_samples(seed: int) -> None:
    chance = random.Random(seed)
    for raw in SAMPLES:
        read_or_refuse(mutated(raw, chance))


BOMBS = {
    "empty": b"",
    "blank": b" \n\n ",
    "10,000 recipients": b"To: " + b", ".join(b"a%d@b.example" % n for n in range(10_000)) + b"\n\nx",
    "header": HEAD + b"X: y\n" * 100_000 + b"\nx",
    "header fields": HEAD + b"X: y\n" * 2_000 + b"\nx",
    "huge": HEAD + b"\n" + b"x" * 31_500_000,
    "lines": HEAD + b"\n" * 700_000,
    "parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000,
    "part header": HEAD + b"\n--b\nContent-Type: text/plain;" + b' a=";"' * 20_000 + b"\n\nx",
    "nested": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(90)),
    "nested mails": HEAD + b"Content-Type: message/rfc822\n\n" * 5_000,
    "nested and long": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(90))
    + b"x\n" * 200_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_one_line(name: str) -> None:
    started = time.process_time()
    with pytest.raises(Unreadable) as refused:
        read(BOMBS[name])
    assert "\n" not in str(refused.value)
    assert time.process_time() - started < SECONDS


PIECES = [
    b"a",
    b"a ",
    b">",
    b"> ",
    b"@",
    b"a@",
    b"a.",
    b"<",
    b"<a@",
    b"-",
    b"=?",
    b'"',
    b"\t",
    b"On ",
    b"On 1/1/20 ",
    b"wrote: ",
    b"schrieb 1 ",
    b"not ",
    b"delivery ",
    b"5.1.1 ",
    b"your message ",
    b"From: ",
    b"(",
    b"_",
    b"mailbox ",
    b"&lt;",
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("kind", [b"text/plain", b"text/html"])
def test_long_hostile_lines_take_no_time(piece: bytes, kind: bytes) -> None:
    head = HEAD + b"Content-Type: " + kind + b"\n\n"
    started = time.process_time()
    read_or_refuse(head + piece * (60_000 // len(piece)))
    read_or_refuse(head + (piece * 8 + b"\n") * (60_000 // (8 * len(piece) + 1)))
    read_or_refuse(HEAD + b"Subject: " + piece * (50_000 // len(piece)) + b"\n\nx")
    assert time.process_time() - started < SECONDS


def test_attachments_have_limits_and_safe_names() -> None:
    part = b'--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="../etc/pa\\ss .pdf"\n\nx\n'
    message = read(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + part * 40 + b"--b--\n")
    assert len(message.attachments) == 30
    assert message.attachments_left_out == 10
    for attachment in message.attachments:
        assert not set("/\\\0") & set(attachment.name)
        assert not attachment.name.startswith(".")
