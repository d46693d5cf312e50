"""When a case may be closed, and what follows from how it ended."""

from collections.abc import Collection
from datetime import datetime

from models.rules.cases.case_reasons import COMPLAINTS
from models.words import CaseReasonKind, Outcome, Side

_LISTENED_TO = COMPLAINTS | {CaseReasonKind.LISTENING_CALL}
CONVERSATIONS = frozenset({Outcome.AGREED, Outcome.APPOINTMENT_SET, Outcome.NEW_DAY, Outcome.ONLY_LISTENED})
"""Nobody agrees with, or listens to, a customer who was not there: the account of it is the customer's version too."""


def refusal(outcome: Outcome, sides: Collection[str]) -> str | None:
    """Why a case with statements of these sides cannot be closed like this; None when it can (B02).

    `solved` is what the company says: it needs the customer's own version, in writing or from a conversation. Who was
    not reached has none to give, and is called again.
    """
    if outcome is not Outcome.SOLVED or Side.CUSTOMER in sides:
        return None
    return (
        "only our side of the matter is known: write down what the customer said, or choose how you spoke with the "
        "customer (agreed, only-listened), or not-reached"
    )


def is_conversation(outcome: Outcome) -> bool:
    """Whether this outcome says that somebody spoke with the customer."""
    return outcome in CONVERSATIONS


def asks_again(outcome: Outcome, reasons: Collection[str]) -> bool:
    """Whether the customer is asked later if it is solved (B22): who complained, and was reached."""
    return outcome in {Outcome.SOLVED, *CONVERSATIONS} and not COMPLAINTS.isdisjoint(reasons)


def is_listener(role: str, listens: Collection[str]) -> bool:
    """Whether a call of somebody of this role counts as the listening call."""
    return role in listens


def needs_listener(outcome: Outcome, reasons: Collection[str]) -> bool:
    """Whether only somebody who listens for the company can close it so: a call about a complaint, or about money."""
    return is_conversation(outcome) and not _LISTENED_TO.isdisjoint(reasons)


def spoke_problem(spoke_at: datetime, since: datetime, now: datetime) -> str | None:
    """Why a conversation cannot have been then; None when it can: between the opening of the case and now."""
    if since <= spoke_at <= now:
        return None
    return f"spoke: the call lies between {since:%Y-%m-%d %H:%M} and {now:%Y-%m-%d %H:%M} UTC; give its true hour"
