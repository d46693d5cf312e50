"""When a hold ends: how long a person may keep us from writing at most, and what must be said for it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.rules.cases.acting import ActError

HELD_BY_HAND = "held by hand"
"""Stands as the reason of what a hold postpones."""


@dataclass(frozen=True)
class HoldLimits:
    """The longest that a hold may last."""

    most: timedelta
    what: str


CUSTOMER = HoldLimits(timedelta(days=90), "follow-ups of a customer")
DELAY_ALERT = HoldLimits(timedelta(days=30), "the delay alerts of an order")
"""Shorter: not to tell a delay is what customers resent most (B09)."""


LET_ON = HoldLimits(timedelta(days=90), "an invoice that a manager let go on")


@dataclass(frozen=True)
class Trouble:
    """Something open at a customer: a complaint, or a disputed invoice. `about` is subject type and id."""

    about: tuple[str, int]
    at: datetime


def is_held(
    troubles: Iterable[Trouble], own: Collection[tuple[str, int]], let_on_at: datetime | None
) -> bool:
    """Whether trouble at a customer holds one invoice; `own` are the invoice itself and its order.

    A manager may let an invoice go on (`let_on_at`): that outdoes what was open then and is about something else. What
    is about the invoice itself holds it all the same, and so does whatever comes up later.
    """
    return any(let_on_at is None or trouble.at > let_on_at or trouble.about in own for trouble in troubles)


def check(limits: HoldLimits, reason: str, until: datetime, now: datetime) -> None:
    """Refuse a hold without a reason, one that ends before it begins, and one without a foreseeable end.

    Raises:
        ActError: with what to do instead.
    """
    if not reason.strip():
        raise ActError("need-text", "say why; a hold without a reason is refused")
    if until <= now:
        raise ActError("need-until", f"the end {until:%Y-%m-%d %H:%M} UTC has passed; choose a later one")
    if until - now > limits.most:
        raise ActError(
            "need-until",
            f"{limits.what} can be held for {limits.most.days} days at most; choose an earlier end, and hold again "
            "then",
        )
