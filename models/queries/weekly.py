"""A week in figures: what was sold, and beside it how well it was followed through (B14)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, distinct, func, select
from sqlalchemy.orm import Session

from models.rules.hearing import LOW_RATING
from models.tables import Case, FollowUp, Order, Response
from models.words import Subject


@dataclass(frozen=True)
class Week:
    """Counts from `start` to `end` (aware; the end is left out)."""

    start: datetime
    end: datetime
    orders: int
    turnover_cents: dict[str, int]
    """By currency; orders without an amount are left out."""
    sent: dict[str, int]
    """Contacts sent, by kind; nudges and notices to our own people are left out."""
    answers: int
    low_ratings: int
    silent: int
    cases_opened: int
    cases_closed: int
    cases_open: int
    """Open at the end of the week."""
    delivered: int
    """Of the orders delivered in the week, those that had a promised day."""
    on_time: int
    """Those of them that came by the day promised last, by the calendar of UTC."""


def week(session: Session, start: datetime, end: datetime) -> Week:
    """Count a week."""

    def number(query: Select[Any]) -> int:
        return int(session.scalar(query) or 0)

    sold = (Order.signed_at >= start, Order.signed_at < end, Order.cancelled_at.is_(None))
    came = (Order.delivered_at >= start, Order.delivered_at < end, Order.promised_on.is_not(None))
    sent = (FollowUp.sent_at >= start, FollowUp.sent_at < end, FollowUp.nudge == 0)
    to_customers = FollowUp.subject_type.in_([Subject.ORDER, Subject.INVOICE])
    said = (Response.received_at >= start, Response.received_at < end)
    turnover = select(Order.currency, func.sum(Order.amount_cents)).where(
        *sold, Order.amount_cents.is_not(None)
    )
    kinds = select(FollowUp.kind, func.count()).where(*sent, to_customers).group_by(FollowUp.kind)
    opened = select(func.count(Case.id)).where(Case.opened_at < end)
    return Week(
        start, end,
        orders=number(select(func.count(Order.id)).where(*sold)),
        turnover_cents=_pairs(session, turnover.group_by(Order.currency)),
        sent=_pairs(session, kinds),
        answers=number(select(func.count(Response.id)).where(*said)),
        low_ratings=number(select(func.count(Response.id)).where(*said, Response.rating <= LOW_RATING)),
        silent=number(
            select(func.count(distinct(FollowUp.id))).where(
                FollowUp.silent_at >= start, FollowUp.silent_at < end, FollowUp.nudge == 0
            )
        ),
        cases_opened=number(opened.where(Case.opened_at >= start)),
        cases_closed=number(select(func.count(Case.id)).where(Case.closed_at >= start, Case.closed_at < end)),
        cases_open=number(opened.where(Case.closed_at.is_(None) | (Case.closed_at >= end))),
        delivered=number(select(func.count(Order.id)).where(*came)),
        on_time=number(
            select(func.count(Order.id)).where(*came, func.date(Order.delivered_at) <= Order.promised_on)
        ),
    )  # fmt: skip


def _pairs(session: Session, query: Select[Any]) -> dict[str, int]:
    return {str(name): int(count) for name, count in session.execute(query)}
