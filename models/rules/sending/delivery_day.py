"""What a customer knows of the delivery day: a message about it is judged by what was told last, and when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.rules.planning.cadence import Cadence

TOLD = "told already"
MOVED = "the day has moved since it was told"
AGREED_BY_HAND = "another day was agreed on with the customer"
BROUGHT = "one of our people says that it was delivered"
JUST_TOLD = "a move of the day was told just now"
_JUST = timedelta(days=5)
_TELLS = frozenset({"signed", "promised", "promise-moved"})
"""Anchors of the mails that name the promised day."""


@dataclass(frozen=True)
class ToldDay:
    """The day that is promised, the one that was told last and since when, and when the day was moved last."""

    promised_on: date | None
    told_on: date | None
    told_at: datetime | None
    moved_at: datetime | None
    by_hand: str | None = None
    """What one of our people says of the delivery since (`AGREED_BY_HAND`, `BROUGHT`)."""


def is_news(known: ToldDay, promised_before: date | None) -> bool:
    """Whether the customer knows of another day than the one that is promised now.

    Of orders of which nothing was told yet, a day that moved nearer is told with the confirmation.
    """
    if known.promised_on is None:
        return False
    if known.told_on is not None:
        return known.told_on != known.promised_on
    return promised_before is not None and known.promised_on > promised_before


def moot(cadence: Cadence, step: str, known: ToldDay, now: datetime) -> str | None:
    """Why a mail about the delivery day is not to be sent at `now`; None where it may go."""
    if cadence.anchor == "promise-moved":
        return TOLD if known.told_on is not None and known.told_on == known.promised_on else None
    if cadence.anchor == "promised" and known.by_hand is not None:
        return known.by_hand
    if cadence.anchor != "promised" or not _lies_before(cadence, step):
        return None
    if known.told_on is not None and known.told_on != known.promised_on:
        return MOVED
    if known.told_at is None or known.moved_at is None or known.told_at < known.moved_at:
        return None
    return JUST_TOLD if now - known.told_at < _JUST else None


def names_day(cadence: Cadence) -> bool:
    """Whether a mail of a cadence tells the promised day."""
    return cadence.subject == "order" and cadence.anchor in _TELLS


def _lies_before(cadence: Cadence, step: str) -> bool:
    return any(one.name == step and one.offset.count < 0 for one in cadence.steps)
