"""How far a mail server lets us sign addresses: the sender of each mail, and where its answers go to.

A report of failure goes to the envelope sender (RFC 5321, 4.5.5). Where that is an address of this one mail, the report
names the mail whatever the far server writes in it. Many hosters let one sender write only, or know no addresses with a
plus: so it is done only once a mail of ours has taken that way and arrived.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.rules.sending.answers import Answer, NotStarted, Refused

PROBE = "probe-"
"""The key of the mail that tries the way begins with it."""
_PATIENCE = timedelta(days=1)
_ABOUT_SENDER = re.compile(
    r"\bsender\b|\bmail from\b|\benvelope\b|\breturn.?path\b|not owned|mittente|nadawc|absender",
    re.IGNORECASE,
)


class Standing(StrEnum):
    """What is known of the way."""

    ASKED = "asked"
    """A mail is on its way, or was lost."""
    SEEN = "seen"
    """It arrived, and the server kept its sender."""
    REFUSED = "refused"
    """The server takes no such sender."""
    REWRITTEN = "rewritten"
    """The server took it, and put its own in its place."""
    LOST = "lost"
    """The mailbox takes no addresses with a plus."""


@dataclass(frozen=True)
class Tried:
    """What came of the last try."""

    standing: Standing
    way: str
    """Names the mail server and our address: with another one, nothing is known."""
    at: datetime
    """Aware, UTC: since when it is known."""


@dataclass(frozen=True)
class Ways:
    """Which addresses are signed."""

    signs_sender: bool = False
    tags_replies: bool = True
    """Where nothing is known, answers go to an address with a tag: most mailboxes take it."""


def ways(tried: Tried | None, way: str, now: datetime) -> Ways:
    """What may be signed, by what was tried on this way."""
    if tried is None or tried.way != way:
        return Ways()
    return Ways(
        signs_sender=tried.standing is Standing.SEEN, tags_replies=standing(tried, now) is not Standing.LOST
    )


def standing(tried: Tried, now: datetime) -> Standing:
    """What is known now: a mail that did not arrive within a day is lost."""
    is_late = tried.standing is Standing.ASKED and now >= tried.at + _PATIENCE
    return Standing.LOST if is_late else tried.standing


def refuses_sender(answer: Answer) -> bool:
    """Whether a server says for good that it takes no mail from this sender.

    Some say so only at the recipient (Postfix's `smtpd_delay_reject`).
    """
    if isinstance(answer, NotStarted):
        return answer.is_of_sender
    return isinstance(answer, Refused) and bool(_ABOUT_SENDER.search(answer.text))
