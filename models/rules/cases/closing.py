"""When a case may be closed, and what follows from how it ended."""

from collections.abc import Collection

from models.rules.cases.case_reasons import COMPLAINTS
from models.words import Outcome, Side

_CONVERSATIONS = frozenset({Outcome.AGREED, Outcome.ONLY_LISTENED})
"""Nobody agrees with, or listens to, a customer who was not there: the account of it is the customer's version too."""


def refusal(outcome: Outcome, sides: Collection[str]) -> str | None:
    """Why a case with statements of these sides cannot be closed like this; None when it can (B02).

    `solved` is what the company says: it needs the customer's own version, in writing or from a conversation. Who was
    not reached has none to give; what is owed to such a customer goes on (`still_owed`).
    """
    if outcome is not Outcome.SOLVED or Side.CUSTOMER in sides:
        return None
    return (
        "only our side of the matter is known: write down what the customer said, or choose how you spoke with the "
        "customer (agreed, only-listened), or not-reached"
    )


def asks_again(outcome: Outcome, reasons: Collection[str]) -> bool:
    """Whether the customer is asked later if it is solved (B22): who complained, and was reached."""
    return outcome in {Outcome.SOLVED, *_CONVERSATIONS} and not COMPLAINTS.isdisjoint(reasons)


def still_owed(outcome: Outcome, reasons: Collection[str]) -> bool:
    """Whether a call goes on being owed: somebody who complained and was not reached."""
    return outcome is Outcome.NOT_REACHED and not COMPLAINTS.isdisjoint(reasons)
