"""Everything we know of a customer, for the person who has to call."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.base import may_be_id
from models.queries.cases import cases, contract_ends
from models.queries.cases.timeline import Event, events
from models.tables import (
    Case,
    CaseReason,
    Commitment,
    ContractEnd,
    Customer,
    Hold,
    Invoice,
    Order,
    Response,
    Statement,
)
from models.words import Side, Subject

_NEWEST = 60
"""How many entries of each sort a dossier shows; older ones stay in the database."""


@dataclass(frozen=True)
class Dossier:
    """A customer with all that happened, oldest first; with the case that it is read for, where there is one."""

    matter: Case | None
    customer: Customer
    reasons: Sequence[CaseReason]
    orders: Sequence[Order]
    invoices: Sequence[Invoice]
    events: Sequence[Event]
    words: Sequence[str]
    """What the customer said in writing, through whatever channel."""
    answers: Sequence[Response]
    """What the customer answered, with its day and rating; the oldest first."""
    statements: Sequence[Statement]
    """Everybody's version of the case, and of the cases it goes on with."""
    owed: Sequence[Commitment]
    """What is open, the earliest due first."""
    holds: Sequence[Hold]
    ends: Sequence[ContractEnd]
    """Withdrawals and terminations."""
    read_at: datetime

    @property
    def case(self) -> Case:
        """The case, where it is known that there is one.

        Raises:
            LookupError: there is none.
        """
        if self.matter is None:
            raise LookupError("this dossier belongs to no case")
        return self.matter

    @property
    def told_apart(self) -> Collection[str]:
        """Words that stand by themselves, with whose they are and their day: a story beside them repeats none."""
        return {one.text for one in self.statements} | {one.text for one in self.answers if one.text}

    def written(self) -> Sequence[Response]:
        """Answers with words that are no statement of the matter: they came before it, or about something else."""
        stated = {one.text for one in self.statements}
        return [one for one in self.answers if one.text and one.text not in stated]

    def said(self) -> Sequence[Statement]:
        """The customer's side of the matter."""
        return [one for one in self.statements if one.side == Side.CUSTOMER]

    def ours(self) -> Sequence[Statement]:
        """Our side of the matter."""
        return [one for one in self.statements if one.side != Side.CUSTOMER]


def dossier(session: Session, case_id: int, now: datetime) -> Dossier | None:
    """The dossier of a case as it stands at `now`, or None when there is no such case."""
    case = session.get(Case, case_id) if may_be_id(case_id) else None
    return None if case is None else _of(session, session.get_one(Customer, case.customer_id), case, now)


def of_customer(session: Session, customer_id: int, now: datetime, newest: int = _NEWEST) -> Dossier | None:
    """The dossier of a customer, with the newest case if there is one; None when there is no such customer.

    `newest` is how many entries of each sort it has at most.
    """
    customer = session.get(Customer, customer_id)
    if customer is None:
        return None
    case = select(Case).where(Case.customer_id == customer_id).order_by(Case.id.desc()).limit(1)
    return _of(session, customer, session.scalar(case), now, newest)


def _of(
    session: Session, customer: Customer, case: Case | None, now: datetime, newest: int = _NEWEST
) -> Dossier:
    orders = session.scalars(
        select(Order).where(Order.customer_id == customer.id).order_by(Order.signed_at.desc()).limit(newest)
    ).all()
    invoices = session.scalars(
        select(Invoice)
        .where(Invoice.customer_id == customer.id)
        .order_by(Invoice.due_on.desc())
        .limit(newest)
    ).all()
    said = session.scalars(
        select(Response)
        .where(Response.customer_id == customer.id)
        .order_by(Response.received_at.desc())
        .limit(newest)
    ).all()
    return Dossier(
        matter=case,
        customer=customer,
        reasons=cases.reasons(session, case.id) if case else [],
        orders=orders,
        invoices=invoices,
        events=events(session, customer, orders, said, newest),
        words=[row.text for row in reversed(said) if row.text],
        answers=said[::-1],
        statements=cases.statements(session, cases.chain(session, case)) if case else [],
        owed=_owed(session, customer.id),
        holds=_holds(session, customer.id, orders, now),
        ends=contract_ends.of_customer(session, customer.id),
        read_at=now,
    )


def _owed(session: Session, customer_id: int) -> Sequence[Commitment]:
    return session.scalars(
        select(Commitment)
        .where(Commitment.customer_id == customer_id, Commitment.done_at.is_(None))
        .order_by(Commitment.due_at, Commitment.id)
        .limit(_NEWEST)
    ).all()


def _holds(session: Session, customer_id: int, orders: Sequence[Order], now: datetime) -> Sequence[Hold]:
    """What a person keeps us from writing at `now`."""
    about_orders = (Hold.subject_type == Subject.ORDER) & Hold.subject_id.in_([one.id for one in orders])
    about_customer = (Hold.subject_type == Subject.CUSTOMER) & (Hold.subject_id == customer_id)
    return session.scalars(
        select(Hold)
        .where(or_(about_customer, about_orders), Hold.released_at.is_(None), Hold.until > now)
        .order_by(Hold.id)
    ).all()
