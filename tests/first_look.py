"""Mails of our own words, written before the rules were looked at: read from one file a sort."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tasks.inbound.message import Inbound, Verdict
from tasks.inbound.reading import read

_FOLDER = Path(__file__).parent / "mails" / "first-look"
_ORIGINAL = (
    "From: Casa Belvedere <casa@noi.example>\nTo: {address}\nSubject: Il suo ordine 77\n"
    "Message-ID: <m7@noi.example>\nAuto-Submitted: auto-generated"
)
_HEAD = "From: Rosa Esempio <rosa@posta.example>\n"
_TAIL = "To: casa@noi.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"


@dataclass(frozen=True)
class Sample:
    """One mail: `expected` is the recipient and "hard" or "soft" for a bounce."""

    name: str
    expected: str
    raw: bytes

    def read(self) -> Inbound:
        """The mail as the program understands it."""
        return read(self.raw)


def bounces(file: str = "bounces") -> list[Sample]:
    """Mails that came back."""
    return [
        Sample(
            name, expected, _encoded(text.replace("@original", _ORIGINAL.format(address=expected.split()[0])))
        )
        for name, expected, text in _mails(file)
    ]


def replies(sort: str) -> list[Sample]:
    """Automatic or human replies: only the lines of the head that matter are written in the file."""
    return [Sample(name, "", _encoded(_reply(text))) for name, _, text in _mails(sort)]


def judged_bounce(sample: Sample) -> str:
    """Right: the one recipient, and whether it is for good."""
    message = sample.read()
    found = " ".join(f"{one.address} {'hard' if one.permanent else 'soft'}" for one in message.bounced)
    return "right" if message.verdict == Verdict.BOUNCE and found == sample.expected else "wrong"


def _mails(sort: str) -> Iterator[tuple[str, str, str]]:
    for block in (_FOLDER / f"{sort}.txt").read_text(encoding="utf-8").split("=== ")[1:]:
        head, _, text = block.partition("\n")
        name, _, expected = head.partition(": ")
        yield name, expected, text


def _reply(text: str) -> str:
    head, _, words = text.partition("\n\n")
    sender = "" if "\nFrom:" in f"\n{head}" else _HEAD
    return f"{sender}{head}\n{_TAIL}\n{words}"


def _encoded(text: str) -> bytes:
    charset = next((one for one in ("iso-8859-1", "iso-8859-2") if f"charset={one}" in text), "utf-8")
    return text.encode(charset)
