"""Staff, as routing sees them."""

from collections.abc import Collection, Sequence

from sqlalchemy import or_, select, true
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.rules.escalation.ownership import Person
from models.tables import Commitment, Customer, Order, Staff

_ACTIVE = select(Staff).where(Staff.active == true()).order_by(Staff.id)


def people(session: Session) -> Sequence[Person]:
    """Everybody active, by id."""
    rows = session.scalars(_ACTIVE)
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
    return dict(session.execute(select(Customer.ref, Customer.id).where(Customer.ref.in_(refs))).all())


def customers(session: Session, ids: Collection[int], *, lock: bool = False) -> dict[int, Customer]:
    """Customers by id; locked, in the order of their ids, if wanted."""
    query = select(Customer).where(among(Customer.id, ids)).order_by(Customer.id)
    rows = session.scalars(query.with_for_update() if lock else query)
    return {row.id: row for row in rows}


def order_by_ref(session: Session, ref: str) -> Order | None:
    """An order by its reference."""
    return session.scalar(select(Order).where(Order.ref == ref))


def sold_to(session: Session, staff_id: int, customer_id: int) -> bool:
    """Whether somebody sold anything to a customer."""
    query = select(Order.id).where(Order.customer_id == customer_id, Order.seller_id == staff_id)
    return session.scalar(query.limit(1)) is not None


def staff_by_ref(session: Session, ref: str) -> Staff | None:
    """A member of staff who works here, by reference."""
    return session.scalar(select(Staff).where(Staff.ref == ref, Staff.active == true()))


def languages_of(session: Session, customer_ids: Collection[int]) -> dict[int, str]:
    """The language of each of these customers."""
    rows = session.execute(select(Customer.id, Customer.language).where(among(Customer.id, customer_ids)))
    return dict(rows.all())


def languages(session: Session) -> set[str]:
    """The languages that customers are written to in."""
    return set(session.scalars(select(Customer.language).distinct()))


def countries(session: Session) -> set[str]:
    """The countries of the companies that buy."""
    return set(session.scalars(select(Customer.country).where(Customer.is_business).distinct()))


def is_theirs(session: Session, customer_id: int, staff_id: int) -> bool:
    """Whether a colleague has to do with a customer: sold to, follows or owes something to him or her."""
    order = select(Order.id).where(
        Order.customer_id == customer_id,
        or_(Order.seller_id == staff_id, Order.owner_id == staff_id, Order.deputy_id == staff_id),
    )
    owed = select(Commitment.id).where(
        Commitment.customer_id == customer_id,
        Commitment.done_at.is_(None),
        or_(Commitment.owner_id == staff_id, Commitment.deputy_id == staff_id),
    )
    return session.scalar(select(or_(order.exists(), owed.exists()))) is True


def lock(session: Session, staff_id: int) -> None:
    """Keep other presses of the same colleague waiting; rows that name him or her can still be written."""
    session.execute(select(Staff.id).where(Staff.id == staff_id).with_for_update(key_share=True))
