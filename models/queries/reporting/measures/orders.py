"""What was promised against what was reached, order by order (B15)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import NotNullable, func, select
from sqlalchemy.orm import Session

from models.queries.reporting.measures.span import Span, number
from models.rules.calendar.calendars import Place, local_day, place_to_count
from models.rules.reporting.figures import Share, Spread, spread
from models.rules.reporting.lead_times import Delivered
from models.tables import Commitment, Customer, Order, Staff
from models.words import CommitmentKind

NO_LINE = "no product line"


@dataclass(frozen=True)
class LeadTimes:
    """Days from signing to delivery, promised first and reached, of the orders of one line."""

    line: str
    promised_days: Spread
    reached_days: Spread
    in_time: Share


def turnover(session: Session, span: Span) -> tuple[int, dict[str, int]]:
    """Orders signed and not cancelled, and their amounts in cents by currency; those without one are left out."""
    sold = (span.holds(Order.signed_at), Order.cancelled_at.is_(None))
    sums = (
        select(Order.currency, func.sum(NotNullable(Order.amount_cents)))
        .where(*sold, Order.amount_cents.is_not(None))
        .group_by(Order.currency)
        .order_by(Order.currency)
    )
    amounts = {str(name): int(cents) for name, cents in session.execute(sums)}
    return number(session, select(func.count(Order.id)).where(*sold)), amounts


def delivered(session: Session, span: Span) -> list[Delivered]:
    """The orders that came in a span and had a promised day, by product line or, without one, the seller's team."""
    firsts = (
        select(Commitment.subject_id, func.min(Commitment.id).label("first_id"))
        .where(Commitment.kind == CommitmentKind.DELIVERY)
        .group_by(Commitment.subject_id)
        .subquery()
    )
    rows = session.execute(
        select(Order, Staff.team, Customer.country, Customer.timezone, Commitment.due_at)
        .join(firsts, firsts.c.subject_id == Order.id, isouter=True)
        .join(Commitment, Commitment.id == firsts.c.first_id, isouter=True)
        .join(Customer, Customer.id == Order.customer_id)
        .join(Staff, Staff.id == Order.seller_id, isouter=True)
        .where(span.holds(Order.delivered_at), Order.promised_on.is_not(None), Order.cancelled_at.is_(None))
        .order_by(Order.id)
    )
    found = []
    for order, team, country, timezone, first_due in rows:
        place = place_to_count(country, timezone)
        promised = _promised_first(order, first_due, place)
        if order.delivered_at is not None and promised is not None:
            line = order.product_line or team or NO_LINE
            days = local_day(order.signed_at, place), promised, local_day(order.delivered_at, place)
            found.append(Delivered(line, *days))
    return found


def _promised_first(order: Order, first_due: datetime | None, place: Place) -> date | None:
    """The ledger knows it where the day was moved since; otherwise the order itself does. A day is due at its end."""
    first = local_day(first_due - timedelta(microseconds=1), place) if first_due is not None else None
    return first if first != order.promised_on and first else order.promised_before or order.promised_on


def lead_times(rows: list[Delivered]) -> list[LeadTimes]:
    """By line, the one with the most orders first."""
    lines: dict[str, list[Delivered]] = {}
    for row in rows:
        lines.setdefault(row.line, []).append(row)
    return [
        LeadTimes(
            line,
            spread([row.promised_days for row in found]),
            spread([row.reached_days for row in found]),
            Share(sum(row.in_time for row in found), len(found)),
        )
        for line, found in sorted(lines.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
