"""Rows for tests: only what a test cares about has to be said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.tables import Customer, Invoice, Order, Staff

SIGNED = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
"""Monday, two days before the clock of the tests stands still."""


def staff(session: Session, ref: str, role: str, **facts: Any) -> Staff:
    """A member of staff; after-sale, manager and so on by `role`."""
    row = Staff(
        ref=ref,
        role=role,
        fingerprint="",
        **{
            "name": f"{ref} Rossi",
            "email": f"{ref.lower()}@casa.example",
            "phone": "+39 0422 555 0199",
            "language": "it",
            "country": "IT",
            "active": True,
            **facts,
        },
    )
    session.add(row)
    session.flush()
    return row


def desk(session: Session) -> dict[str, Staff]:
    """The people a small company has."""
    return {
        "seller": staff(session, "S-1", "seller"),
        "anna": staff(session, "A-1", "after-sale", name="Anna Bianchi"),
        "ewa": staff(session, "A-2", "after-sale", name="Ewa Nowak", language="pl", country="PL"),
        "manager": staff(session, "M-1", "manager", name="Marco Conti"),
        "director": staff(session, "D-1", "director", name="Dora Greco"),
    }


def customer(session: Session, ref: str = "C-1", **facts: Any) -> Customer:
    """A customer in Italy."""
    row = Customer(
        ref=ref,
        fingerprint="",
        **{
            "name": "Giulia Ferri",
            "email": f"{ref.lower()}@posta.example",
            "phone": "+39 333 555 0101",
            "language": "it",
            "country": "IT",
            "timezone": "Europe/Rome",
            "is_business": False,
            **facts,
        },
    )
    session.add(row)
    session.flush()
    return row


def order_values(of: Customer, ref: str = "SO-1", **facts: Any) -> dict[str, Any]:
    """The values of an order signed on Monday, 16 March 2026, promised for 10 April."""
    return {
        "ref": ref,
        "customer_id": of.id,
        "fingerprint": "",
        "description": "Cucina Nives",
        "is_service": False,
        "amount_cents": 420_000,
        "currency": "EUR",
        "withdrawal_days": 14,
        "signed_at": SIGNED,
        "promised_on": date(2026, 4, 10),
        "dates": {},
        "to_plan": True,
        **facts,
    }


def order(session: Session, of: Customer, ref: str = "SO-1", **facts: Any) -> Order:
    """An order; see `order_values`."""
    row = Order(**order_values(of, ref, **facts))
    session.add(row)
    session.flush()
    return row


def invoice(session: Session, of: Customer, ref: str = "F-1", **facts: Any) -> Invoice:
    """An invoice that fell due on Friday, 13 March 2026."""
    due_on = facts.pop("due_on", date(2026, 3, 13))
    row = Invoice(
        ref=ref,
        customer_id=of.id,
        fingerprint="",
        due_on=due_on,
        **{
            "amount_cents": 100_000,
            "currency": "EUR",
            "issued_on": due_on - timedelta(days=30),
            "to_plan": True,
            **facts,
        },
    )
    session.add(row)
    session.flush()
    return row
