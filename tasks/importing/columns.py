"""What a SELECT may return: the columns of each table. A test holds `docs/how-to/import.md` to the same list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

NAMED_DATE = re.compile(r"date_([a-z0-9][a-z0-9_-]*)")
"""A further date of an order, by name: `date_survey` becomes `survey`."""
SOURCE_FILE, SOURCE_ROW = "source_file", "source_row"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `kind` says how it is read, `field` where it goes (the same name unless told)."""

    name: str
    kind: str
    required: bool = False
    """The SELECT must return it."""
    field: str = ""
    essential: bool = False
    """A cell that is missing or cannot be read costs the row. Of all others it costs the cell alone."""
    state: bool = False
    """Empty means that it has not happened: a cell that is there and cannot be read costs the row."""


def _columns(*columns: Column) -> Mapping[str, Column]:
    return {column.name: column for column in columns}


COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "staff": _columns(
        Column("ref", "key", required=True, essential=True),
        Column("name", "words", required=True),
        Column("email", "email"),
        Column("phone", "words"),
        Column("role", "role", required=True, essential=True),
        Column("team", "words"),
        Column("language", "language"),
        Column("country", "country"),
        Column("deputy", "key"),
        Column("absent_from", "day"),
        Column("absent_until", "day"),
        Column("active", "truth"),
    ),
    "customers": _columns(
        Column("ref", "key", required=True, essential=True),
        Column("replaces", "key"),
        Column("name", "words", required=True),
        Column("email", "email"),
        Column("billing_email", "email"),
        Column("certified_email", "email"),
        Column("phone", "words"),
        Column("language", "language"),
        Column("country", "country"),
        Column("timezone", "zone"),
        Column("is_business", "truth"),
        Column("postal_address", "words"),
        Column("tax_number", "words"),
        Column("no_extras", "truth"),
    ),
    "orders": _columns(
        Column("ref", "key", required=True, essential=True),
        Column("replaces", "key"),
        Column("customer", "key", required=True, essential=True),
        Column("seller", "key"),
        Column("owner", "key"),
        Column("deputy", "key"),
        Column("description", "words", required=True),
        Column("product_line", "words"),
        Column("is_service", "truth"),
        Column("amount", "money", field="amount_cents", state=True),
        Column("currency", "currency", state=True),
        Column("seller_promise", "text"),
        Column("referred_by", "words"),
        Column("withdrawal_days", "days"),
        Column("withdrawal_waived", "truth"),
        Column("signed_at", "time", required=True, essential=True),
        Column("promised_on", "day"),
        Column("delay_reason", "words"),
        Column("delivered_at", "time", state=True),
        Column("cancelled_at", "time", state=True),
    ),
    "invoices": _columns(
        Column("ref", "key", required=True, essential=True),
        Column("replaces", "key"),
        Column("customer", "key", required=True, essential=True),
        Column("order", "key"),
        Column("amount", "balance", required=True, field="amount_cents", essential=True),
        Column("open_amount", "balance", field="open_cents"),
        Column("paid_amount", "balance", field="paid_cents"),
        Column("currency", "currency", state=True),
        Column("issued_on", "day", required=True, essential=True),
        Column("due_on", "day", required=True, essential=True),
        Column("paid_at", "time", state=True),
        Column("disputed_at", "time", state=True),
        Column("cancelled_at", "time", state=True),
    ),
    "responses": _columns(
        Column("ref", "key", required=True, essential=True),
        Column("customer", "key"),
        Column("order", "key"),
        Column("invoice", "key"),
        Column("meaning", "meaning"),
        Column("rating", "rating"),
        Column("text", "text"),
        Column("received_at", "time", required=True, essential=True),
        Column("channel", "words"),
        Column("about", "words"),
    ),
}


def column_of(table: str, name: str) -> Column | None:
    """The column of a table by name, the named dates of orders included; None when there is none."""
    if table == "orders" and (match := NAMED_DATE.fullmatch(name)):
        return Column(name, "moment", field=match[1])
    return COLUMNS[table].get(name)
