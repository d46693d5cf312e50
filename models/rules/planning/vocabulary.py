"""The words that a cadence may use: every one has a closed list, so that a slip is found before it counts."""

from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from models.rules.planning.cadence import ON_SILENCE, Cadence
from models.words import OF_STAFF, CommitmentKind, Meaning, Subject

ANCHORS = {
    "order": ("signed", "promised", "promise-moved", "delivered", "cancelled", "withdrawal"),
    "invoice": ("issued", "due"),
    "case": ("opened", "complained"),
    "closed-case": ("closed",),
    "commitment": ("made",),
    "customer": ("not-reached",),
    "inbound": ("parked",),
    "heard": ("spoke",),
    "reply": ("written",),
    "agreed": ("agreed",),
    "staff": ("day", "asked", "fault"),
}
"""The dates of each subject. Orders may carry further ones, of any name (docs/how-to/import.md)."""

STAFF = ("owner", "seller", "after-sale", "manager", "director")
CERTIFIED = "certified"
"""The address for certified mail, where the customer has one; else as `billing`."""
CUSTOMERS = ("customer", "billing", CERTIFIED)
STATE = "state"
"""What a mail about a case may ask of one of our own people alone: his or her version."""

_BUTTONS = tuple(meaning for meaning in Meaning if meaning is not Meaning.WITHDRAW)
_ALIKE = 0.83  # "singed" is "signed", and "delivery" may be a date of its own


def problems(cadence: Cadence) -> Iterator[tuple[str, str]]:
    """What cannot hold: the setting, and what is wrong with it and how to mend it."""
    audiences = STAFF if cadence.subject in OF_STAFF else (*CUSTOMERS, *STAFF)
    answers = (STATE,) if cadence.subject == Subject.CASE else _BUTTONS
    silences = [cadence.on_silence, *(step.on_silence for step in cadence.steps if step.on_silence)]
    yield from _unknown("subject", [cadence.subject], "subject", ANCHORS)
    yield from _unknown("audience", [cadence.audience], f"audience of {_a(cadence.subject)}", audiences)
    yield from _unknown("answers", cadence.answers, "answer", answers)
    yield from _unknown("on_silence", silences, "end of a wait", ON_SILENCE)
    yield from _unknown("owes", [cadence.owes] if cadence.owes else [], "commitment", list(CommitmentKind))
    yield from _anchor(cadence)
    yield from _waits(cadence)
    yield from _without_meaning(cadence)


def _without_meaning(cadence: Cadence) -> Iterator[tuple[str, str]]:
    """Words that say nothing for this subject, and would be followed where nothing is meant by them."""
    if cadence.subject in OF_STAFF:
        fix = "take it out: ladders see to whoever does not act"
        for key, word in (("wait", cadence.wait), ("nudges", cadence.nudges), ("extra", cadence.extra)):
            if word:
                yield (
                    key,
                    f"our own people are told of {_a(cadence.subject)}, nobody waits for an answer; {fix}",
                )
        for key, word in (("opens_case", cadence.opens_case), ("asks", cadence.asks), ("owes", cadence.owes)):
            if word:
                yield key, f"{_a(cadence.subject)} is a matter of our own already; take it out"
    if cadence.asks is not None and cadence.subject != "invoice":
        yield "asks", f"a manager decides about invoices, not about {_a(cadence.subject)}; take it out"
    if cadence.one_letter and cadence.subject != "invoice":
        yield "one_letter", f"one letter lists invoices, not {_a(cadence.subject)}; take it out"


def _anchor(cadence: Cadence) -> Iterator[tuple[str, str]]:
    known = ANCHORS.get(cadence.subject, ())
    if cadence.anchor in known or not known:
        return
    meant = get_close_matches(cadence.anchor, known, 1, _ALIKE)
    if cadence.subject == "order" and not meant:
        return
    others = ", or a date of the order by another name" if cadence.subject == "order" else ""
    yield (
        "anchor",
        f"{cadence.anchor!r} is no date of {_a(cadence.subject)}; choose from {', '.join(known)}{others}",
    )


def _waits(cadence: Cadence) -> Iterator[tuple[str, str]]:
    if cadence.nudges < 0:
        yield "nudges", f"{cadence.nudges} is no number of nudges; write 0 or more"
    if cadence.nudges > 0 and cadence.wait is None:
        yield "nudges", "nobody is nudged without a wait; add wait, for instance '3 business days'"


def _unknown(key: str, words: Iterable[str], what: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        if word not in known:
            yield key, f"{word!r} is no {what}; choose from {', '.join(known)}"


def _a(word: str) -> str:
    return f"{'an' if word[:1] in 'aeiou' else 'a'} {word}"
