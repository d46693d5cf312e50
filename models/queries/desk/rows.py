"""The lines of the lists at the desk."""

from datetime import date, datetime
from typing import NamedTuple


class CaseRow(NamedTuple):
    """A case that is open."""

    id: int
    customer_ref: str
    customer: str
    language: str
    phone: str | None
    since: datetime
    holder: str | None
    is_taken: bool
    reasons: str | None
    """Codes, parted by commas."""


class CommitmentRow(NamedTuple):
    """A commitment that is open."""

    id: int
    kind: str
    customer_ref: str | None
    customer: str | None
    owner: str | None
    due_at: datetime
    since: datetime
    case_id: int | None
    phone: str | None
    """The customer's."""
    language: str | None


class ContactRow(NamedTuple):
    """A contact with a customer."""

    kind: str
    state: str
    reason: str | None
    customer_ref: str
    customer: str
    at: datetime


class HeldInvoice(NamedTuple):
    """An open invoice of which something is held."""

    customer_ref: str
    customer: str
    ref: str
    cents: int
    """What is open, in hundredths of `currency`."""
    currency: str
    due_on: date
    reason: str | None
