"""Facts as they come out of a source: checked and parsed, references still as the source writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

TABLES = ("staff", "customers", "orders", "invoices", "responses")
"""In the order in which they are read: each may refer to those before it."""


class Origin(NamedTuple):
    """Where a row came from."""

    file: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Reject:
    """A value that cannot be used, and why. It may be personal: for the reject file, never for a log."""

    file: str
    row: int
    column: str
    value: str
    fix: str
    costs_row: bool = True
    """Whether the whole row stays outside for it; else the row came in without this cell."""

    def __str__(self) -> str:
        """Say it in one line, as in `orders.csv, row 17, promised_on: '31/02/2026' is no date; write …`."""
        said = f"{self.value!r} {self.fix}" if self.value else self.fix
        return f"{self.file}, row {self.row}, {self.column}: {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """What all rows have in common. Times are aware and UTC; days are calendar days of the source."""

    ref: str
    replaces: str | None = field(default=None, compare=False)
    """The reference that the same row had before: in another system, or in another year."""
    origin: Origin = field(default=Origin(), compare=False)
    unread: frozenset[str] = field(default=frozenset(), compare=False)
    """Fields whose cell could not be read: a row that is there already keeps what it has in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow(ImportRow):
    """One of `staff.sql`."""

    name: str
    role: str
    language: str
    country: str
    email: str | None = None
    phone: str | None = None
    team: str | None = None
    deputy: str | None = None
    absent_from: date | None = None
    absent_until: date | None = None
    active: bool = True
    unwritten: str = field(default="", compare=False)
    """The language that the source has, where it is none of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRow(ImportRow):
    """One of `customers.sql`."""

    name: str
    language: str
    country: str
    timezone: str
    email: str | None = None
    billing_email: str | None = None
    certified_email: str | None = None
    postal_address: str | None = None
    tax_number: str | None = None
    phone: str | None = None
    is_business: bool = False
    no_extras: bool = False
    unwritten: str = field(default="", compare=False)
    """The language that the source has, where it is none of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow(ImportRow):
    """One of `orders.sql`. `withdrawal_days` is None where the customer's kind decides it."""

    customer: str
    description: str
    currency: str
    signed_at: datetime
    seller: str | None = None
    owner: str | None = None
    deputy: str | None = None
    product_line: str | None = None
    is_service: bool = False
    amount_cents: int | None = None
    seller_promise: str | None = None
    referred_by: str | None = None
    withdrawal_days: int | None = None
    withdrawal_waived: bool = False
    promised_on: date | None = None
    delay_reason: str | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    dates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow(ImportRow):
    """One of `invoices.sql`."""

    customer: str
    amount_cents: int
    currency: str
    issued_on: date
    due_on: date
    order: str | None = None
    open_cents: int | None = None
    """What is still to be paid, where the source says so; all of it when None."""
    paid_at: datetime | None = None
    disputed_at: datetime | None = None
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRow(ImportRow):
    """One of `responses.sql`; at least one of `customer`, `order` and `invoice` is there."""

    meaning: str
    received_at: datetime
    customer: str | None = None
    order: str | None = None
    invoice: str | None = None
    rating: int | None = None
    text: str | None = None
    channel: str = "import"
    about: str | None = None


AnyRow = StaffRow | CustomerRow | OrderRow | InvoiceRow | ResponseRow
