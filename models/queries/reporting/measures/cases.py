"""What became of the matters that customers brought up, and whether contacting us more often helped anybody (B10)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, NotNullable, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session

from models.queries.reporting.measures.span import Span, number
from models.rules.reporting.figures import Share, Spread, spread
from models.tables import Case, Commitment, FollowUp, Response
from models.words import Meaning, Outcome

RE_CHECK = "re-check"
_HOUR = timedelta(hours=1)
_MANY = 4
"""Four contacts and more are counted together."""


@dataclass(frozen=True)
class CaseFigures:
    """Cases of a span; hours are by the clock on the wall."""

    opened: int
    closed: int
    open_at_end: int
    hours_to_first_contact: Spread
    """From opening to the first thing that was done for the customer; cases closed in the span."""
    hours_to_close: Spread
    not_solved: Share
    """Customers who said "it is not solved" when asked after the case was closed (B22)."""


@dataclass(frozen=True)
class Waited:
    """A case that was closed: how often the customer contacted us until then, and how long it took."""

    contacts: int
    hours: float


def cases(session: Session, span: Span) -> CaseFigures:
    """Count a span."""
    closed = session.execute(
        select(Case.opened_at, NotNullable(Case.closed_at), _first_deed())
        .where(*_settled(span))
        .order_by(Case.id)
    ).all()
    before_end = Case.opened_at < span.end
    still = or_(Case.closed_at.is_(None), Case.closed_at >= span.end)
    return CaseFigures(
        opened=opened_in(session, span),
        closed=number(session, select(func.count(Case.id)).where(span.holds(Case.closed_at))),
        open_at_end=number(session, select(func.count(Case.id)).where(before_end, still)),
        hours_to_first_contact=spread([_hours(start, min(deed or end, end)) for start, end, deed in closed]),
        hours_to_close=spread([_hours(start, end) for start, end, _ in closed]),
        not_solved=_not_solved(session, span),
    )


def opened_in(session: Session, span: Span) -> int:
    """How many cases were opened."""
    return number(session, select(func.count(Case.id)).where(span.holds(Case.opened_at)))


def waited(session: Session, span: Span) -> list[Waited]:
    """The cases that a person closed in a span."""
    said = (
        select(func.count(Response.id))
        .where(
            Response.customer_id == Case.customer_id,
            Response.received_at >= Case.opened_at,
            Response.received_at <= Case.closed_at,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(Case.opened_at, Case.closed_at, said).where(*_settled(span)).order_by(Case.id)
    )
    return [Waited(contacts, _hours(start, end)) for start, end, contacts in rows if end is not None]


def by_contacts(rows: Sequence[Waited]) -> dict[str, Spread]:
    """How long customers waited, by how often they contacted us."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        found[f"{_MANY} or more" if row.contacts >= _MANY else str(row.contacts)].append(row.hours)
    return {contacts: spread(hours) for contacts, hours in sorted(found.items())}


def _settled(span: Span) -> tuple[ColumnElement[bool], ...]:
    """Closed by a person: what closed by itself, since the customer answered, tells nothing of our work."""
    return span.holds(Case.closed_at), Case.outcome.not_in((Outcome.ANSWERED, Outcome.FELL_AWAY))


def _first_deed() -> ScalarSelect[datetime | None]:
    """When the first thing that somebody owed in a case was done."""
    return select(func.min(Commitment.done_at)).where(Commitment.case_id == Case.id).scalar_subquery()


def _not_solved(session: Session, span: Span) -> Share:
    asked = (
        select(func.count(Response.id))
        .join(FollowUp, FollowUp.id == Response.follow_up_id)
        .where(FollowUp.kind == RE_CHECK, span.holds(Response.received_at))
    )
    said = Response.meaning.in_((Meaning.SOLVED, Meaning.NOT_SOLVED))
    return Share(
        number(session, asked.where(Response.meaning == Meaning.NOT_SOLVED)),
        number(session, asked.where(said)),
    )


def _hours(start: datetime, end: datetime) -> float:
    return round((end - start) / _HOUR, 2)
