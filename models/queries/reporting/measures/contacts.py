"""Whether customers were welcomed, told and heard."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, NotNullable, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.queries.reporting.measures.span import Span, number
from models.rules.calendar.calendars import place_to_count
from models.rules.cases.case_reasons import LOW_RATING
from models.rules.planning.step_key import StepKey
from models.rules.reporting.figures import Share, Spread, spread
from models.rules.reporting.lead_times import Alert, lead_hours
from models.tables import Customer, FollowUp, Order, Response
from models.words import OF_STAFF, FollowUpState, Meaning, Subject

CONFIRMATION, WELCOME, DELAYS = "order-confirmation", "welcome-contact", "delay-alert"
PROMPT_HOURS = 24
"""A confirmation within a day of signing is prompt."""

_ARRIVED = (FollowUpState.SENT, FollowUpState.ANSWERED, FollowUpState.SILENT)
_OF_CUSTOMERS = (Subject.ORDER, Subject.INVOICE)
_QUESTIONS = (Meaning.CALL_ME, Meaning.NOT_ARRIVED, Meaning.MESSAGE, Meaning.NOT_SOLVED)


@dataclass(frozen=True)
class Contacts:
    """What went out to customers in a span, and what came back."""

    confirmed: Share
    """Orders whose confirmation was accepted by the mail server within `PROMPT_HOURS` of being owed."""
    welcomed: Share
    """Orders whose welcome was accepted, or that spoke with us, before the policy's alarm would ring (B18, B29)."""
    alerts: int
    alerts_ahead: Share
    """Delay alerts that came before the customer asked and before the promised day was over (B09)."""
    alert_lead_hours: Spread
    silent: Share
    """Contacts that ask for an answer and got none within their wait and nudges."""
    answers: int
    ratings: int
    low_ratings: int
    rating_mean: float | None


def contacts(session: Session, span: Span, alarms: Collection[str]) -> Contacts:
    """Count a span; `alarms` are the kinds that ring when an order was not welcomed."""
    leads = [hours for alert in _alerts(session, span) if (hours := lead_hours(alert)) is not None]
    said = span.holds(Response.received_at)
    mean = session.scalar(select(func.avg(Response.rating)).where(said))
    return Contacts(
        confirmed=_confirmed(session, span),
        welcomed=_welcomed(session, span, alarms),
        alerts=number(session, select(func.count(FollowUp.id)).where(*_told(span))),
        alerts_ahead=Share(sum(hours > 0 for hours in leads), len(leads)),
        alert_lead_hours=spread(leads),
        silent=_silent(session, span),
        answers=number(session, select(func.count(Response.id)).where(said)),
        ratings=number(session, select(func.count(Response.rating)).where(said)),
        low_ratings=number(
            session, select(func.count(Response.id)).where(said, Response.rating <= LOW_RATING)
        ),
        rating_mean=None if mean is None else round(float(mean), 2),
    )


def _confirmed(session: Session, span: Span) -> Share:
    owed = select(FollowUp.state, FollowUp.owed_at, FollowUp.sent_at).where(
        FollowUp.kind == CONFIRMATION,
        FollowUp.nudge == 0,
        span.holds(FollowUp.owed_at),
        FollowUp.state != FollowUpState.SKIPPED,
    )
    rows = session.execute(owed).all()
    limit = timedelta(hours=PROMPT_HOURS)
    return Share(
        sum(state in _ARRIVED and sent is not None and sent <= at + limit for state, at, sent in rows),
        len(rows),
    )


def _welcomed(session: Session, span: Span, alarms: Collection[str]) -> Share:
    """The alarm knows the hour by which an order must have been welcomed, whether it rang or not."""
    welcome = aliased(FollowUp)
    accepted = exists(
        select(welcome.id).where(
            welcome.subject_type == Subject.ORDER,
            welcome.subject_id == Order.id,
            welcome.kind == WELCOME,
            welcome.state.in_(_ARRIVED),
            welcome.sent_at <= FollowUp.owed_at,
        )
    )
    spoke = exists(
        select(Response.id).where(Response.order_id == Order.id, Response.received_at <= FollowUp.owed_at)
    )
    owed = (
        select(func.count(FollowUp.id))
        .join(Order, and_(FollowUp.subject_type == Subject.ORDER, FollowUp.subject_id == Order.id))
        .where(FollowUp.kind.in_(alarms), span.holds(FollowUp.owed_at), Order.cancelled_at.is_(None))
    )
    return Share(number(session, owed.where(or_(accepted, spoke))), number(session, owed))


def _silent(session: Session, span: Span) -> Share:
    """Of the contacts whose waiting ended in the span, one way or the other; a nudge is part of its contact."""
    ended: list[ColumnElement[bool]] = [FollowUp.nudge == 0, FollowUp.subject_type.in_(_OF_CUSTOMERS)]
    silent = number(session, select(func.count(FollowUp.id)).where(*ended, span.holds(FollowUp.silent_at)))
    answered = select(func.count(FollowUp.id)).where(
        *ended, span.holds(FollowUp.answered_at), FollowUp.silent_at.is_(None)
    )
    return Share(silent, silent + number(session, answered))


def _alerts(session: Session, span: Span) -> list[Alert]:
    told = and_(*_told(span), FollowUp.subject_type == Subject.ORDER)
    rows = session.execute(
        select(NotNullable(FollowUp.sent_at), FollowUp, Order, Customer.country, Customer.timezone)
        .join(Order, FollowUp.subject_id == Order.id)
        .join(Customer, Customer.id == Order.customer_id)
        .where(told)
        .order_by(FollowUp.id)
    ).all()
    asked: dict[int, list[datetime]] = defaultdict(list)
    questions = select(NotNullable(Response.order_id), Response.received_at).where(
        Response.order_id.in_(select(FollowUp.subject_id).where(told)), Response.meaning.in_(_QUESTIONS)
    )
    for order_id, at in session.execute(questions):
        asked[order_id].append(at)
    return [
        Alert(sent_at, _day_not_kept(row, order), place_to_count(country, timezone), tuple(asked[order.id]))
        for sent_at, row, order, country, timezone in rows
    ]


def _told(span: Span) -> tuple[ColumnElement[bool], ...]:
    sent = span.holds(FollowUp.sent_at), FollowUp.state.in_(_ARRIVED)
    return FollowUp.sweep == DELAYS, FollowUp.nudge == 0, *sent


def _day_not_kept(row: FollowUp, order: Order) -> date | None:
    """An alert is named after the day it speaks of: the one that passed, or the new one that takes its place."""
    named = StepKey.parse(row.step).day
    if named is None or row.sent_at is None:
        return None
    if row.sent_at.date() > named:
        return named
    return order.promised_before if named == order.promised_on else None


def sent_by_kind(session: Session, span: Span) -> dict[str, int]:
    """Contacts sent to customers, by kind; nudges and notices to our own people are left out."""
    query = (
        select(FollowUp.kind, func.count())
        .where(span.holds(FollowUp.sent_at), FollowUp.nudge == 0, FollowUp.subject_type.not_in(OF_STAFF))
        .group_by(FollowUp.kind)
        .order_by(FollowUp.kind)
    )
    return {str(kind): int(count) for kind, count in session.execute(query)}
