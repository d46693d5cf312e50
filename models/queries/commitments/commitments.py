"""What people here owe customers, and who they are."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select
from sqlalchemy.orm import Session

from models.queries import facts
from models.queries.cases import cases
from models.queries.in_list import among
from models.tables import Case, Commitment, Customer, FollowUp, Inbound, Invoice, Order
from models.words import CommitmentKind, Subject

BY_HAND = tuple(kind for kind in CommitmentKind if kind is not CommitmentKind.DELIVERY)
"""Kinds that somebody has to do something about; goods come by themselves, or are late."""

# Asked for every case and every notice, these cost more to put together than to execute: that is done once.
_ADD = insert(Commitment).returning(Commitment, sort_by_parameter_order=True)
_OF_CASE = (
    select(Commitment)
    .where(
        Commitment.case_id == bindparam("case"),
        Commitment.kind == CommitmentKind.LISTENING_CALL,
        Commitment.done_at.is_(None),
    )
    .with_for_update()
)
_BY_ID = select(Commitment).where(Commitment.id == bindparam("commitment")).with_for_update()
_END = {
    Subject.CASE: select(Case.closed_at).where(Case.id == bindparam("matter")),
    Subject.AGREED: select(Commitment.done_at).where(Commitment.id == bindparam("matter")),
    Subject.COMMITMENT: select(Commitment.done_at).where(Commitment.id == bindparam("matter")),
    Subject.INBOUND: select(Inbound.handled_at).where(Inbound.id == bindparam("matter")),
}


def add(session: Session, rows: Sequence[dict[str, Any]]) -> Sequence[Commitment]:
    """Write commitments down that have the same columns; returns them in the order given."""
    session.flush()  # what the rows refer to
    return session.scalars(_ADD, list(rows)).all()


def open_one(
    session: Session, customer_id: int, kind: str, about: tuple[str, int] | None = None
) -> Commitment | None:
    """The commitment of a kind that is open for a customer, or about one of the customer's subjects; locked."""
    query = select(Commitment).where(
        Commitment.customer_id == customer_id, Commitment.kind == kind, Commitment.done_at.is_(None)
    )
    if about is not None:
        query = query.where(Commitment.subject_type == about[0], Commitment.subject_id == about[1])
    return session.scalar(query.order_by(Commitment.id).limit(1).with_for_update())


def open_ones_like(
    session: Session, matters: Mapping[int, tuple[str, int]], kind: str, *, by_customer: bool
) -> dict[int, Commitment]:
    """By customer: the oldest open commitment of a kind, of any subject or about the given one alone; locked."""
    query = select(Commitment).where(
        among(Commitment.customer_id, matters), Commitment.kind == kind, Commitment.done_at.is_(None)
    )
    if not by_customer:
        query = query.where(
            Commitment.subject_type.in_({kind for kind, _ in matters.values()}),
            among(Commitment.subject_id, [id_ for _, id_ in matters.values()]),
        )
    found: dict[int, Commitment] = {}
    for row in session.scalars(query.order_by(Commitment.id).with_for_update()):
        if by_customer or matters[row.buyer_id] == (row.subject_type, row.subject_id):
            found.setdefault(row.buyer_id, row)
    return found


def resting(session: Session, customers: Collection[int], now: datetime) -> Sequence[Commitment]:
    """What somebody put off, of these customers', until a time that has not come; locked."""
    return session.scalars(
        select(Commitment)
        .where(
            among(Commitment.customer_id, customers),
            Commitment.done_at.is_(None),
            Commitment.snoozed_until > now,
        )
        .order_by(Commitment.id)
        .with_for_update()
    ).all()


def of_case(session: Session, case_id: int) -> Commitment | None:
    """The listening call that an open case owes, locked."""
    return session.scalar(_OF_CASE, {"case": case_id})


def case_is_open(session: Session, commitment: Commitment) -> bool:
    """Whether the case of a commitment is open."""
    case = session.get(Case, commitment.case_id) if commitment.case_id is not None else None
    return case is not None and case.closed_at is None


def get(session: Session, commitment_id: int) -> Commitment | None:
    """A commitment by id."""
    return session.get(Commitment, commitment_id)


def to_change(session: Session, commitment_id: int) -> Commitment | None:
    """A commitment by id, locked."""
    return session.scalar(_BY_ID, {"commitment": commitment_id})


def open_ones(session: Session, limit: int) -> Sequence[Commitment]:
    """What is owed, the earliest due first; deliveries are their orders'."""
    return session.scalars(
        select(Commitment)
        .where(Commitment.done_at.is_(None), Commitment.kind.in_(BY_HAND))
        .order_by(Commitment.due_at, Commitment.id)
        .limit(limit)
    ).all()


