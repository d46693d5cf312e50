"""Staff, as routing sees them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from models.rules.ownership import Person
from models.tables import Customer, Order, Staff


def people(session: Session) -> Sequence[Person]:
    """Everybody active, by id."""
    rows = session.scalars(select(Staff).where(Staff.active == true()).order_by(Staff.id))
    return [
        Person(
            row.id,
            row.role,
            row.language,
            row.email,
            row.deputy_id,
            row.absent_from,
            row.absent_until,
            row.team,
        )
        for row in rows
    ]


def staff(session: Session) -> dict[int, Staff]:
    """Every member of staff by id, for names and addresses."""
    return {row.id: row for row in session.scalars(select(Staff))}


def customers_by_ref(session: Session, refs: Collection[str]) -> dict[str, int]:
    """Ids of customers by their references; those that do not exist are left out."""
    return dict(
        session.execute(select(Customer.ref, Customer.id).where(Customer.ref.in_(refs))).tuples().all()
    )


def order_by_ref(session: Session, ref: str) -> Order | None:
    """An order by its reference."""
    return session.scalar(select(Order).where(Order.ref == ref))


def staff_by_ref(session: Session, ref: str) -> Staff | None:
    """A member of staff who works here, by reference."""
    return session.scalar(select(Staff).where(Staff.ref == ref, Staff.active == true()))


def languages(session: Session) -> set[str]:
    """The languages that customers are written to in."""
    return set(session.scalars(select(Customer.language).distinct()))
