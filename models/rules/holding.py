"""How long a person may keep us from writing, and what must be said for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

HELD_BY_HAND = "held by hand"
"""Stands as the reason of what a hold postpones."""


@dataclass(frozen=True)
class Limits:
    """The longest that a hold may last."""

    most: timedelta
    what: str


CUSTOMER = Limits(timedelta(days=90), "follow-ups of a customer")
DELAY_ALERT = Limits(timedelta(days=30), "the delay alerts of an order")
"""Shorter: not to tell a delay is what customers resent most (B09)."""


def check(limits: Limits, reason: str, until: datetime, now: datetime) -> None:
    """Refuse a hold without a reason, one that ends before it begins, and one without a foreseeable end.

    Raises:
        ValueError: with what to do instead.
    """
    if not reason.strip():
        raise ValueError("say why; a hold without a reason is refused")
    if until <= now:
        raise ValueError(f"the end {until:%Y-%m-%d %H:%M} UTC has passed; choose a later one")
    if until - now > limits.most:
        raise ValueError(
            f"{limits.what} can be held for {limits.most.days} days at most; choose an earlier end, and hold again then"
        )
