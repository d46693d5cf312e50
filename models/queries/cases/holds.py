"""Holds that people here placed: placing, releasing, and what stands at a claim."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, false, func, insert, or_, select, true, update
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import Customer, FollowUp, Hold, Order
from models.words import FollowUpState, Subject

_MOST = 50
"""A digest shows so many holds."""


def place(session: Session, row: Mapping[str, Any]) -> None:
    """Write a hold down."""
    session.execute(insert(Hold).values(**row))


def standing(session: Session, subject: tuple[str, int], sweep: str | None, now: datetime) -> list[Hold]:
    """The holds of a subject (type, id) that stand for a sweep, locked."""
    return list(
        session.scalars(
            select(Hold)
            .where(
                Hold.subject_type == subject[0],
                Hold.subject_id == subject[1],
                Hold.sweep == sweep if sweep else Hold.sweep.is_(None),
                Hold.released_at.is_(None),
                Hold.goes_on == false(),
                Hold.until > now,
            )
            .with_for_update()
        )
    )


def of_customer(session: Session, customer_id: int, now: datetime) -> list[Hold]:
    """Every hold of a customer or of one of the customer's orders that stands, locked."""
    orders = select(Order.id).where(Order.customer_id == customer_id)
    mine = and_(Hold.subject_type == Subject.CUSTOMER, Hold.subject_id == customer_id)
    theirs = and_(Hold.subject_type == Subject.ORDER, Hold.subject_id.in_(orders))
    query = select(Hold).where(
        or_(mine, theirs), Hold.released_at.is_(None), Hold.until > now, Hold.goes_on == false()
    )
    return list(session.scalars(query.with_for_update()))


def held_until(
    session: Session, sweep: str, customers: Collection[int], orders: Collection[int], now: datetime
) -> dict[tuple[str, int], datetime]:
    """Until when a sweep is held, by subject type and id: the latest end of what stands at `now`."""
    of_customers = and_(Hold.subject_type == Subject.CUSTOMER, among(Hold.subject_id, customers))
    of_orders = and_(Hold.subject_type == Subject.ORDER, among(Hold.subject_id, orders))
    rows = session.execute(
        select(Hold.subject_type, Hold.subject_id, Hold.until)
        .where(
            or_(of_customers, of_orders),
            or_(Hold.sweep.is_(None), Hold.sweep == sweep),
            Hold.goes_on == false(),
            Hold.released_at.is_(None),
            Hold.until > now,
        )
        .order_by(Hold.until)
    )
    return {(kind, id_): until for kind, id_, until in rows}


class StandingHold(NamedTuple):
    """A hold that stands, as a manager is told of it."""

    customer: str
    about: str
    """Reference of the order whose delay alerts are stopped; empty: nothing at all is written to the customer."""
    actor: str
    reason: str
    until: datetime


def all_standing(session: Session, now: datetime) -> list[StandingHold]:
    """Every hold that stands, the newest first."""
    rows = session.execute(
        select(Customer.name, Order.ref, Hold.actor, Hold.reason, Hold.until)
        .outerjoin(Order, and_(Hold.subject_type == Subject.ORDER, Order.id == Hold.subject_id))
        .join(
            Customer,
            or_(
                and_(Hold.subject_type == Subject.CUSTOMER, Customer.id == Hold.subject_id),
                Customer.id == Order.customer_id,
            ),
        )
        .where(Hold.released_at.is_(None), Hold.until > now, Hold.goes_on == false())
        .order_by(Hold.id.desc())
        .limit(_MOST)
    )
    return [StandingHold(name, ref or "", actor, reason, until) for name, ref, actor, reason, until in rows]


def any_placed(session: Session, since: datetime, now: datetime) -> bool:
    """Whether a hold was placed since a time, and still stands."""
    query = select(Hold.id).where(
        Hold.placed_at >= since, Hold.released_at.is_(None), Hold.until > now, Hold.goes_on == false()
    )
    return session.scalar(query.limit(1)) is not None


def let_on(session: Session, invoices: Collection[int], now: datetime) -> dict[int, datetime]:
    """By invoice: when a manager let it go on although something else is open at its customer; what stands now."""
    rows = session.execute(
        select(Hold.subject_id, func.max(Hold.placed_at))
        .where(
            Hold.subject_type == Subject.INVOICE,
            among(Hold.subject_id, invoices),
            Hold.goes_on == true(),
            Hold.released_at.is_(None),
            Hold.until > now,
        )
        .group_by(Hold.subject_id)
    )
    return dict(rows.all())


def let_go(session: Session, customer_id: int, reason: str, now: datetime) -> int:
    """Make what was postponed for a customer with this reason due again; returns how much that was."""
    statement = (
        update(FollowUp)
        .where(
            FollowUp.customer_id == customer_id,
            FollowUp.state == FollowUpState.PLANNED,
            FollowUp.reason == reason,
            FollowUp.due_at > now,
        )
        .values(due_at=now, reason=None)
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    )
    return len(list(session.scalars(statement)))


def order(session: Session, ref: str) -> Order | None:
    """An order by its reference."""
    return session.scalar(select(Order).where(Order.ref == ref))
