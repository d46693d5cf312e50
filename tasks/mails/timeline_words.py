"""What happened with a customer, told in the reader's language: the same on pages, in mails and in documents.

Every code of a closed vocabulary has its words in `texts/labels.toml`; one that only a policy knows is shown as it is.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from models.languages import ELSE
from models.queries.cases.timeline import OF_CASES, OF_MAILS, Event
from models.tables import Staff
from models.words import CommitmentKind, Meaning, ParkedFor
from tasks.mails.formats import clean, quoted
from tasks.mails.frame import answer_label
from tasks.mails.labels import label, worded

_SECTIONS = {
    **dict.fromkeys(OF_MAILS, "kind"),
    "told-another": "kind",
    "certified-receipt": "receipt",
    "owed": "owed",
    "kept": "owed",
    "case-closed": "outcome",
    "withdrawal": "cause",
    "termination": "cause",
}
"""By what happened: where the words for its `kind` stand."""


_PROMISED = frozenset(CommitmentKind) - {CommitmentKind.LISTENING_CALL}
"""What stands in a list by what somebody owes; the call that a case owes stands there by the case's reasons."""


UNREACHED = "phone-unreached"
"""A call that is owed since our mails do not arrive."""
_NOTICED = _PROMISED | frozenset(ParkedFor) | {"phone-silent", "phone-no-welcome"}


class Happened(NamedTuple):
    """One entry of a timeline, in words."""

    what: str
    details: str
    text: str | None
    """What somebody said, word for word."""
    language: str = ELSE
    mail: int | None = None
    """The mail of ours that it was, by its id."""

    @property
    def sentence(self) -> str:
        """All of it on one line."""
        told = f"{self.what}: {self.details}" if self.details else self.what
        return f"{told} {quoted(self.language, self.text)}" if self.text else told


def happened(
    event: Event, language: str, staff: Mapping[int, Staff], told_apart: Collection[str] = ()
) -> Happened:
    """An event in the words of a language. Without `staff`, our own people are named by their references.

    What somebody said is left out where it stands elsewhere on the page (`told_apart`).
    """
    parts = [_detail(event, language, staff), f"{event.rating}/5" if event.rating is not None else ""]
    about = "" if event.what == "stated" else clean(event.about)
    parts = [about, *parts] if event.what in OF_CASES else [*parts, about]
    what = label(language, f"timeline.{event.what}").rstrip(":")
    parts = [*parts, name_of(event.by, staff)]
    text = None if event.text in told_apart else event.text
    return Happened(what, " · ".join(part for part in parts if part), text, language, event.mail)


def name_of(ref: str, staff: Mapping[int, Staff]) -> str:
    """The name behind a reference; the reference itself for anybody else."""
    return next((clean(one.name) for one in staff.values() if one.ref == ref), ref)


def ended(language: str, outcome: str) -> str:
    """How something owed or a mail was closed, as it is kept: the word for its code, and what was written beside it."""
    code, colon, text = outcome.partition(": ")
    return f"{worded(language, 'ended', code)}{colon}{text}"


def why(language: str, codes: Iterable[str]) -> str:
    """Why a customer waits for us: kinds of commitments, parked mails, and reasons of a case, on one line."""
    return "; ".join(_why(language, code) for code in codes)


def _why(language: str, code: str) -> str:
    if code == CommitmentKind.PHONE:  # what led to it is not known here
        return label(language, "owed.phone")
    if code == UNREACHED:
        return label(language, "notice.phone")
    return label(language, f"notice.{code}") if code in _NOTICED else worded(language, "reason", code)


def _detail(event: Event, language: str, staff: Mapping[int, Staff]) -> str:
    if event.what == "said":
        is_told = event.rating is not None or event.kind == Meaning.MESSAGE  # by the figure, or by the words
        return "" if is_told else label(language, answer_label(event.kind, is_service=False))
    if event.what == "stated":
        return name_of(event.about, staff)
    if event.what not in _SECTIONS:
        return name_of(event.kind, staff)
    told = (worded(language, _SECTIONS[event.what], event.kind), worded(language, "ended", event.how))
    return ", ".join(part for part in told if part)
