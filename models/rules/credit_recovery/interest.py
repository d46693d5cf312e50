"""Interest on late payment between businesses, and the flat sums that come with them.

Days are the real ones over a year of 365, in leap years too (Actual/365): what Italian and Polish practice reckons
with, and a count by which two parts of a span always add up to the whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from models.errors import RowError

YEAR_DAYS = 365
_PERCENT = 100


class NoRateError(RowError):
    """The table of rates does not cover a day. The message says which days it covers, and how to add to it."""


@dataclass(frozen=True)
class Flat:
    """A sum owed for a late payment as such, for claims of less than `below_cents` (empty: of any size)."""

    euro_cents: int
    below_cents: int | None = None


@dataclass(frozen=True)
class Terms:
    """What the law of a country gives for a late payment."""

    country: str
    law: str
    points: Decimal
    """Added to the reference rate, in points of percent."""
    reference: tuple[tuple[date, Decimal], ...]
    """First day of each half-year, and its reference rate in percent a year; in order, without gaps."""
    covered_until: date
    """The last day whose rate is known."""
    flats: tuple[Flat, ...] = ()
    """The smallest claims first."""
    flat_currency: str | None = None
    """The currency that `below_cents` counts in."""


@dataclass(frozen=True)
class InterestSpan:
    """A span of days under one rate; both ends are counted."""

    first: date
    last: date
    principal_cents: int
    reference: Decimal
    """The reference rate, in percent a year."""
    points: Decimal

    @property
    def days(self) -> int:
        """How many days it is."""
        return (self.last - self.first).days + 1

    @property
    def percent(self) -> Decimal:
        """The rate of interest, in percent a year."""
        return self.reference + self.points

    @property
    def product(self) -> Decimal:
        """Hundredths times percent times days: exact, so that spans add up; see `cents`."""
        return self.principal_cents * self.percent * self.days

    @property
    def cents(self) -> Decimal:
        """The interest in hundredths of the currency, not rounded."""
        return self.product / (_PERCENT * YEAR_DAYS)


@dataclass(frozen=True)
class LateCosts:
    """What a late payment costs besides itself."""

    lines: tuple[InterestSpan, ...] = ()
    flat_euro_cents: int = 0

    @property
    def interest_cents(self) -> int:
        """All the interest, rounded half up once, at the end."""
        return total_cents(self.lines)


def claim(
    principal_cents: int, currency: str, due_on: date, until: date, terms: Terms | None, *, is_business: bool
) -> LateCosts:
    """Interest from the day after `due_on` up to and with `until`, and the flat sum; nothing for consumers.

    Raises:
        NoRateError: a day of the span is not covered by the table.
    """
    if not is_business or terms is None or until <= due_on:
        return LateCosts()
    return LateCosts(
        accrued(principal_cents, due_on, until, terms), flat_euro_cents(principal_cents, currency, terms)
    )


def accrued(principal_cents: int, after: date, until: date, terms: Terms) -> tuple[InterestSpan, ...]:
    """The spans of interest of the days after `after`, up to and with `until`; none when there are no such days.

    Raises:
        NoRateError: a day is not covered by the table.
    """
    if until <= after:
        return ()
    first = after + timedelta(days=1)
    _check_covered(first, until, terms)
    return tuple(
        InterestSpan(max(start, first), min(end, until), principal_cents, reference, terms.points)
        for start, end, reference in _spans(terms)
        if start <= until and end >= first
    )


def total_cents(lines: Iterable[InterestSpan]) -> int:
    """The sum of the lines in whole hundredths, rounded half up."""
    total = sum((line.product for line in lines), Decimal(0)) / (_PERCENT * YEAR_DAYS)
    return int(total.quantize(Decimal(1), ROUND_HALF_UP))


def flat_euro_cents(principal_cents: int, currency: str, terms: Terms) -> int:
    """The flat sum, in hundredths of a euro. Where sizes count in another currency, it is the smallest one."""
    if terms.flat_currency is not None and currency != terms.flat_currency:
        return terms.flats[0].euro_cents
    fitting = (
        flat.euro_cents
        for flat in terms.flats
        if flat.below_cents is None or principal_cents < flat.below_cents
    )
    return next(fitting, 0)


def _spans(terms: Terms) -> Iterator[tuple[date, date, Decimal]]:
    """First and last day of each half-year, and its reference rate."""
    starts = [start for start, _ in terms.reference]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [terms.covered_until]
    for (start, reference), end in zip(terms.reference, ends, strict=True):
        yield start, end, reference


def _check_covered(first: date, until: date, terms: Terms) -> None:
    begins = terms.reference[0][0]
    for day in (first, until):
        if not begins <= day <= terms.covered_until:
            raise NoRateError(
                f"no rate of interest is known for {terms.country} on {day}: the table covers {begins} to "
                f"{terms.covered_until}; add the half-year under [credit.rates.{terms.country}] of the policy"
            )
