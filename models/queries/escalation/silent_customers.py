"""Customers who did not answer a plain question: they stand by name on a manager's list, each once."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import NotNullable, exists, select, update
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import Case, Customer, FollowUp, Order
from models.words import Subject

_STANDS = Customer.silent_since.is_not(None)
_HAS_CASE = exists(select(Case.id).where(Case.customer_id == Customer.id, Case.closed_at.is_(None)))


class SilentCustomer(NamedTuple):
    """Somebody who has not answered. `order` is the reference of what was asked about."""

    id: int
    ref: str
    name: str
    phone: str | None
    language: str
    order: str | None
    since: datetime


def put(session: Session, waiting: FollowUp, now: datetime) -> bool:
    """Have the customer of a contact stand on the list; False for who stands there already."""
    done = session.execute(
        update(Customer)
        .where(Customer.id == waiting.customer_id, ~_STANDS)
        .values(silent_since=now, silent_contact_id=waiting.id)
        .execution_options(synchronize_session=False)
        .returning(Customer.id)
    )
    return done.first() is not None


def end(session: Session, customer_ids: Collection[int]) -> None:
    """These customers answered, or were called: they stand on no list any more. Locked in one order."""
    found = session.scalars(
        select(Customer.id)
        .where(among(Customer.id, customer_ids), _STANDS)
        .order_by(Customer.id)
        .with_for_update()
    ).all()
    if found:
        session.execute(
            update(Customer)
            .where(among(Customer.id, found))
            .values(silent_since=None, silent_contact_id=None)
            .execution_options(synchronize_session=False)
        )


def standing(session: Session) -> list[SilentCustomer]:
    """Everybody on the list, who waits longest first. Who has an open case stands there instead."""
    rows = session.execute(
        select(
            Customer.id,
            Customer.ref,
            Customer.name,
            Customer.phone,
            Customer.language,
            Order.ref,
            NotNullable(Customer.silent_since),
        )
        .join(FollowUp, FollowUp.id == Customer.silent_contact_id, isouter=True)
        .join(
            Order,
            (Order.id == FollowUp.subject_id) & (FollowUp.subject_type == Subject.ORDER),
            isouter=True,
        )
        .where(_STANDS, ~_HAS_CASE)
        .order_by(Customer.silent_since, Customer.id)
    )
    return [SilentCustomer(*row) for row in rows]
