"""What the open invoices of a customer cost on a day: interest line by line, and flat sums."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from models.rules.credit_recovery.interest import LateCosts, NoRateError, Terms, claim, flat_euro_cents
from models.rules.credit_recovery.pay_day import due_by_law


@dataclass(frozen=True)
class Debt:
    """What of an invoice decides what its delay costs."""

    amount_cents: int
    """What is asked for, in hundredths of `currency`."""
    currency: str
    due_on: date
    """The last day to pay."""


InvoiceT = TypeVar("InvoiceT")


@dataclass(frozen=True)
class Reckoned(Generic[InvoiceT]):
    """One invoice, and what its delay costs."""

    invoice: InvoiceT
    debt: Debt
    claim: LateCosts
    stops_on: date | None = None
    """The last day whose rate is known, where the reckoning had to stop before its day."""

    @property
    def is_unknown(self) -> bool:
        """Whether interest is owed, and no day of it has a rate in the table."""
        return self.stops_on is not None and not self.claim.lines


@dataclass(frozen=True)
class Reckoning(Generic[InvoiceT]):
    """All open invoices of a customer as of a day."""

    as_of: date
    terms: Terms | None
    """None where nothing is claimed: a consumer, or a country without a rate."""
    is_business: bool
    invoices: Sequence[Reckoned[InvoiceT]]

    @property
    def principal(self) -> dict[str, int]:
        """Hundredths by currency."""
        return _sums((one.debt.currency, one.debt.amount_cents) for one in self.invoices)

    @property
    def interest(self) -> dict[str, int]:
        """Hundredths by currency; each invoice is rounded for itself."""
        return _sums((one.debt.currency, one.claim.interest_cents) for one in self.invoices)

    @property
    def reckoned_until(self) -> date:
        """The day up to which interest is reckoned; earlier than `as_of` where the table of rates ends."""
        return min(self.as_of, self.stops_on) if self.stops_on else self.as_of

    @property
    def has_unknown(self) -> bool:
        """Whether there is an invoice none of whose days has a rate: what it costs cannot be said."""
        return any(one.is_unknown for one in self.invoices)

    @property
    def flat_euro_cents(self) -> int:
        """All flat sums together."""
        return sum(one.claim.flat_euro_cents for one in self.invoices)

    @property
    def stops_on(self) -> date | None:
        """The earliest day at which a reckoning had to stop."""
        return min((one.stops_on for one in self.invoices if one.stops_on is not None), default=None)


def reckon(
    terms: Terms | None, invoices: Sequence[tuple[InvoiceT, Debt]], as_of: date, *, is_business: bool
) -> Reckoning[InvoiceT]:
    """Reckon up the invoices as of a day, the day itself included.

    Where the table of rates ends earlier, it goes as far as that, and says so: a document is wanted all the same.
    """
    return Reckoning(as_of, terms, is_business, [_one(terms, *one, as_of) for one in invoices])


def _one(terms: Terms | None, invoice: InvoiceT, debt: Debt, as_of: date) -> Reckoned[InvoiceT]:
    due_on = due_by_law(terms.country, debt.due_on) if terms else debt.due_on

    def until(day: date) -> LateCosts:
        return claim(debt.amount_cents, debt.currency, due_on, day, terms, is_business=terms is not None)

    try:
        return Reckoned(invoice, debt, until(as_of))
    except NoRateError:
        assert terms is not None  # noqa: S101 (no terms, no rate to miss)
        if due_on < terms.reference[0][0] or due_on >= terms.covered_until:
            flat = flat_euro_cents(debt.amount_cents, debt.currency, terms)
            return Reckoned(invoice, debt, LateCosts((), flat), terms.covered_until)
        return Reckoned(invoice, debt, until(terms.covered_until), terms.covered_until)


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for currency, cents in pairs:
        found[currency] += cents
    return dict(found)
