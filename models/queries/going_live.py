"""Whether customers are written to, since when, and what a company's past left open on its first day."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from models.queries import watermarks
from models.queries.in_list import among
from models.rules.cases.case_reasons import COMPLAINTS, case_reason
from models.rules.credit_recovery.pay_day import is_overdue
from models.rules.going_live import COMPLAINT_DAYS, PAST
from models.tables import Customer, FollowUp, Invoice, Order, Response, Watermark
from models.words import FollowUpState, Subject

LIVE, BEGAN = "live", "began"
"""Watermarks: since when customers are written to, with the day that older matters are left alone before; and when the
first import was."""


def is_live(session: Session) -> bool:
    """Whether customers are written to."""
    return watermarks.watermark(session, LIVE) is not None


def follow_up_from(session: Session) -> date | None:
    """The day before which matters are left alone, as `go-live` set it."""
    kept = watermarks.watermark(session, LIVE)
    return date.fromisoformat(kept) if kept else None


def began_at(session: Session) -> datetime | None:
    """When the first import was; what was before it is past, and opens nothing. None where nobody knows."""
    kept = watermarks.watermark(session, BEGAN)
    return datetime.fromisoformat(kept) if kept else None


def is_empty(session: Session) -> bool:
    """Whether no customer is known yet."""
    return session.scalar(select(Customer.id).limit(1)) is None


def begin(session: Session, now: datetime) -> None:
    """The first import begins."""
    watermarks.set_watermark(session, BEGAN, now.isoformat(), now)


def go_live(session: Session, since: date, now: datetime) -> int:
    """From now on customers are written to; what was sent on trial is owed again, each as old as it is.

    Returns how many contacts that were.
    """
    session.merge(Watermark(name=LIVE, value=since.isoformat(), at=now))
    ids = session.scalars(
        update(FollowUp)
        .where(FollowUp.state == FollowUpState.TRIAL)
        .values(
            state=FollowUpState.PLANNED,
            reason=None,
            due_at=FollowUp.owed_at,
            sent_at=None,
            message_id=None,
        )
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    ).all()
    for table in (Order, Invoice):
        session.execute(update(table).values(to_plan=True).execution_options(synchronize_session=False))
    return len(ids)


def late_orders(session: Session, today: date) -> Sequence[Order]:
    """What is late today: the promised day is over, and nothing came; oldest first."""
    return session.scalars(
        select(Order)
        .where(
            Order.promised_on < today,
            Order.delivered_at.is_(None),
            Order.cancelled_at.is_(None),
            _here(Order),
        )
        .order_by(Order.promised_on, Order.id)
    ).all()


def unpaid_invoices(session: Session, today: date) -> Sequence[Invoice]:
    """What is overdue today, without what is disputed, with credit recovery or covered; oldest first.

    What is due on a day off of the customer's country is due on the next working day.
    """
    rows = session.execute(
        select(Invoice, Customer.country)
        .join(Customer, Customer.id == Invoice.customer_id)
        .where(
            Invoice.due_on < today,
            Invoice.paid_at.is_(None),
            Invoice.cancelled_at.is_(None),
            Invoice.disputed_at.is_(None),
            Invoice.handed_over_at.is_(None),
            Invoice.asked_cents > 0,
            _here(Invoice),
        )
        .order_by(Invoice.due_on, Invoice.id)
    )
    return [one for one, country in rows if is_overdue(country, one.due_on, today)]


def complaints(session: Session, began: datetime, now: datetime) -> Sequence[Response]:
    """What customers complained of in the weeks before the first import; oldest first."""
    rows = session.scalars(
        select(Response)
        .where(Response.received_at < began, Response.received_at >= now - timedelta(days=COMPLAINT_DAYS))
        .order_by(Response.received_at, Response.id)
    )
    return [row for row in rows if case_reason(row.meaning, row.rating) in COMPLAINTS]


def references(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Customers' references by id."""
    rows = session.execute(select(Customer.id, Customer.ref).where(among(Customer.id, ids)))
    return {id_: ref for id_, ref in rows}  # noqa: C416 (mypy knows no rows as pairs)


def owe_now(
    session: Session, subject: Subject, ids: Collection[int], kinds: Collection[str], now: datetime
) -> int:
    """Owe the first step of these kinds about these subjects now, whatever became of it; returns how many.

    What came after it until now is said by it, and goes no more.
    """
    rows = session.scalars(
        select(FollowUp)
        .where(
            FollowUp.subject_type == subject,
            among(FollowUp.subject_id, ids),
            among(FollowUp.kind, kinds),
            FollowUp.nudge == 0,
            FollowUp.owed_at <= now,
            FollowUp.state.in_((FollowUpState.PLANNED, FollowUpState.SKIPPED, FollowUpState.HELD)),
        )
        .order_by(FollowUp.owed_at)
    )
    first: dict[int, FollowUp] = {}
    for row in rows:
        if first.setdefault(row.subject_id, row) is row:
            row.state, row.reason, row.due_at = FollowUpState.PLANNED, None, now
        else:
            row.state, row.reason = FollowUpState.SKIPPED, PAST
    session.flush()
    return len(first)


def leave(session: Session, subject: Subject, ids: Collection[int], now: datetime, reason: str) -> None:
    """Nothing that was owed about these subjects until now is said or asked any more."""
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.subject_type == subject,
            among(FollowUp.subject_id, ids),
            FollowUp.owed_at <= now,
            FollowUp.state.in_((FollowUpState.PLANNED, FollowUpState.HELD)),
        )
        .values(state=FollowUpState.SKIPPED, reason=reason)
        .execution_options(synchronize_session=False)
    )


def shift_ladder(
    session: Session, invoice_ids: Collection[int], kinds: Collection[str], now: datetime
) -> int:
    """Begin the ladders of these invoices now: the first step falls on `now`, each later one as far behind as ever."""
    rows = session.scalars(
        select(FollowUp)
        .where(
            FollowUp.subject_type == Subject.INVOICE,
            among(FollowUp.subject_id, invoice_ids),
            among(FollowUp.kind, kinds),
            FollowUp.nudge == 0,
            FollowUp.state.in_((FollowUpState.PLANNED, FollowUpState.SKIPPED, FollowUpState.HELD)),
        )
        .order_by(FollowUp.owed_at)
    )
    first: dict[int, datetime] = {}
    for row in rows:
        start = first.setdefault(row.subject_id, row.owed_at)
        row.state, row.reason, row.due_at = FollowUpState.PLANNED, None, now + (row.owed_at - start)
    session.flush()
    return len(first)


def _here(table: type[Order] | type[Invoice]) -> ColumnElement[bool]:
    return table.vanished_at.is_(None)
