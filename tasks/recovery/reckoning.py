"""What the open invoices of a customer cost on a day: interest line by line, and flat sums."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models.policy import Policy
from models.rules.interest import Claim, NoRateError, Terms, claim, flat_euro_cents
from models.tables import Customer, Invoice


@dataclass(frozen=True)
class Reckoned:
    """One invoice, and what its delay costs."""

    invoice: Invoice
    claim: Claim
    stops_on: date | None = None
    """The last day whose rate is known, where the reckoning had to stop before its day."""


@dataclass(frozen=True)
class Reckoning:
    """All open invoices of a customer as of a day."""

    as_of: date
    terms: Terms | None
    """None where nothing is claimed: a consumer, or a country without a rate."""
    is_business: bool
    invoices: Sequence[Reckoned]

    @property
    def principal(self) -> dict[str, int]:
        """Hundredths by currency."""
        return _sums((one.invoice.currency, one.invoice.amount_cents) for one in self.invoices)

    @property
    def interest(self) -> dict[str, int]:
        """Hundredths by currency; each invoice is rounded for itself."""
        return _sums((one.invoice.currency, one.claim.interest_cents) for one in self.invoices)

    @property
    def flat_euro_cents(self) -> int:
        """All flat sums together."""
        return sum(one.claim.flat_euro_cents for one in self.invoices)

    @property
    def stops_on(self) -> date | None:
        """The earliest day at which a reckoning had to stop."""
        return min((one.stops_on for one in self.invoices if one.stops_on is not None), default=None)


def reckon(policy: Policy, customer: Customer, invoices: Sequence[Invoice], as_of: date) -> Reckoning:
    """Reckon up the invoices as of a day, the day itself included.

    Where the table of rates ends earlier, it goes as far as that, and says so: a document is wanted all the same.
    """
    terms = policy.credit.terms(customer.country) if customer.is_business else None
    return Reckoning(as_of, terms, customer.is_business, [_one(terms, one, as_of) for one in invoices])


def _one(terms: Terms | None, invoice: Invoice, as_of: date) -> Reckoned:
    def until(day: date) -> Claim:
        return claim(
            invoice.amount_cents, invoice.currency, invoice.due_on, day, terms, is_business=terms is not None
        )

    try:
        return Reckoned(invoice, until(as_of))
    except NoRateError:
        assert terms is not None  # noqa: S101 (no terms, no rate to miss)
        if invoice.due_on < terms.reference[0][0] or invoice.due_on >= terms.covered_until:
            flat = flat_euro_cents(invoice.amount_cents, invoice.currency, terms)
            return Reckoned(invoice, Claim((), flat), terms.covered_until)
        return Reckoned(invoice, until(terms.covered_until), terms.covered_until)


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for currency, cents in pairs:
        found[currency] += cents
    return dict(found)
