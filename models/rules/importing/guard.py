"""A guard on every import: more changes of one kind than an ordinary day brings wait, and a person is asked."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class GuardKind(StrEnum):
    """What an export may get wrong for everybody at once."""

    TAKEN_BACK = "taken-back"
    """Deliveries, payments or cancellations that are gone again: a broken join."""
    DATES_MOVED = "dates-moved"
    """Promised or due days that are other ones."""
    ADDRESSES_CHANGED = "addresses-changed"
    ANOTHER_CUSTOMER = "another-customer"
    """Orders or invoices that belong to somebody else than before."""
    OLD_ROWS = "old-rows"
    """New rows about old matters: other keys, or another company's books."""
    NEW_ROWS = "new-rows"
    """Far more new rows than any day of late: another company's file, or a date that is always today."""
    VANISHED = "vanished"
    """Rows that are no longer in an export that has all rows each time."""


class Habit(StrEnum):
    """What is known of a source: whether each of its exports has all rows of a table."""

    PARTS = "parts"
    """It says, or it was seen, that its exports have a part only."""
    UNKNOWN = "0"
    ONCE = "1"
    """The last export had all rows; that may be chance."""
    SEEN = "2"
    """Export after export had all rows: one that is missing now is missed, and a person is asked what to do."""
    DECLARED = "declared"
    RESTS = "rests"
    """What no longer comes is gone: the source declares so, or a person said so."""

    @property
    def is_whole(self) -> bool:
        """Whether a row that does not come is missing."""
        return self in {Habit.SEEN, Habit.DECLARED, Habit.RESTS}


def habit_after(
    habit: Habit, *, all_came: bool, some_came_back: bool, complete: bool, asks: bool, let_through: bool
) -> Habit:
    """What is known of a source after another export of it.

    `some_came_back` says that rows came back while others stayed away: such exports have parts.
    """
    if not habit.is_whole:
        if complete:
            return Habit.DECLARED
        more = {Habit.UNKNOWN: Habit.ONCE, Habit.ONCE: Habit.SEEN}
        return more.get(habit, habit) if all_came else Habit.UNKNOWN
    if some_came_back and not complete:
        return Habit.UNKNOWN
    if let_through:
        return Habit.RESTS
    if asks:
        return Habit.DECLARED if complete else Habit.SEEN
    return Habit.RESTS if complete else habit


class Imports(BaseModel):
    """How much of one kind an import may change without being asked. `[imports]` of the policy."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_least: int = Field(default=5, ge=1)
    """Fewer changes of a kind are never asked about."""
    share: float = Field(default=0.3, gt=0, le=1)
    """A larger part of what there is of the kind is asked about."""
    many: int = Field(default=100, ge=1)
    """So many changes are asked about even where they are a small part, down to `many_share`."""
    many_share: float = Field(default=0.01, gt=0, le=1)
    new_times: float = Field(default=2, ge=1)
    """So many times the rows of the fullest day of the last quarter may be new, for each day since the last import."""
    rest_after_days: int = Field(default=7, ge=0, le=365)
    """How long after an order no longer comes nothing is sent about it any more; about money at once."""


_TAKEN_BACK = {"orders": ("delivered_at", "cancelled_at"), "invoices": ("paid_at", "cancelled_at")}
_DAY = {"orders": "promised_on", "invoices": "due_on"}
_BEGAN = {"orders": "signed_at", "invoices": "issued_on"}
DATED = frozenset(_BEGAN)
"""Tables whose rows say when their matter began."""
_ADDRESSES = ("email", "billing_email")
_OLD = timedelta(days=14)


def trips(count: int, base: int, limits: Imports) -> bool:
    """Whether so many changes out of so many rows are too many; more of them never fewer so."""
    if count < limits.at_least or count == 0:
        return False
    share = count / max(base, count)
    return share >= limits.share or (count >= limits.many and share >= limits.many_share)


def usual_new(fullest_day: int, last_import: datetime | None, now: datetime, limits: Imports) -> float:
    """How many new rows an import may bring as an ordinary one."""
    days = 1.0 if last_import is None else max((now - last_import) / timedelta(days=1), 1.0)
    return limits.new_times * fullest_day * days


def judged(table: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[GuardKind, tuple[str, ...]]:
    """The suspicious changes of one row, with the columns of each."""
    found: dict[GuardKind, tuple[str, ...]] = {}
    if gone := tuple(name for name in _TAKEN_BACK.get(table, ()) if old[name] and not new[name]):
        found[GuardKind.TAKEN_BACK] = gone
    day, is_over = _DAY.get(table), new.get("delivered_at") or new.get("paid_at") or new.get("cancelled_at")
    if day is not None and not is_over and old[day] is not None and new[day] != old[day]:
        found[GuardKind.DATES_MOVED] = (day,)
    if table == "customers":
        moved = tuple(name for name in _ADDRESSES if old[name] and _small(old[name]) != _small(new[name]))
        if moved:
            found[GuardKind.ADDRESSES_CHANGED] = moved
    if "customer_id" in old and old["customer_id"] != new["customer_id"]:
        found[GuardKind.ANOTHER_CUSTOMER] = ("customer_id",)
    return found


def is_old(table: str, new: Mapping[str, Any], last_import: datetime | None) -> bool:
    """Whether a new row is about something that an import before would have brought."""
    began = new.get(_BEGAN.get(table, ""))
    if began is None or last_import is None:
        return False
    day = began.astimezone(UTC).date() if isinstance(began, datetime) else began
    return isinstance(day, date) and day < (last_import - _OLD).date()


def _small(text: str | None) -> str:
    return (text or "").casefold()
