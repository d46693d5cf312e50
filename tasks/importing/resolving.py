"""References of a batch to ids: one question a kind of reference, and a reject for each that is not known."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

from models.queries.importing import upsert as queries
from models.queries.importing.upsert import Buyer, Owned
from tasks.importing.rows import AnyRow, CustomerRow, InvoiceRow, OrderRow, ResponseRow, StaffRow
from tasks.importing.writing import Resolved

CONSUMER_WITHDRAWAL_DAYS = 14
"""For goods bought at a distance (EU); between businesses there is none."""
_STAFF = ("seller", "owner", "deputy")
_UNKNOWN_CUSTOMER = "is no known customer; import it with customers.sql first, or mend the reference"
_UNKNOWN_ORDER = "is no known order; import it with orders.sql first, or mend the reference"
_UNKNOWN_INVOICE = "is no known invoice; import it with invoices.sql first, or mend the reference"
_UNKNOWN_STAFF = "is no known member of staff; import them with staff.sql first, or mend the reference"

_REFERENCES = {"origin", "replaces", "unread", "unwritten", "customer", "order", "invoice", *_STAFF}


def _columns(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(item.name for item in fields(kind) if item.name not in _REFERENCES)
    return names, attrgetter(*names)


_PLAIN = {kind: _columns(kind) for kind in (StaffRow, CustomerRow, OrderRow, InvoiceRow)}


def _plain(row: StaffRow | CustomerRow | OrderRow | InvoiceRow) -> dict[str, Any]:
    """The columns that need no looking up."""
    names, read = _PLAIN[type(row)]
    return dict(zip(names, read(row), strict=True))


def _keep(resolved: Resolved, row: AnyRow, values: dict[str, Any]) -> None:
    """Let a row in, with what it could not say of itself."""
    resolved.values[row.ref] = values
    if row.unread:
        resolved.unread[row.ref] = resolved.unread.get(row.ref, frozenset()) | row.unread


def _named(rows: Iterable[Any], *attributes: str) -> set[str]:
    return {ref for row in rows for name in attributes if (ref := getattr(row, name)) is not None}


def staff(session: Session, rows: Sequence[StaffRow]) -> Resolved:
    """Members of staff; their deputies stay references, since they may be new themselves."""
    resolved = Resolved()
    known = set(queries.staff_ids(session, _named(rows, "deputy")))
    known |= {row.ref for row in rows}
    for row in rows:
        is_known = row.deputy is None or row.deputy in known
        if not is_known:
            resolved.leave_out(row, "deputy", row.deputy or "", _UNKNOWN_STAFF)
        _keep(resolved, row, _plain(row))
        resolved.later[row.ref] = row.deputy if is_known else None
    return resolved


def customers(rows: Sequence[CustomerRow]) -> Resolved:
    """Customers refer to nobody."""
    resolved = Resolved()
    for row in rows:
        _keep(resolved, row, _plain(row))
    return resolved


def orders(session: Session, rows: Sequence[OrderRow]) -> Resolved:
    """Orders with the ids of their customer and staff."""
    resolved = Resolved()
    buyers = queries.buyers(session, _named(rows, "customer"))
    people = queries.staff_ids(session, _named(rows, *_STAFF))
    for row in rows:
        buyer = buyers.get(row.customer)
        if buyer is None:
            resolved.refuse(row, "customer", row.customer, _UNKNOWN_CUSTOMER)
        else:
            for name in _STAFF:
                ref = getattr(row, name)
                if ref is not None and ref not in people:
                    resolved.leave_out(row, name, ref, _UNKNOWN_STAFF)
            _keep(resolved, row, _order(row, buyer, people))
    return resolved


def _order(row: OrderRow, buyer: Buyer, people: Mapping[str, int]) -> dict[str, Any]:
    values = _plain(row)
    values["customer_id"] = buyer.id
    values["seller_id"] = people.get(row.seller) if row.seller else None
    values["owner_id"] = people.get(row.owner) if row.owner else None
    values["deputy_id"] = people.get(row.deputy) if row.deputy else None
    values["dates"] = dict(sorted(row.dates.items()))
    if row.withdrawal_days is None:
        values["withdrawal_days"] = 0 if buyer.is_business else CONSUMER_WITHDRAWAL_DAYS
    return values


def invoices(session: Session, rows: Sequence[InvoiceRow]) -> Resolved:
    """Invoices with the ids of their customer and order."""
    resolved = Resolved()
    buyers = queries.buyers(session, _named(rows, "customer"))
    sales = queries.owned(session, "orders", _named(rows, "order"))
    for row in rows:
        if row.customer not in buyers:
            resolved.refuse(row, "customer", row.customer, _UNKNOWN_CUSTOMER)
        else:
            sale = sales.get(row.order) if row.order else None
            if row.order and sale is None:
                resolved.leave_out(row, "order", row.order, _UNKNOWN_ORDER)
            ids = {"customer_id": buyers[row.customer].id, "order_id": sale.id if sale else None}
            _keep(resolved, row, _plain(row) | ids)
    return resolved


def responses(session: Session, rows: Sequence[ResponseRow]) -> Resolved:
    """Answers with the ids of whose they are and of what they are about."""
    resolved = Resolved()
    buyers = queries.buyers(session, _named(rows, "customer"))
    sales = queries.owned(session, "orders", _named(rows, "order"))
    bills = queries.owned(session, "invoices", _named(rows, "invoice"))
    for row in rows:
        lost = [
            (column, ref, fix)
            for column, ref, known, fix in (
                ("order", row.order, sales, _UNKNOWN_ORDER),
                ("invoice", row.invoice, bills, _UNKNOWN_INVOICE),
                ("customer", row.customer, buyers, _UNKNOWN_CUSTOMER),
            )
            if ref is not None and ref not in known
        ]
        named = sum(ref is not None for ref in (row.order, row.invoice, row.customer))
        if len(lost) == named:  # nothing is left that says whose answer it is
            resolved.refuse(row, *lost[0])
            continue
        for column, ref, fix in lost:
            resolved.leave_out(row, column, ref, fix)
        _response(resolved, row, buyers, sales.get(row.order or ""), bills.get(row.invoice or ""))
    return resolved


def _response(
    resolved: Resolved, row: ResponseRow, buyers: Mapping[str, Buyer], sale: Owned | None, bill: Owned | None
) -> None:
    buyer = buyers.get(row.customer or "")
    named = buyer.id if buyer else None
    whose = {
        owner for owner in (named, sale and sale.customer_id, bill and bill.customer_id) if owner is not None
    }
    if len(whose) > 1:
        told = row.customer or row.invoice or ""
        resolved.refuse(
            row, "customer" if row.customer else "invoice", told, "and the rest belong to two customers"
        )
        return
    resolved.values[row.ref] = {
        "customer_id": whose.pop(),
        "order_id": sale.id if sale else None,
        "invoice_id": bill.id if bill else None,
    }
