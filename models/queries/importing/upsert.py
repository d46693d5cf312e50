"""What an import asks and writes: always a batch at once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.orm import Session

from models.base import table_of
from models.queries import bulk
from models.tables import Customer, Invoice, Order, Staff
from models.words import Role

_MODELS: Mapping[str, type[Staff | Customer | Order | Invoice]] = {
    "staff": Staff,
    "customers": Customer,
    "orders": Order,
    "invoices": Invoice,
}
_REMEMBERED: Mapping[str, tuple[str, ...]] = {
    "customers": ("email", "billing_email"),
    "orders": (
        "customer_id",
        "promised_on",
        "promised_before",
        "promise_moved_at",
        "delivered_at",
        "cancelled_at",
        "owner_id",
        "deputy_id",
    ),
    "invoices": ("customer_id", "due_on", "paid_at", "disputed_at", "cancelled_at"),
}


class KnownRow(NamedTuple):
    """A row that is there already."""

    id: int
    fingerprint: str


class Buyer(NamedTuple):
    """Of a customer, what an order needs."""

    id: int
    is_business: bool


class Owned(NamedTuple):
    """An order or invoice, and whose it is."""

    id: int
    customer_id: int


def known(session: Session, table: str, refs: Collection[str]) -> dict[str, KnownRow]:
    """By reference: the rows of a table that are there already."""
    model = _MODELS[table]
    rows = session.execute(select(model.ref, model.id, model.fingerprint).where(model.ref.in_(refs)))
    return {ref: KnownRow(row_id, fingerprint) for ref, row_id, fingerprint in rows}


def staff_ids(session: Session, refs: Collection[str]) -> dict[str, int]:
    """Ids of members of staff by reference."""
    if not refs:
        return {}
    return dict(session.execute(select(Staff.ref, Staff.id).where(Staff.ref.in_(refs))).all())


def buyers(session: Session, refs: Collection[str]) -> dict[str, Buyer]:
    """Customers by reference."""
    rows = session.execute(
        select(Customer.ref, Customer.id, Customer.is_business).where(Customer.ref.in_(refs))
    )
    return {ref: Buyer(row_id, is_business) for ref, row_id, is_business in rows}


def owned(session: Session, table: str, refs: Collection[str]) -> dict[str, Owned]:
    """Orders or invoices by reference."""
    if not refs:
        return {}
    model = Order if table == "orders" else Invoice
    rows = session.execute(select(model.ref, model.id, model.customer_id).where(model.ref.in_(refs)))
    return {ref: Owned(row_id, customer_id) for ref, row_id, customer_id in rows}


def owned_by_sellers(session: Session) -> int:
    """How many open orders belong to somebody who sells, and not to after-sale."""
    query = (
        select(func.count(Order.id))
        .join(Staff, Staff.id == Order.owner_id)
        .where(Staff.role == Role.SELLER, Order.delivered_at.is_(None), Order.cancelled_at.is_(None))
    )
    return session.scalar(query) or 0


def values_of(
    session: Session, table: str, columns: Mapping[int, Collection[str]]
) -> dict[int, dict[str, Any]]:
    """By id: what rows have in the columns named for each of them."""
    if not columns:
        return {}
    model = _MODELS[table]
    named = sorted({name for names in columns.values() for name in names})
    rows = session.execute(
        select(model.id, *(getattr(model, name) for name in named)).where(model.id.in_(columns))
    )
    return {row.id: {name: getattr(row, name) for name in columns[row.id]} for row in rows}


def remembered(session: Session, table: str, ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """By id: the values of rows about to change that decide what the change means."""
    columns = _REMEMBERED.get(table, ())
    if not columns or not ids:
        return {row_id: {} for row_id in ids}
    model = _MODELS[table]
    rows = session.execute(
        select(model.id, *(getattr(model, name) for name in columns)).where(model.id.in_(ids))
    )
    return {row.id: dict(row._mapping) for row in rows}  # noqa: SLF001 (SQLAlchemy's public name for it)


def add(session: Session, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, all with the same columns."""
    bulk.load(session, _MODELS[table], rows)


def change(session: Session, table: str, changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Set columns by id; all changes name the same ones."""
    if not changes:
        return
    target = table_of(_MODELS[table])
    columns: dict[str, Any] = {name: bindparam(f"new_{name}") for name in next(iter(changes.values()))}
    session.connection().execute(
        update(target).where(target.c.id == bindparam("row_id")).values(columns),
        [
            {"row_id": row_id, **{f"new_{name}": value for name, value in changes[row_id].items()}}
            for row_id in sorted(changes)  # always in one order, so that two writers cannot block each other
        ],
    )


def plan_again(session: Session, customer_ids: Collection[int]) -> None:
    """Have everything of these customers planned anew."""
    if not customer_ids:
        return
    for model in (Order, Invoice):
        session.execute(update(model).where(model.customer_id.in_(customer_ids)).values(to_plan=True))


def refresh_statistics(session: Session, tables: Collection[str]) -> None:
    """Let PostgreSQL count again after a bulk load: with old figures its plans can turn bad."""
    if session.get_bind().dialect.name == "postgresql":
        for table in tables:
            session.execute(text(f"ANALYZE {table_of(_MODELS[table]).name}"))
