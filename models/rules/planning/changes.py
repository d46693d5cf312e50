"""What it means that an imported fact is another one than before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

_EVENTS = {
    "promised_on": ("promised-date-set", "promised-date-moved", "promised-date-withdrawn"),
    "delivered_at": ("delivered", "delivered", "delivery-withdrawn"),
    "paid_at": ("paid", "paid", "payment-withdrawn"),
    "disputed_at": ("disputed", "disputed", "dispute-settled"),
    "cancelled_at": ("cancelled", "cancelled", "cancellation-withdrawn"),
}
"""By column: what is said when a date comes, changes and goes."""


@dataclass(frozen=True)
class Transition:
    """A dated fact that came, changed or went; both values as ISO 8601."""

    event: str
    old: str | None
    new: str | None


def transitions(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Transition]:
    """Every dated fact in which `new` differs from `old`. Only the columns that both have are looked at."""
    for column, (came, changed, went) in _EVENTS.items():
        if column in old and column in new and old[column] != new[column]:
            event = went if new[column] is None else came if old[column] is None else changed
            yield Transition(event, _iso(old[column]), _iso(new[column]))


def is_in_dispute(invoice: Mapping[str, Any]) -> bool:
    """Whether an invoice is disputed and still open."""
    return bool(invoice["disputed_at"]) and not invoice["paid_at"] and not invoice["cancelled_at"]


def promise(old: Mapping[str, Any], new_day: date | None, at: datetime) -> dict[str, Any]:
    """The columns that remember a moved promise. A first promise is no move, nor is one that is lost.

    A promise that is lost stays remembered: the next one is compared with it, since it is what the customer was told.
    """
    before = old["promised_on"]
    if before is not None and new_day is None:
        return {"promised_before": before, "promise_moved_at": old["promise_moved_at"]}
    if before is None and new_day != old["promised_before"]:
        before = old["promised_before"]
    if before is None or new_day is None or before == new_day:
        return {"promised_before": old["promised_before"], "promise_moved_at": old["promise_moved_at"]}
    return {"promised_before": before, "promise_moved_at": at}


def _iso(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()
