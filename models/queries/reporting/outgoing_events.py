"""What has happened since it was last told: cases from the history, answers from the responses."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Case, CaseReason, Customer, History, Invoice, Order, Response
from models.words import Subject

CASE_EVENTS = ("opened", "escalated", "closed")


def case_history(session: Session, after: int, told: Collection[int], limit: int) -> Sequence[History]:
    """Events of cases with an id above `after` that are not among the `told`, in their order."""
    return session.scalars(
        select(History)
        .where(
            History.subject_type == Subject.CASE,
            History.event.in_(CASE_EVENTS),
            History.id > after,
            History.id.not_in(told),
        )
        .order_by(History.id)
        .limit(limit)
    ).all()


def answers(
    session: Session, after: int, told: Collection[int], limit: int
) -> Sequence[tuple[int, str, str]]:
    """Id, meaning and channel of responses with an id above `after` that are not among the `told`."""
    rows = session.execute(
        select(Response.id, Response.meaning, Response.channel)
        .where(Response.id > after, Response.id.not_in(told))
        .order_by(Response.id)
        .limit(limit)
    )
    return rows.all()


def subjects_of_case(session: Session, case_id: int) -> list[tuple[str, str]]:
    """Role and reference of everything a case is about: its customer, orders and invoices."""
    customer = session.scalar(
        select(Customer.ref).join(Case, Case.customer_id == Customer.id).where(Case.id == case_id)
    )
    found = [("customer", customer)] if customer else []
    return found + _refs(session, case_id, Order, "order") + _refs(session, case_id, Invoice, "invoice")


def _refs(
    session: Session, case_id: int, table: type[Order | Invoice], subject: str
) -> list[tuple[str, str]]:
    refs = session.scalars(
        select(table.ref)
        .join(CaseReason, CaseReason.subject_id == table.id)
        .where(CaseReason.case_id == case_id, CaseReason.subject_type == subject)
        .distinct()
        .order_by(table.ref)
    )
    return [(subject, ref) for ref in refs]
