"""A customer found by name, reference, order, invoice, address or telephone."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from models.queries.desk.likeness import has
from models.tables import Customer, Invoice, Order

_MOST = 50
_FEWEST_DIGITS = 5


def customers(session: Session, text: str, staff_id: int | None) -> Sequence[Customer]:
    """At most fifty customers who have this in a name, reference, order, invoice, address or telephone; empty: any.

    `staff_id` leaves those whom this member of staff sold to or looks after; None leaves all.
    """
    query = select(Customer).where(_has(text.strip())).order_by(Customer.name, Customer.id).limit(_MOST)
    if staff_id is not None:
        query = query.where(is_of(staff_id))
    return session.scalars(query).all()


def by_ref(session: Session, ref: str) -> Customer | None:
    """A customer by reference."""
    return session.scalar(select(Customer).where(Customer.ref == ref))


def is_of(staff_id: int) -> ColumnElement[bool]:
    """Whether a customer was sold to or is looked after by a member of staff."""
    return exists().where(
        Order.customer_id == Customer.id,
        or_(Order.seller_id == staff_id, Order.owner_id == staff_id, Order.deputy_id == staff_id),
    )


def _has(text: str) -> ColumnElement[bool]:
    found: list[ColumnElement[bool]] = [
        has(Customer.name, text),
        func.lower(Customer.ref) == text.lower(),
        has(Customer.email, text),
        has(Customer.billing_email, text),
        has(Customer.certified_email, text),
        exists().where(Order.customer_id == Customer.id, func.lower(Order.ref) == text.lower()),
        exists().where(Invoice.customer_id == Customer.id, func.lower(Invoice.ref) == text.lower()),
    ]
    digits = re.sub(r"\D", "", text)
    if len(digits) >= _FEWEST_DIGITS:
        plain: ColumnElement[Any] = func.coalesce(Customer.phone, "")
        for sign in (" ", "-", "/", ".", "(", ")"):
            plain = func.replace(plain, sign, "")
        found.append(plain.like(f"%{digits}%"))
    return or_(*found)
