"""What one of our own people wants who writes to the company's mailbox. In doubt it is left to a person."""

import re
from enum import StrEnum

_ANSWER = re.compile(r"^\s*(?:(?:re|r|fwd?|i|odp|pd|aw|sv)\s*:\s*)+", re.IGNORECASE)
_HELP = re.compile(r"^\W*(?:aiuto|help|pomoc|pomocy)\b", re.IGNORECASE)
_RAISE = re.compile(
    r"^\W*(?:caso|segnalo|segnalazione|case|raise|sprawa|zg[lł]aszam|zg[lł]oszenie)\b", re.IGNORECASE
)
_PAGE = re.compile(r"^\W*(?:pagina|page|strona|link)\b\W*$", re.IGNORECASE)
_REFERENCE = re.compile(r"[^\s:;,()\[\]«»\"]+")
_MOST = 8


class Wish(StrEnum):
    """What a colleague asks for."""

    RAISE = "raise"
    HELP = "help"
    PAGE = "page"
    """The link of his or her own page."""


def wish(text: str) -> Wish | None:
    """What the first word of a subject or a reply asks for, in the three languages; None when it is something else."""
    first = _ANSWER.sub("", text)
    if _HELP.match(first):
        return Wish.HELP
    if _PAGE.match(first):
        return Wish.PAGE
    return Wish.RAISE if _RAISE.match(first) else None


def references(subject: str) -> list[str]:
    """What in a subject may be the reference of an order or a customer: the words after the first, in order."""
    return [word.rstrip(".") for word in _REFERENCE.findall(_ANSWER.sub("", subject))[1 : _MOST + 1]]
