"""What the list of a day tells one of our people."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True)
class DigestLine:
    """One customer on the list of a day. Instants are aware."""

    matter: tuple[str, int]
    """What the link opens: `case` or `commitment`, and its id."""
    why: tuple[str, ...]
    """Reason words of a case, or kinds of commitments."""
    customer_name: str
    customer_phone: str | None
    since: datetime
    due_at: datetime | None
    not_before: datetime | None = None
    """From when on, where the customer named an hour."""


class SilentNames(NamedTuple):
    """Who has not answered a plain question, and owes nothing: for the manager who has them on a list."""

    new: tuple[tuple[str, str | None, str, datetime], ...] = ()
    """Those since the last digest: name, phone, what was asked about, and since when."""
    total: int = 0
    oldest: datetime | None = None


NO_NAMES = SilentNames()


@dataclass(frozen=True)
class DigestFacts:
    """A manager's list of a day: whom to call, and how many wait behind them."""

    lines: tuple[DigestLine, ...]
    waiting: int
    oldest: datetime | None
    """Since when the first of those has waited."""
    holds: tuple[tuple[str, str, str, str, datetime], ...] = ()
    """What a person has stopped: customer, order (empty: everything), who, why, and until when."""
    unknown: int = 0
    """Mails of nobody known, and such as went to many: they wait for a look without a clock."""
    unknown_since: datetime | None = None
    """Since when the first of those has waited."""
    handed: tuple[tuple[str, str, int], ...] = ()
    """Who has left, who has what was owed since, and how much that is."""
    silent: SilentNames = NO_NAMES
    together: bool = False
    """It is no list of a day: these matters came up at once, and share a mail."""
