"""Staff, as routing sees them."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Text, func, or_, select, true
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
            row.deputy_id if row.deputy_id != row.id else None,  # nobody is one's own deputy
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


def billed_together(session: Session, customer_ids: Collection[int]) -> dict[int, set[int]]:
    """By customer: the others whose letters about money go to the same address."""
    to = func.lower(func.coalesce(Customer.billing_email, Customer.email))
    mine: dict[int, str | None] = dict(
        session.execute(select(Customer.id, to).where(among(Customer.id, customer_ids))).all()
    )
    wanted = sorted({address for address in mine.values() if address})
    if not wanted:
        return {}
    readers: dict[str, set[int]] = defaultdict(set)
    for which in (  # each side is an index of its own
        (among(func.lower(Customer.billing_email, type_=Text), wanted), Customer.billing_email.is_not(None)),
        (among(func.lower(Customer.email, type_=Text), wanted), Customer.billing_email.is_(None)),
    ):
        for id_, address in session.execute(select(Customer.id, to).where(*which)):
            readers[address].add(id_)
    return {id_: others for id_, at in mine.items() if (others := readers.get(at or "", set()) - {id_})}


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
