"""New rows that are known ones under another key: put aside until it is clear that the old ones no longer come."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from models.queries.importing import guard as guards
from models.queries.importing import twins
from models.queries.importing import upsert as queries
from models.rules.importing import new_keys
from models.rules.importing.new_keys import Bill, KeyedCustomer, Sale
from tasks.importing.rows import AnyRow, CustomerRow, InvoiceRow, OrderRow
from tasks.importing.seen import SeenKeys


@dataclass
class NewKeys:
    """Of one table, of a source that brings all its rows each time."""

    table: str
    candidates: dict[str, list[str]] = field(default_factory=dict)
    """By reference of a new row: those of known rows that are like it."""

    def without_twins(self, session: Session, rows: Sequence[AnyRow]) -> list[AnyRow]:
        """The rows that are known, or like none that is known; the others wait for the end of the table."""
        known = queries.known(session, self.table, [row.ref for row in rows])
        new = [row for row in rows if row.ref not in known and not getattr(row, "replaces", None)]
        if new:
            self.candidates |= self._like(session, new)
        return [row for row in rows if row.ref not in self.candidates]

    def settle(self, session: Session, seen: SeenKeys) -> int:
        """Give known rows their new keys, where they do not come under the old ones; returns how many."""
        renamed = new_keys.pairs(self.candidates, seen.has)
        return guards.rename(session, self.table, renamed)

    def waiting(self, rows: Sequence[AnyRow]) -> list[AnyRow]:
        """The rows of a batch that were put aside."""
        return [row for row in rows if row.ref in self.candidates]

    def _like(self, session: Session, rows: Sequence[AnyRow]) -> dict[str, list[str]]:
        match self.table:
            case "customers":
                return _people(session, [row for row in rows if isinstance(row, CustomerRow)])
            case "orders":
                return _sales(session, [row for row in rows if isinstance(row, OrderRow)])
            case _:
                return _bills(session, [row for row in rows if isinstance(row, InvoiceRow)])


def _people(session: Session, rows: Collection[CustomerRow]) -> dict[str, list[str]]:
    new = [KeyedCustomer(row.ref, row.name, row.email, row.phone) for row in rows]
    known = twins.people(session, new)
    return _named(
        (
            one.ref,
            [
                old.ref
                for old in known.get(one.email.lower() if one.email else one.phone or "", ())
                if new_keys.is_same_person(old, one)
            ],
        )
        for one in new
    )


def _sales(session: Session, rows: Collection[OrderRow]) -> dict[str, list[str]]:
    known = twins.sales(session, {row.customer for row in rows})
    return _named(
        (row.ref, [old.ref for old in known.get(row.customer, ()) if new_keys.is_same_sale(old, _sale(row))])
        for row in rows
    )


def _bills(session: Session, rows: Collection[InvoiceRow]) -> dict[str, list[str]]:
    known = twins.bills(session, {row.customer for row in rows})
    return _named(
        (row.ref, [old.ref for old in known.get(row.customer, ()) if new_keys.is_same_bill(old, _bill(row))])
        for row in rows
    )


def _sale(row: OrderRow) -> Sale:
    return Sale(row.ref, row.customer, row.signed_at, row.amount_cents, row.currency, row.description)


def _bill(row: InvoiceRow) -> Bill:
    return Bill(row.ref, row.customer, row.issued_on, row.due_on, row.amount_cents, row.currency)


def _named(found: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
    return {ref: olds for ref, olds in found if olds}
