"""Who waits for us at the end of a span, and since when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from models.queries.commitments.commitments import BY_HAND
from models.queries.reporting.measures.span import Span
from models.rules.reporting.ageing import ages
from models.tables import Case, Commitment, Customer, Response
from models.words import Subject

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Backlog:
    """Customers with an open case or commitment at the end of a span; each stands once, by what is oldest."""

    customers: int
    by_age: dict[str, int]
    oldest_days: int
    """Whole days; 0 where nobody waits."""


def backlog(session: Session, span: Span) -> Backlog:
    """Count them."""
    since: dict[tuple[str, int], datetime] = {}
    for who, at in [*_cases(session, span.end), *_commitments(session, span.end)]:
        since[who] = min(at, since.get(who, at))
    days = [(span.end - at) // _DAY for at in since.values()]
    return Backlog(len(days), ages(days), max(days, default=0))


def contacts_since(session: Session, since: Mapping[str, datetime]) -> dict[str, int]:
    """How often customers (by reference) contacted us since the time given for each."""
    waiting = or_(
        exists(select(Case.id).where(Case.customer_id == Customer.id, Case.closed_at.is_(None))),
        exists(
            select(Commitment.id).where(Commitment.customer_id == Customer.id, Commitment.done_at.is_(None))
        ),
    )
    rows = session.execute(
        select(Customer.ref, Response.received_at)
        .join(Response, Response.customer_id == Customer.id)
        .where(waiting)
    )
    count = dict.fromkeys(since, 0)
    for ref, at in rows:
        if ref in count and at >= since[ref]:
            count[ref] += 1
    return count


def _cases(session: Session, at: datetime) -> list[tuple[tuple[str, int], datetime]]:
    query = select(Case.customer_id, func.coalesce(Case.asked_at, Case.opened_at)).where(
        Case.opened_at < at, or_(Case.closed_at.is_(None), Case.closed_at >= at)
    )
    return [((Subject.CUSTOMER, customer), since) for customer, since in session.execute(query)]


def _commitments(session: Session, at: datetime) -> list[tuple[tuple[str, int], datetime]]:
    """Mails of which nobody knows yet whose they are count one by one."""
    since = func.coalesce(Commitment.asked_at, Commitment.made_at)
    query = select(Commitment.customer_id, Commitment.subject_id, since).where(
        Commitment.kind.in_(BY_HAND),
        Commitment.made_at < at,
        or_(Commitment.done_at.is_(None), Commitment.done_at >= at),
    )
    return [
        ((Subject.CUSTOMER, customer) if customer is not None else (Subject.INBOUND, mail), at)
        for customer, mail, at in session.execute(query)
    ]
