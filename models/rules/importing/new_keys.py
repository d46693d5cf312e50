"""Rows that are known, under another key: the same person, order or invoice in every respect but its number."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

_SAME_DAY = timedelta(days=1)
"""One system writes the hour of a contract, another the day alone."""


class KeyedCustomer(NamedTuple):
    """A customer, as far as another system would write it alike."""

    ref: str
    name: str
    email: str | None
    phone: str | None


class Sale(NamedTuple):
    """An order; amounts in hundredths."""

    ref: str
    customer: str
    signed_at: datetime
    amount_cents: int | None
    currency: str
    description: str


class Bill(NamedTuple):
    """An invoice; amounts in hundredths."""

    ref: str
    customer: str
    issued_on: date
    due_on: date
    amount_cents: int
    currency: str


def is_same_person(old: KeyedCustomer, new: KeyedCustomer) -> bool:
    """Whether the name is the same, and the address; or the phone where neither has an address."""
    if _plain(old.name) != _plain(new.name):
        return False
    if old.email or new.email:
        return _plain(old.email) == _plain(new.email)
    return bool(old.phone) and old.phone == new.phone


def is_same_sale(old: Sale, new: Sale) -> bool:
    """Whether customer, day and amount are the same; without an amount, the words too."""
    if (old.customer, old.amount_cents, old.currency) != (new.customer, new.amount_cents, new.currency):
        return False
    if abs(old.signed_at - new.signed_at) >= _SAME_DAY:
        return False
    return old.amount_cents is not None or _plain(old.description) == _plain(new.description)


def is_same_bill(old: Bill, new: Bill) -> bool:
    """Whether it differs in its number alone."""
    return old[1:] == new[1:]


def pairs(candidates: Mapping[str, Iterable[str]], has_come: Callable[[str], bool]) -> dict[str, str]:
    """New keys by old ones: each row that no longer comes stands for one new row at most."""
    found: dict[str, str] = {}
    for new, olds in candidates.items():
        old = next((one for one in olds if one not in found and not has_come(one)), None)
        if old is not None:
            found[old] = new
    return found


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
