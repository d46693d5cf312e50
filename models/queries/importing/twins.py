"""Known rows that new ones could be under another key."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import String, func, or_, select
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.rules.importing.new_keys import Bill, KeyedCustomer, Sale
from models.tables import Customer, Invoice, Order


def people(session: Session, new: Sequence[KeyedCustomer]) -> dict[str, list[KeyedCustomer]]:
    """Customers by lower address, or by phone where they have no address."""
    emails = {one.email.lower() for one in new if one.email}
    phones = {one.phone for one in new if one.phone and not one.email}
    rows = session.execute(
        select(Customer.ref, Customer.name, Customer.email, Customer.phone)
        .where(
            or_(
                among(func.lower(Customer.email, type_=String()), emails),
                Customer.email.is_(None) & among(Customer.phone, phones),
            )
        )
        .order_by(Customer.id)
    )
    found: defaultdict[str, list[KeyedCustomer]] = defaultdict(list)
    for row in rows:
        one = KeyedCustomer(*row)
        found[one.email.lower() if one.email else one.phone or ""].append(one)
    return found


def sales(session: Session, customers: Iterable[str]) -> dict[str, list[Sale]]:
    """Orders by reference of their customer."""
    rows = session.execute(
        select(
            Order.ref, Customer.ref, Order.signed_at, Order.amount_cents, Order.currency, Order.description
        )
        .join(Customer, Customer.id == Order.customer_id)
        .where(among(Customer.ref, set(customers)))
        .order_by(Order.id)
    )
    found: defaultdict[str, list[Sale]] = defaultdict(list)
    for row in rows:
        found[row[1]].append(Sale(*row))
    return found


def bills(session: Session, customers: Iterable[str]) -> dict[str, list[Bill]]:
    """Invoices by reference of their customer."""
    rows = session.execute(
        select(
            Invoice.ref,
            Customer.ref,
            Invoice.issued_on,
            Invoice.due_on,
            Invoice.amount_cents,
            Invoice.currency,
        )
        .join(Customer, Customer.id == Invoice.customer_id)
        .where(among(Customer.ref, set(customers)))
        .order_by(Invoice.id)
    )
    found: defaultdict[str, list[Bill]] = defaultdict(list)
    for row in rows:
        found[row[1]].append(Bill(*row))
    return found
