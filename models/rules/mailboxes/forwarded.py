"""A mail that somebody passes on: who wrote it first, and what was written, as the copied head says it."""

import re
from collections.abc import Collection, Iterator
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
_CERTIFIED = re.compile(r"per\s+conto\s+di", re.IGNORECASE)
"""A provider of certified mail stands as the sender, and names the real one first."""
_MOST_HEADS = 10
_MARK = re.compile(
    r"^[\s>*_-]*(?:[-_=]{2,}.*|.*(?:inoltrat|forwarded|przekazan|weitergeleitet|original|oryginaln|ursprünglich).{0,40}:?"
    r"\W*)$",
    re.IGNORECASE,
)
"""The line above a copied head: drawn, or one that says what follows."""


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


@dataclass(frozen=True)
class PassedOn:
    """What somebody wrote over a mail of somebody else, and that mail's words."""

    own: str
    theirs: str


def passed_on(words: str, quoted: str, known: Collection[str], own_domain: str) -> PassedOn | None:
    """What was passed on, where the first copied head is of somebody else; none where it is of `known` or ours.

    `known` are addresses of who passes it on, in small letters; `own_domain` is the company's. Where nothing stood
    above the head, `words` are what stood below it.
    """
    lines = f"{words}\n{quoted}".splitlines()
    at, who = next(_heads(lines), (0, ""))
    if not who or who in known or who.rpartition("@")[2] == own_domain.lower():
        return None
    above = lines[:at]
    while above and (not above[-1].strip() or _MARK.match(above[-1])):
        above.pop()
    own = "\n".join(above).strip()
    theirs = "\n".join(one.words for one in forwarded("\n".join(lines))).strip()
    return PassedOn(own, theirs) if theirs else PassedOn("", own)


def _heads(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Where a copied head begins, and whose: a line of a sender that another field stands below."""
    for number, line in enumerate(lines):
        match = _FROM.match(line)
        found = _ADDRESS.findall(match["who"]) if match else []
        below = [one for one in lines[number + 1 : number + 4] if one.strip()]
        if match and found and below and any(_FIELD.match(one) for one in below):
            named = found[0] if _CERTIFIED.search(match["who"]) else found[-1]
            yield number, named.lower()


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
