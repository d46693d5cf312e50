"""How promises end, and what the policy says about them."""

import re
from dataclasses import dataclass
from datetime import datetime

from models.words import CommitmentKind, CommitmentState, Role

UNSTATED = "unstated"
"""The reason code of a slip of which nobody has said why yet; it is counted like any other (B12)."""

REASONS = (
    "supplier",
    "carrier",
    "production",
    "stock",
    "wrong-data",
    "staff-absent",
    "overload",
    "weather",
    "customer-asked",
    "price-or-contract",
    "technical",
    "forgotten",
    UNSTATED,
)

AGREED = "customer-asked"
"""The one reason with which another date is no slip: it was the customer who wanted it."""

_DISTANCE = re.compile(r"\d+ (hours?|days?|business days?)")


@dataclass(frozen=True)
class Ledger:
    """What the policy says of promises. Times count in the staff's working hours."""

    reasons: tuple[str, ...] = REASONS
    """The closed list of reason codes."""
    call_back_within: str = "1 business day"
    listen_within: str = "1 business day"
    """By when a manager has called about a case."""
    complaint_within: str = "4 hours"
    """The same for a customer who complains (B03)."""
    set_appointment_within: str = "3 business days"
    help_within: str = "4 hours"
    post_within: str = "2 business days"
    """By when a signed warning has been posted, in the countries of `[credit] by_post`."""
    tries: tuple[str, ...] = ("3 hours", "11 hours")
    """After a call that reached nobody: the waits, in working hours, between the tries; the last one is the deputy's,
    and after it the customer is written to."""
    listens: tuple[str, ...] = (Role.MANAGER, Role.DIRECTOR)
    """Whose calls count as the listening call about a complaint or an invoice (B05, B06); roles."""
    acknowledge_at_most: str = "1 business day"
    snoozes: int = 2
    snooze_at_most: str = "30 days"
    silent_on: int = 3
    """Promises over their time, without a sign of their owner, after which they go to the deputy (B31)."""
    misses: int = 3
    """Slips on one order, or of one owner, that go up by themselves (B25)."""
    misses_within_days: int = 30
    calls_a_day: int = 20
    """How many calls a manager can make in a day."""

    def __post_init__(self) -> None:
        """Check words and numbers.

        Raises:
            ValueError: a time that is none, an empty list of reasons, or a number below 1.
        """
        for name in (
            "call_back_within",
            "listen_within",
            "complaint_within",
            "set_appointment_within",
            "help_within",
            "post_within",
            "acknowledge_at_most",
            "snooze_at_most",
        ):
            value = getattr(self, name)
            if not _DISTANCE.fullmatch(value):
                raise ValueError(
                    f"{name} = {value!r} is no time; write for instance '4 hours' or '1 business day'"
                )
        if UNSTATED not in self.reasons:
            raise ValueError(
                f"reasons needs the code {UNSTATED!r}: slips of which nobody has said why are counted too"
            )
        if not self.listens or any(role not in tuple(Role) for role in self.listens):
            raise ValueError(f"listens: choose roles from {', '.join(Role)}")
        if not self.tries or not all(_DISTANCE.fullmatch(wait) for wait in self.tries):
            raise ValueError("tries: write at least one wait, for instance ['3 hours', '11 hours']")
        for name in ("silent_on", "misses", "misses_within_days", "calls_a_day"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is below 1; write a whole number from 1")

    def within(self, kind: str, *, complains: bool = False) -> str | None:
        """How long a promise of a kind has, where nobody named a time; None: its date comes from elsewhere."""
        if kind == CommitmentKind.LISTENING_CALL:
            return self.complaint_within if complains else self.listen_within
        return {
            CommitmentKind.CALL_BACK: self.call_back_within,
            CommitmentKind.SET_APPOINTMENT: self.set_appointment_within,
            CommitmentKind.HELP: self.help_within,
            CommitmentKind.POST: self.post_within,
        }.get(CommitmentKind(kind))


def ended(due_at: datetime, done_at: datetime) -> CommitmentState:
    """How a promise that was done has ended."""
    return CommitmentState.KEPT if done_at <= due_at else CommitmentState.LATE


def gave_way(due_at: datetime, now: datetime) -> CommitmentState:
    """How a promise has ended when another one took its place."""
    return CommitmentState.BROKEN if now > due_at else CommitmentState.RE_PROMISED


def is_slip(due_at: datetime, new_due_at: datetime, reason: str) -> bool:
    """Whether another date breaks a promise: a later one does, unless the customer asked for it."""
    return new_due_at > due_at and reason != AGREED
