"""What our own people did about a customer beside mails and outcomes: who, when and why, out of the history."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import Case, Commitment, History, Invoice, Order, Staff
from models.words import Subject

ACTS = (
    "held",
    "released",
    "followed-up-by-hand",
    "brought-forward",
    "address-suppressed",
    "suppression-lifted",
    "planned-again",
    "taken",
    "acknowledged",
    "snoozed",
    "handed-over",
    "not-reached",
    "asked-works",
    "told-customer",
    "not-told",
)
"""Events of the history that a person brought about with a name and, mostly, a reason."""


class ActDone(NamedTuple):
    """One of them."""

    at: datetime
    event: str
    actor: str
    why: str | None
    about: str


def done_about(session: Session, customer_id: int, newest: int) -> list[ActDone]:
    """What was done about a customer, the orders, what is owed and the cases; of the newest so many, oldest first."""
    mine = {
        Subject.ORDER: select(Order.id).where(Order.customer_id == customer_id),
        Subject.INVOICE: select(Invoice.id).where(Invoice.customer_id == customer_id),
        Subject.COMMITMENT: select(Commitment.id).where(Commitment.customer_id == customer_id),
        Subject.CASE: select(Case.id).where(Case.customer_id == customer_id),
    }
    about = or_(
        and_(History.subject_type == Subject.CUSTOMER, History.subject_id == customer_id),
        *(and_(History.subject_type == kind, History.subject_id.in_(ids)) for kind, ids in mine.items()),
    )
    rows = session.scalars(
        select(History).where(about, History.event.in_(ACTS)).order_by(History.id.desc()).limit(newest)
    ).all()
    refs = _refs(session, {row.subject_id for row in rows if row.subject_type == Subject.ORDER})
    return [
        ActDone(
            row.at,
            row.event,
            row.actor,
            row.cause if row.event != "taken" else None,
            refs.get(row.subject_id, "") if row.subject_type == Subject.ORDER else "",
        )
        for row in reversed(rows)
    ]


def who_ended(session: Session, commitments: Collection[int]) -> dict[int, str]:
    """By commitment: the reference of the one of our own people who said what came of it."""
    if not commitments:
        return {}
    rows = session.execute(
        select(History.subject_id, History.actor)
        .join(Staff, Staff.ref == History.actor)
        .where(
            History.subject_type == Subject.COMMITMENT,
            among(History.subject_id, commitments),
            History.event.in_(("done", "re-promised")),
        )
    )
    return dict(rows.all())


def _refs(session: Session, orders: Collection[int]) -> dict[int, str]:
    if not orders:
        return {}
    return dict(session.execute(select(Order.id, Order.ref).where(Order.id.in_(orders))).all())
