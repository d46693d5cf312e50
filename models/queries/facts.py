"""What is true of the subjects of due follow-ups, read in a few set-based questions a batch."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.rules.hearing import COMPLAINTS
from models.tables import Case, CaseReason, FollowUp, Invoice, Order
from models.words import CaseReasonKind, FollowUpState, Outcome, Subject

_WELCOME = "welcome-contact"
_DELIVERED_CONTACT = (FollowUpState.SENT, FollowUpState.ANSWERED, FollowUpState.SILENT)


def orders(session: Session, ids: Collection[int]) -> dict[int, Order]:
    """Orders by id."""
    return {row.id: row for row in session.scalars(select(Order).where(Order.id.in_(ids)))} if ids else {}


def invoices(session: Session, ids: Collection[int]) -> dict[int, Invoice]:
    """Invoices by id."""
    return {row.id: row for row in session.scalars(select(Invoice).where(Invoice.id.in_(ids)))} if ids else {}


def complaining(session: Session, customers: Collection[int]) -> set[int]:
    """Which of these customers have an open case with a complaint in it.

    These cases are locked: closing one waits until what it held is written, and so finds it and brings it back.
    """
    return set(
        session.scalars(
            select(Case.customer_id)
            .join(CaseReason, CaseReason.case_id == Case.id)
            .where(
                Case.customer_id.in_(customers),
                Case.closed_at.is_(None),
                CaseReason.reason.in_(COMPLAINTS),
                CaseReason.settled_at.is_(None),
            )
            .order_by(Case.id)
            .with_for_update(of=Case)
        )
    )


def disputing(session: Session, customers: Collection[int]) -> set[int]:
    """Which of these customers dispute an invoice that is neither paid nor cancelled."""
    return set(
        session.scalars(
            select(Invoice.customer_id).where(
                Invoice.customer_id.in_(customers),
                Invoice.disputed_at.is_not(None),
                Invoice.paid_at.is_(None),
                Invoice.cancelled_at.is_(None),
            )
        )
    )


def welcomed(session: Session, order_ids: Collection[int]) -> set[int]:
    """Which of these orders had a welcome that the mail server accepted, or that was answered."""
    return set(
        session.scalars(
            select(FollowUp.subject_id).where(
                FollowUp.subject_type == Subject.ORDER,
                FollowUp.subject_id.in_(order_ids),
                FollowUp.kind == _WELCOME,
                FollowUp.state.in_(_DELIVERED_CONTACT),
            )
        )
    )


def listened(session: Session, invoice_ids: Collection[int]) -> set[int]:
    """For which of these invoices a manager has called and listened."""
    return set(
        session.scalars(
            select(CaseReason.subject_id)
            .join(Case, Case.id == CaseReason.case_id)
            .where(
                CaseReason.subject_type == Subject.INVOICE,
                CaseReason.subject_id.in_(invoice_ids),
                CaseReason.reason == CaseReasonKind.LISTENING_CALL,
                Case.closed_at.is_not(None),
                Case.outcome != Outcome.NOT_REACHED,
            )
        )
    )


def conditions(
    session: Session, order_by_id: Mapping[int, Order], invoice_by_id: Mapping[int, Invoice]
) -> dict[tuple[str, int], frozenset[str]]:
    """The words of the policy (`models.rules.cadence.CONDITIONS`) that hold, by subject type and id."""
    customers = {row.customer_id for row in order_by_id.values()} | {
        row.customer_id for row in invoice_by_id.values()
    }
    complaints, disputes = complaining(session, customers), disputing(session, customers)
    welcomes, calls = welcomed(session, order_by_id), listened(session, invoice_by_id)
    found: dict[tuple[str, int], frozenset[str]] = {}
    for order in order_by_id.values():
        found[Subject.ORDER, order.id] = order_words(order) | _words(
            welcomed=order.id in welcomes, open_complaint=order.customer_id in complaints,
            customer_disputes=order.customer_id in disputes,
        )  # fmt: skip
    for invoice in invoice_by_id.values():
        found[Subject.INVOICE, invoice.id] = invoice_words(invoice) | _words(
            said_paid=invoice.said_paid_until,
            listened=invoice.id in calls, open_complaint=invoice.customer_id in complaints,
            customer_disputes=invoice.customer_id in disputes,
        )  # fmt: skip
    return found


def order_words(order: Order) -> frozenset[str]:
    """The words that an order's own facts decide."""
    return _words(cancelled=order.cancelled_at, delivered=order.delivered_at, promised=order.promised_on)


def invoice_words(invoice: Invoice) -> frozenset[str]:
    """The words that an invoice's own facts decide."""
    return _words(cancelled=invoice.cancelled_at, paid=invoice.paid_at, disputed=invoice.disputed_at)


def _words(**facts: object) -> frozenset[str]:
    return frozenset(name.replace("_", "-") for name, value in facts.items() if value)
