"""A mail that a colleague passes on: who wrote it first, and what was written, as the copied head says it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FROM = re.compile(
    r"^[\s>*_|]*(?:da|from|od|von|de)\s*[*_]?\s*:\s*[*_]?(?P<who>.{0,200}?@.{1,200})$", re.IGNORECASE
)
_FIELD = re.compile(
    r"^[\s>*_|]*(?:a|to|do|an|cc|dw|dw\.|kopie|data|date|inviato|sent|wys[lł]ano|gesendet|datum|oggetto|subject|temat"
    r"|betreff|reply-to|rispondi a)\s*[*_]?\s*:",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^[\s>*_|]*(?:oggetto|subject|temat|betreff)\s*[*_]?\s*:\s*(?P<subject>.*)$", re.IGNORECASE
)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+\w")
_MOST_HEADS = 10


@dataclass(frozen=True)
class Forwarded:
    """A mail inside a mail."""

    sender: str
    """The bare address, in small letters."""
    subject: str
    words: str


def forwarded(text: str) -> list[Forwarded]:
    """The mails that a text holds below copied heads, the outermost first."""
    lines = text.splitlines()
    starts = list(_heads(lines))[:_MOST_HEADS]
    ends = [*(at for at, _ in starts[1:]), len(lines)]
    return [_read(lines[start:end], who) for (start, who), end in zip(starts, ends, strict=False)]


def _heads(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Where a copied head begins, and whose: a line of a sender that another field stands below."""
    for number, line in enumerate(lines):
        match = _FROM.match(line)
        found = _ADDRESS.findall(match["who"]) if match else []
        below = [one for one in lines[number + 1 : number + 4] if one.strip()]
        if found and below and any(_FIELD.match(one) for one in below):
            yield number, found[-1].lower()


def _read(lines: list[str], sender: str) -> Forwarded:
    subject, at = "", 1
    while at < len(lines) and (not lines[at].strip() or _FIELD.match(lines[at])):
        if not lines[at].strip() and any(_FIELD.match(one) for one in lines[1:at]):
            break
        if match := _SUBJECT.match(lines[at]):
            subject = match["subject"].strip()
        at += 1
    words = "\n".join(line.lstrip("> ") if line.lstrip().startswith(">") else line for line in lines[at:])
    return Forwarded(sender, subject, words.strip())
