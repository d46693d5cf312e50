"""Totals over everything, for reports and replays."""

from collections import Counter
from typing import Any

from sqlalchemy import Select, and_, distinct, exists, func, select
from sqlalchemy.orm import Session, aliased

from models.rules.cases.case_reasons import LOW_RATING
from models.tables import Case, CaseReason, FollowUp, Order, Response
from models.words import CaseReasonKind, FollowUpState, Subject


def totals(session: Session) -> dict[str, Any]:
    """Every figure of a replay's `totals`; see docs/how-to/replay.md for what each counts."""
    contact = and_(FollowUp.sent_at.is_not(None), FollowUp.nudge == 0)
    silent = and_(FollowUp.silent_at.is_not(None), FollowUp.nudge == 0)
    to_customers = and_(FollowUp.sent_at.is_not(None), FollowUp.staff_id.is_(None))
    on_orders = and_(contact, FollowUp.subject_type == Subject.ORDER)
    return {
        "orders": _number(session, select(func.count(Order.id))),
        "sent": _by(session, select(FollowUp.kind, func.count()).where(contact).group_by(FollowUp.kind)),
        "nudges": _number(
            session, select(func.count()).where(FollowUp.sent_at.is_not(None), FollowUp.nudge > 0)
        ),
        "orders_confirmed": _orders(session, and_(on_orders, FollowUp.kind == "order-confirmation")),
        "orders_alerted": _orders(session, and_(on_orders, FollowUp.sweep == "delay-alert")),
        "orders_welcomed": _orders(session, and_(on_orders, FollowUp.kind == "welcome-contact")),
        "orders_answered": _number(session, select(func.count(distinct(Response.order_id)))),
        "orders_low_rating": _number(session, _low_first_rating()),
        "silent": _number(session, select(func.count()).where(silent)),
        "answered_after_silence": _number(
            session, select(func.count()).where(silent, FollowUp.answered_at > FollowUp.silent_at)
        ),
        "cases": _by(session, select(CaseReason.reason, func.count()).group_by(CaseReason.reason)),
        "cases_open": _number(session, select(func.count(Case.id)).where(Case.closed_at.is_(None))),
        "cases_opened": _number(session, select(func.count(Case.id))),
        "customers_written_to": _number(
            session, select(func.count(distinct(FollowUp.customer_id))).where(to_customers)
        ),
        "most_mails_to_a_customer": _most(session, to_customers),
        "days_told_before": _told_before(session),
        "skipped": _reasons(session, FollowUpState.SKIPPED),
        "invoices_reached": _by(
            session,
            select(FollowUp.step, func.count(distinct(FollowUp.subject_id)))
            .where(contact, FollowUp.subject_type == Subject.INVOICE)
            .group_by(FollowUp.step),
        ),
    }


def _low_first_rating() -> Select[int]:
    """Orders whose first rating was low, and that stand in a case for it."""
    earlier = aliased(Response)
    first = ~exists(
        select(earlier.id).where(
            earlier.order_id == Response.order_id,
            earlier.rating.is_not(None),
            (earlier.received_at < Response.received_at)
            | (and_(earlier.received_at == Response.received_at, earlier.id < Response.id)),
        )
    )
    stands = exists(
        select(CaseReason.id).where(
            CaseReason.subject_type == Subject.ORDER,
            CaseReason.subject_id == Response.order_id,
            CaseReason.reason == CaseReasonKind.LOW_RATING,
        )
    )
    return select(func.count(distinct(Response.order_id))).where(Response.rating <= LOW_RATING, first, stands)


def _most(session: Session, which: Any) -> int:
    """The most mails that one customer got; a letter about several invoices is one."""
    mails = select(func.count(distinct(FollowUp.message_id)).label("mails")).where(which)
    return _number(session, select(func.max(mails.group_by(FollowUp.customer_id).subquery().c.mails)))


def _told_before(session: Session) -> dict[str, int]:
    """By days between the first word of a delay and the day that it misses (less than nothing: afterwards): orders."""
    first = (
        select(FollowUp.subject_id, func.min(FollowUp.sent_at).label("at"))
        .where(FollowUp.sent_at.is_not(None), FollowUp.sweep == "delay-alert", FollowUp.nudge == 0)
        .where(FollowUp.subject_type == Subject.ORDER)
        .group_by(FollowUp.subject_id)
        .subquery()
    )
    day = func.coalesce(Order.promised_before, Order.promised_on)
    rows = session.execute(select(first.c.at, day).join(Order, Order.id == first.c.subject_id))
    days = Counter((missed - told.date()).days for told, missed in rows if missed is not None)
    return {str(number): count for number, count in sorted(days.items())}


def _number(session: Session, query: Select[int]) -> int:
    return int(session.scalar(query) or 0)


def _by(session: Session, query: Select[str | None, int]) -> dict[str, int]:
    return dict(sorted((str(name), int(count)) for name, count in session.execute(query)))


def _orders(session: Session, which: Any) -> int:
    return _number(session, select(func.count(distinct(FollowUp.subject_id))).where(which))


def _reasons(session: Session, state: FollowUpState) -> dict[str, int]:
    return _by(
        session,
        select(FollowUp.reason, func.count()).where(FollowUp.state == state).group_by(FollowUp.reason),
    )
