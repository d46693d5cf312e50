"""What an answer means for us."""

from models.words import CaseReasonKind, Meaning

COMPLAINTS = frozenset(
    {
        CaseReasonKind.LOW_RATING,
        CaseReasonKind.CALL_ME,
        CaseReasonKind.NOT_ARRIVED,
        CaseReasonKind.NOT_SOLVED,
        CaseReasonKind.DISPUTE,
        CaseReasonKind.MESSAGE,
        CaseReasonKind.TROUBLE_WORDS,
        CaseReasonKind.WITHDRAWAL,
    }
)
"""Reasons that the customer brought up. While one is open, no satisfaction check and no reminder goes out (B06)."""

OF_PAYMENT = (
    CaseReasonKind.PAYMENT_CHECK,
    CaseReasonKind.PROMISED_BEFORE,
    CaseReasonKind.LISTENING_CALL,
    CaseReasonKind.SILENT,
)
"""Reasons about an invoice that are gone once it is paid."""

LOW_RATING = 2
"""A rating of 1 or 2 out of 5 is trouble (B03)."""

GOOD_RATING = 4
"""A rating of 4 or 5 whose words ask for nothing is praise: it owes no reply, at any time."""

_REASONS = {
    Meaning.CALL_ME: CaseReasonKind.CALL_ME,
    Meaning.NOT_ARRIVED: CaseReasonKind.NOT_ARRIVED,
    Meaning.NOT_SOLVED: CaseReasonKind.NOT_SOLVED,
    Meaning.DISPUTE: CaseReasonKind.DISPUTE,
    Meaning.PAID: CaseReasonKind.PAYMENT_CHECK,
    Meaning.MESSAGE: CaseReasonKind.MESSAGE,
    Meaning.WITHDRAW: CaseReasonKind.WITHDRAWAL,
}


def case_reason(meaning: str, rating: int | None) -> CaseReasonKind | None:
    """Why a person has to hear of this answer; None when the customer needs nobody."""
    if rating is not None and rating <= LOW_RATING:
        return CaseReasonKind.LOW_RATING
    return _REASONS.get(Meaning(meaning))
