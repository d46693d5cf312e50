"""Was a mail written by a person or by a machine? Each witness is a row with its weight; the sum is judged.

Positive speaks for a machine, negative for a person. Witnesses of one sort tell much the same, so a sort has a limit,
and the whole has one: whatever speaks for a machine, a person's words bring it below `MACHINE`, and somebody looks.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.rules.inbound import machine_words as words

MACHINE = 100
"""From here on nobody wrote it."""
DOUBT = 40
"""From here on a person looks; below, a person wrote it."""
NOTHING = "nothing speaks against a person"
_MOST = 125
"""More than this proves no more."""


class Sort(StrEnum):
    """What a witness goes by."""

    HEADER = "header"
    FORM = "form"
    WORDS = "words"
    SENDER = "sender"
    HISTORY = "history"
    PERSON = "person"


_LIMITS = {
    Sort.HEADER: 95,
    Sort.FORM: 45,
    Sort.WORDS: 95,
    Sort.SENDER: 75,
    Sort.HISTORY: MACHINE,
    Sort.PERSON: 30,
}
"""No sort of witness alone makes a machine, but for history: the same words at once, and again."""


@dataclass(frozen=True)
class Evidence:
    """What is known of a mail. All of it together decides, and nothing of it alone."""

    subject: str = ""
    words: str = ""
    """What was written now."""
    sender: str = ""
    headers: frozenset[str] = frozenset()
    """What the head says of a machine, in the names of `models.rules.inbound.witnesses.HEADERS`."""
    is_answer: bool = False
    """It quotes something, or its subject begins with Re."""
    is_desk: bool = False
    """It comes from a help desk, in which people write as well."""
    is_bulk: bool = False
    """It went to many."""
    speaks: bool = False
    """Somebody asks, decides, gives directions or is in trouble (`tasks.inbound.person`)."""


@dataclass(frozen=True)
class Witness:
    """One sign of a machine or a person: when it speaks, how much it weighs, and how a reader is told of it."""

    name: str
    sort: Sort
    weight: int
    says: str
    speaks: Callable[[Evidence], bool]
    """What the mail itself says; `of_history` speaks for what was before it."""


class Judged(StrEnum):
    """Who wrote a mail."""

    PERSON = "person"
    DOUBT = "doubt"
    MACHINE = "machine"


def _header(name: str) -> Callable[[Evidence], bool]:
    return lambda mail: name in mail.headers


def _never(_mail: Evidence) -> bool:
    return False


SAME, AT_ONCE = "same-before", "at-once"
_SAME_WORDS = 6
"""Shorter words are written twice by people too: "Grazie"."""
_AT_ONCE_SECONDS = 1.0
_CLOCK_SECONDS = 2.0
"""How much the clocks of two servers may differ."""

WITNESSES: tuple[Witness, ...] = (
    # what the head says (RFC 3834, and what was there before it)
    Witness("auto-replied", Sort.HEADER, 80, "Auto-Submitted: auto-replied", _header("auto-replied")),
    Witness("auto-generated", Sort.HEADER, 70, "Auto-Submitted: auto-generated", _header("auto-generated")),
    Witness("autoreply", Sort.HEADER, 80, "a header of an automatic reply", _header("autoreply")),
    Witness("mailbox-rule", Sort.HEADER, 80, "a rule of the sender's mailbox", _header("mailbox-rule")),
    Witness("nobody", Sort.HEADER, 75, "an empty return path", _header("nobody")),
    Witness("bulk", Sort.HEADER, 45, "headers of a mail to many", lambda mail: mail.is_bulk),
    # how it is made
    Witness(
        "no-answers-please",
        Sort.FORM,
        20,
        "it asks other programs not to answer",
        _header("suppress"),
    ),
    Witness(
        "unasked",
        Sort.FORM,
        25,
        "automatic, from nobody, and no answer to anything",
        lambda mail: {"auto-replied", "nobody"} <= mail.headers and not mail.is_answer,
    ),
    # what it says
    Witness(
        "titled",
        Sort.WORDS,
        45,
        "the subject of an automatic reply",
        lambda mail: words.is_titled(mail.subject),
    ),
    Witness("away", Sort.WORDS, 15, "words of an absence", lambda mail: words.is_away(mail.words)),
    Witness(
        "only-away",
        Sort.WORDS,
        30,
        "nothing but an absence",
        lambda mail: words.is_only_away(mail.words),
    ),
    Witness(
        "made",
        Sort.WORDS,
        60,
        "it says that a machine made it",
        lambda mail: words.says_machine(mail.words) or words.says_machine(mail.subject),
    ),
    Witness(
        "challenge",
        Sort.WORDS,
        50,
        "it may ask the sender to prove himself",
        lambda mail: words.is_challenge(mail.words),
    ),
    # who wrote
    Witness(
        "no-reply",
        Sort.SENDER,
        50,
        "an address that nobody reads",
        lambda mail: words.is_no_reply(mail.sender),
    ),
    # what was before
    Witness(SAME, Sort.HISTORY, 60, "the same words came from the same sender before", _never),
    Witness(AT_ONCE, Sort.HISTORY, 70, "it was written within a second of ours", _never),
    # what a person does
    Witness(
        "speaks",
        Sort.PERSON,
        -30,
        "words that a person may have written",
        lambda mail: mail.speaks,
    ),
    Witness(
        "desk",
        Sort.PERSON,
        -30,
        "a help desk in which people write",
        lambda mail: mail.is_desk,
    ),
    Witness(
        "phone",
        Sort.PERSON,
        -30,
        "typed on a telephone",
        _header("typed"),
    ),
    Witness(
        "passed-on",
        Sort.PERSON,
        -30,
        "somebody passed it on",
        lambda mail: words.is_passed_on(mail.subject),
    ),
)
HEADERS = frozenset(
    {"auto-replied", "auto-generated", "autoreply", "mailbox-rule", "nobody", "suppress", "typed"}
)


_BY_NAME = {witness.name: witness for witness in WITNESSES}


def heard(mail: Evidence) -> tuple[Witness, ...]:
    """The witnesses in the mail that speak, in the order of the table."""
    return tuple(witness for witness in WITNESSES if witness.speaks(mail))


def says_much(words: str) -> bool:
    """Whether words are more than people write twice ("Grazie")."""
    return len(words.split()) >= _SAME_WORDS


def of_history(*, same_before: bool = False, seconds_after: float | None = None) -> list[Witness]:
    """The witnesses outside of the mail: the same words before (if they say much), and how long after ours it came."""
    found = []
    if same_before:
        found.append(_BY_NAME[SAME])
    if seconds_after is not None and -_CLOCK_SECONDS <= seconds_after <= _AT_ONCE_SECONDS:
        found.append(_BY_NAME[AT_ONCE])
    return found


def score(witnesses: Sequence[Witness]) -> int:
    """What they weigh together."""
    against = min(_MOST, sum(_of(witnesses, sort) for sort in Sort if sort is not Sort.PERSON))
    return against + _of(witnesses, Sort.PERSON)


def judge(found: Sequence[Witness], *, is_bulk: bool = False) -> tuple[Judged, str]:
    """Who wrote it, and the names of the witnesses; what went to many is never surely a person's word to us."""
    judged = _judged(score(found))
    if judged is Judged.PERSON and is_bulk:
        judged = Judged.DOUBT
    return judged, ", ".join(witness.name for witness in found) or NOTHING


def _judged(weight: int) -> Judged:
    if weight >= MACHINE:
        return Judged.MACHINE
    return Judged.DOUBT if weight >= DOUBT else Judged.PERSON


def _of(witnesses: Collection[Witness], sort: Sort) -> int:
    total = sum(witness.weight for witness in witnesses if witness.sort is sort)
    return max(-_LIMITS[sort], min(_LIMITS[sort], total))