def newest(session: Session) -> int:
    """The highest id there is."""
    return session.scalar(select(func.max(Commitment.id))) or 0


def without_ladder(session: Session, after: int, until: int, kinds: Collection[str]) -> Sequence[Commitment]:
    """Open promises of these kinds, with an id in a span, of which no rung was ever planned; locked."""
    rung = select(FollowUp.id).where(
        FollowUp.subject_type == Subject.COMMITMENT,
        FollowUp.subject_id == Commitment.id,
        FollowUp.audience.is_not(None),
    )
    return session.scalars(
        select(Commitment)
        .where(
            Commitment.id > after,
            Commitment.id <= until,
            Commitment.done_at.is_(None),
            Commitment.kind.in_(kinds),
            ~rung.exists(),
        )
        .order_by(Commitment.id)
        .with_for_update()
    ).all()


def open_of(session: Session, customer_ref: str) -> Sequence[Commitment]:
    """What somebody has to do for a customer, by reference; locked, deliveries are their orders'."""
    return session.scalars(
        select(Commitment)
        .join(Customer, Customer.id == Commitment.customer_id)
        .where(Customer.ref == customer_ref, Commitment.done_at.is_(None), Commitment.kind.in_(BY_HAND))
        .order_by(Commitment.id)
        .with_for_update(of=Commitment)
    ).all()


def order_about(session: Session, customer_id: int, subject: tuple[str, int]) -> Order | None:
    """The order that a matter (subject type, id) is about; the customer's newest one where it names none."""
    if subject[0] in {Subject.CASE, Subject.CLOSED_CASE}:
        subject = cases.subject(session, subject[1]) or subject
    kind, id_ = subject
    if kind == Subject.ORDER:
        return session.get(Order, id_)
    if kind == Subject.INVOICE and (invoice := session.get(Invoice, id_)) is not None and invoice.order_id:
        return session.get(Order, invoice.order_id)
    return session.scalar(
        select(Order)
        .where(Order.customer_id == customer_id)
        .order_by(Order.signed_at.desc(), Order.id.desc())
        .limit(1)
    )


def orders_about(session: Session, matters: Sequence[tuple[int, tuple[str, int]]]) -> list[Order | None]:
    """The same of many matters (customer, subject); what they name is read in one statement for each table."""
    named = {
        kind: {id_ for _, (one, id_) in matters if one == kind} for kind in (Subject.ORDER, Subject.INVOICE)
    }
    invoices = facts.invoices(session, named[Subject.INVOICE])
    ids = named[Subject.ORDER] | {row.order_id for row in invoices.values() if row.order_id}
    orders = facts.orders(session, ids)  # while both are held here, the session asks for none of them again
    found = [order_about(session, customer_id, subject) for customer_id, subject in matters]
    del invoices, orders
    return found


def by_ids(session: Session, ids: Collection[int]) -> dict[int, Commitment]:
    """Commitments by id, locked in one order."""
    query = select(Commitment).where(Commitment.id.in_(ids)).order_by(Commitment.id).with_for_update()
    return {row.id: row for row in session.scalars(query)} if ids else {}


def notices(session: Session, subject: tuple[str, int]) -> int:
    """How many notices about a matter (subject type, id) were planned."""
    query = select(func.count(FollowUp.id)).where(
        FollowUp.subject_type == subject[0], FollowUp.subject_id == subject[1]
    )
    return session.scalar(query) or 0


def is_done(session: Session, subject: tuple[str, int]) -> bool:
    """Whether a matter for our own people (`case`, `commitment` or `inbound`, id) was seen to, or is gone."""
    kind, id_ = subject
    if kind == Subject.STAFF:
        return False  # a digest of an empty list is not planned, and one that emptied since says so
    row = session.execute(_END[Subject(kind)], {"matter": id_}).one_or_none()
    return row is None or row[0] is not None


def told_of(session: Session, appointment: Commitment) -> bool:
    """Whether a mail to the customer about an appointment, or one in whose place it came, may have gone out."""
    root = appointment.root_id or appointment.id
    chain = select(Commitment.id).where(or_(Commitment.id == root, Commitment.root_id == root))
    told = select(FollowUp.id).where(
        FollowUp.subject_type == Subject.AGREED,
        FollowUp.subject_id.in_(chain),
        FollowUp.message_id.is_not(None),
    )
    return session.scalar(select(told.exists())) is True
