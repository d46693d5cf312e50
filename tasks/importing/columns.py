"""What a SELECT may return: the columns of each table. A test holds `docs/import.md` to the same list."""

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
    field: str = ""


def _columns(*columns: Column) -> Mapping[str, Column]:
    return {column.name: column for column in columns}


COLUMNS: Mapping[str, Mapping[str, Column]] = {
    "staff": _columns(
        Column("ref", "key", required=True),
        Column("name", "words", required=True),
        Column("email", "email"),
        Column("phone", "words"),
        Column("role", "role", required=True),
        Column("team", "words"),
        Column("language", "language"),
        Column("country", "country"),
        Column("deputy", "key"),
        Column("absent_from", "day"),
        Column("absent_until", "day"),
        Column("active", "truth"),
    ),
    "customers": _columns(
        Column("ref", "key", required=True),
        Column("name", "words", required=True),
        Column("email", "email"),
        Column("billing_email", "email"),
        Column("phone", "words"),
        Column("language", "language"),
        Column("country", "country"),
        Column("timezone", "zone"),
        Column("is_business", "truth"),
    ),
    "orders": _columns(
        Column("ref", "key", required=True),
        Column("customer", "key", required=True),
        Column("seller", "key"),
        Column("owner", "key"),
        Column("deputy", "key"),
        Column("description", "words", required=True),
        Column("product_line", "words"),
        Column("is_service", "truth"),
        Column("amount", "cents", field="amount_cents"),
        Column("currency", "currency"),
        Column("seller_promise", "text"),
        Column("referred_by", "words"),
        Column("withdrawal_days", "days"),
        Column("signed_at", "time", required=True),
        Column("promised_on", "day"),
        Column("delay_reason", "words"),
        Column("delivered_at", "time"),
        Column("cancelled_at", "time"),
    ),
    "invoices": _columns(
        Column("ref", "key", required=True),
        Column("customer", "key", required=True),
        Column("order", "key"),
        Column("amount", "cents", required=True, field="amount_cents"),
        Column("currency", "currency"),
        Column("issued_on", "day", required=True),
        Column("due_on", "day", required=True),
        Column("paid_at", "time"),
        Column("disputed_at", "time"),
        Column("cancelled_at", "time"),
    ),
    "responses": _columns(
        Column("ref", "key", required=True),
        Column("customer", "key"),
        Column("order", "key"),
        Column("invoice", "key"),
        Column("meaning", "meaning"),
        Column("rating", "rating"),
        Column("text", "text"),
        Column("received_at", "time", required=True),
        Column("channel", "words"),
        Column("about", "words"),
    ),
}


def column_of(table: str, name: str) -> Column | None:
    """The column of a table by name, the named dates of orders included; None when there is none."""
    if table == "orders" and (match := NAMED_DATE.fullmatch(name)):
        return Column(name, "moment", field=match[1])
    return COLUMNS[table].get(name)
