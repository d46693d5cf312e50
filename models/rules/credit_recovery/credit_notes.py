"""What credit notes of a customer cover of the open invoices: the oldest due first, within each currency."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Open:
    """An open invoice, or a credit note (less than nothing), in hundredths of its currency."""

    id: int
    cents: int
    currency: str
    due_on: date


def covered(rows: Iterable[Open]) -> dict[int, int]:
    """By invoice: how much of it credit notes cover; credit notes themselves are left out."""
    rows = list(rows)
    left: Counter[str] = Counter()
    for one in rows:
        if one.cents < 0:
            left[one.currency] -= one.cents
    found: dict[int, int] = {}
    for one in sorted(rows, key=lambda row: (row.due_on, row.id)):
        if one.cents > 0:
            found[one.id] = min(one.cents, left[one.currency])
            left[one.currency] -= found[one.id]
    return found
