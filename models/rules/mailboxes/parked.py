"""What follows from a mail of which the program is not sure: a promise with a clock, or one line of a digest."""

import re

from models.words import ParkedFor

_ANSWER = re.compile(r"^\s*(?:re|r|rif|odp|aw|sv|antw|ris)\s*(?:\[\d{1,3}\])?\s*:", re.IGNORECASE)
_LOOKED_AT = frozenset(
    {
        ParkedFor.STAFF,
        ParkedFor.NOTICE_BOUNCED,
        ParkedFor.COPY_BOUNCED,
        ParkedFor.TOO_LARGE,
        ParkedFor.UNREADABLE,
        ParkedFor.FAULT,
    }
)
"""Whatever they may say, a person looks: the program cannot."""

NOTHING_NEEDED = "nothing-needed"
"""The outcome that says that nothing was done."""


def is_owed(why: ParkedFor, *, is_customers: bool, is_bulk: bool, has_trouble: bool) -> bool:
    """Whether somebody owes a look by a time. What nobody known sent, or was sent to many, is told in the digest alone.

    A stranger with words of trouble may be a customer at another address: that is looked at, bulk mail aside.
    """
    if why in _LOOKED_AT or is_customers:
        return True
    return has_trouble and not is_bulk


def says(subject: str, words: str) -> str:
    """What a mail says to whoever judges it: its words, and its subject unless that repeats ours."""
    return words if _ANSWER.match(subject) else f"{subject}\n{words}".strip()
