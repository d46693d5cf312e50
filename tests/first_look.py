"""Mails of our own words, written before the rules were looked at: read from one file a sort."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.rules.sending.dead_address import is_dead
from tasks.inbound.message import BounceCause, Bounced, ReadMail, Verdict
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

    def read(self) -> ReadMail:
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


def reports(file: str) -> list[Sample]:
    """Bounces, delays, complaints and receipts, and people's mails that look like them.

    Expected is `ADDRESS hard|soft gone|alive`, `complaint [ADDRESS]`, `delivered`, `automatic` or `person`.
    """
    return [
        Sample(
            name,
            expected,
            _encoded(_typed(text.replace("@original", _ORIGINAL.format(address=_whom(expected))))),
        )
        for name, expected, text in _mails(file)
    ]


def judged_report(sample: Sample) -> str:  # noqa: PLR0911 (a table in words)
    """`right`, `doubt` (a person has to look), `wrong`; `costly` when an address or an answer is lost by it."""
    message = sample.read()
    wanted, *more = sample.expected.split()
    said = [one for one in message.bounced if one.address]
    named = [one for one in said if one.address == wanted] or said
    if "gone" not in more and any(map(kills, named)):
        return "costly"
    if wanted == "person":
        return {Verdict.HUMAN: "right", Verdict.DOUBTFUL: "doubt"}.get(message.verdict, "costly")
    if wanted in {"delivered", "automatic"}:
        return {Verdict.AUTOMATIC: "right", Verdict.DOUBTFUL: "doubt"}.get(message.verdict, "wrong")
    if wanted == "complaint":
        is_right = message.verdict is Verdict.COMPLAINT and set(more) <= set(message.original_recipients)
        return "right" if is_right else "doubt" if message.verdict is Verdict.DOUBTFUL else "wrong"
    if message.verdict is Verdict.DOUBTFUL:
        return "doubt"
    found = [f"{one.address} {'hard' if one.permanent else 'soft'}" for one in said]
    if message.verdict is Verdict.BOUNCE and {_at_home(one, wanted) for one in found} == {
        f"{wanted} {more[0]}"
    }:
        return "right"
    return "doubt" if message.verdict is Verdict.BOUNCE and not found else "wrong"


def _at_home(found: str, wanted: str) -> str:
    """An address below the wanted one's domain is where that was expanded to."""
    return (
        found.replace(found.split(maxsplit=1)[0], wanted)
        if f".{wanted.partition('@')[2]} " in found
        else found
    )


def kills(report: Bounced) -> bool:
    """Whether the address would be used no more, as `tasks.mailboxes.bounces` decides it."""
    said = report.diagnostic or ""
    return report.permanent and report.cause is BounceCause.GONE and is_dead(said, status=report.status)


def _whom(expected: str) -> str:
    return next((word for word in expected.split() if "@" in word), "chi@posta.example")


def _typed(text: str) -> str:
    """With the charset in the head, where the file leaves it out."""
    blank = len(text) - len(text.lstrip("\n"))
    head, _, body = text[blank:].partition("\n\n")
    if "content-type:" in head.lower():
        return text
    typed = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit"
    return f"{text[:blank]}{head}\nMIME-Version: 1.0\n{typed}\n\n{body}"


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
