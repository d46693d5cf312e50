"""An order or invoice turns out to be another customer's: what goes along, what stays, what ends."""

from models.words import CaseReasonKind, CommitmentKind

OF_THE_PERSON = frozenset({CommitmentKind.REPLY, CommitmentKind.CALL_BACK, CommitmentKind.HELP})
"""Owed to whoever asked, whatever the matter was thought to be."""

FALLS_AWAY = frozenset(
    {
        CaseReasonKind.SILENT,
        CaseReasonKind.UNDELIVERABLE,
        CaseReasonKind.IN_DOUBT,
        CaseReasonKind.PROMISED_BEFORE,
        CaseReasonKind.PAYMENT_CHECK,
    }
)
"""Reasons that speak of the wrong person, and say nothing of the right one."""


def is_same_person(old: tuple[str | None, ...], new: tuple[str | None, ...]) -> bool:
    """Whether two customers' rows are written to at one address: two rows of one person, or of one mailbox."""
    return not {one.casefold() for one in old if one}.isdisjoint({one.casefold() for one in new if one})
