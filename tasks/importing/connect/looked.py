"""A table of an export as it was understood: which of its columns name customers, orders and invoices."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.rules.importing.headers import (
    ColumnMatch,
    Field,
    HeaderWords,
    Phrase,
    ValueForm,
    Vocabulary,
    matches,
)
from tasks.importing.connect.tables import ExportColumn, ExportTable

KEYS = ("id", "vat", "tax", "email", "name", "last")
"""By what a customer is known, the best first: one that every file has, so that orders find their customers."""
_MOST_OF_ONE = 2
"""A key with on average so many names or addresses to one value is no key of customers."""
_OF_INVOICE, _OF_ORDER = {"due_on"}, {"signed_at", "ref"}


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """How columns are called; see `headers.toml`."""
    data = tomllib.loads((Path(__file__).parent / "headers.toml").read_text(encoding="utf-8"))
    tables = {
        table: {
            name: Field(
                tuple(Phrase.of(text) for text in item["names"]),
                ValueForm(item["form"]) if "form" in item else None,
                item.get("asked", True),
            )
            for name, item in data[table].items()
        }
        for table in ("customer", "order", "invoice")
    }
    return Vocabulary(
        tables,
        HeaderWords.of(data["words"], data["empty"]),
        frozenset(data["aside"]),
        frozenset(data["of_people"]),
        frozenset(data["near"]),
        frozenset(data["paid"]),
        frozenset(data["cancelled"]),
        frozenset(data["not"]),
    )


@dataclass(frozen=True)
class Looked:
    """A table, with the column that each field is best taken from."""

    table: ExportTable
    customer: Mapping[str, ColumnMatch]
    order: Mapping[str, ColumnMatch]
    invoice: Mapping[str, ColumnMatch]

    @classmethod
    def at(cls, table: ExportTable) -> "Looked":
        """Look at a table."""
        columns = {name: column.form for name, column in table.columns.items()}
        words = vocabulary()
        return cls(
            table,
            _of_customers(table, columns),
            matches(words, "order", columns),
            matches(words, "invoice", columns),
        )

    @property
    def is_invoice(self) -> bool:
        """Whether its rows are invoices: a due day says so, or the word; addresses of an order's invoice do not."""
        if not self.invoice.keys() >= {"ref", "issued_on", "amount"}:
            return False
        words, ref = vocabulary().words, self.invoice["ref"].column
        named = {*words.read(self.table.name), *words.read(ref)}
        return "order" not in words.read(ref) and (self.invoice.keys() >= _OF_INVOICE or "invoice" in named)

    @property
    def is_order(self) -> bool:
        """Whether its rows are orders."""
        return not self.is_invoice and self.order.keys() >= _OF_ORDER

    @property
    def has_customers(self) -> bool:
        """Whether it names people, and something to know them by."""
        known = self.customer.keys()
        return bool(known & {"name", "last", "email"}) and bool(known & set(KEYS))

    def cell(self, match: ColumnMatch) -> str:
        """A column as SQL writes it."""
        return quoted(match.column)

    def column(self, match: ColumnMatch) -> ExportColumn:
        """How a column looks."""
        return self.table.columns[match.column]


def _of_customers(table: ExportTable, columns: Mapping[str, ValueForm | None]) -> Mapping[str, ColumnMatch]:
    """What names a customer; a number that several people share is none of theirs."""
    left = dict(columns)
    while True:
        found = matches(vocabulary(), "customer", left)
        shared = [
            found[key].column
            for key in KEYS[:3]
            if key in found and _is_shared(table, found[key].column, found)
        ]
        if not shared:
            return found
        for column in shared:
            del left[column]


def _is_shared(table: ExportTable, column: str, found: Mapping[str, ColumnMatch]) -> bool:
    people = max(
        (len(set(table.columns[found[name].column].values)) for name in ("email", "name") if name in found),
        default=0,
    )
    values = table.columns[column].values
    return 0 < len(set(values)) * _MOST_OF_ONE <= min(people, len(values))


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'
