"""Why a message waits, and what would stop it, in the reader's language."""

from collections.abc import Iterable

from models.rules.planning.cadence import Cadence
from models.rules.sending.faults import is_fault
from tasks.mails.labels import label, worded

_NOT = "not "


def waits(language: str, reason: str | None) -> str:
    """The reason that is kept of a message which waits; one nobody has words for is shown as it is."""
    if not reason:
        return ""
    if is_fault(reason):
        return label(language, "waits.fault")
    if reason.startswith(_NOT):
        return label(language, "waits.until").format(what=worded(language, "condition", reason[len(_NOT) :]))
    condition = worded(language, "condition", reason)
    if condition != reason:
        return label(language, "waits.while").format(what=condition)
    return worded(language, "waits", reason)


def stops(language: str, cadence: Cadence) -> str:
    """What would stop a message of this kind, hold it, or what it needs; a phrase for each."""
    parts = (
        ("not-if", cadence.moot_when),
        ("held-if", cadence.hold_when),
        ("needs", cadence.needs),
    )
    return " · ".join(
        label(language, f"waits.{key}").format(what=_any(language, words)) for key, words in parts if words
    )


def _any(language: str, words: Iterable[str]) -> str:
    return f"{label(language, 'waits.or')} ".join(worded(language, "condition", word) for word in words)
