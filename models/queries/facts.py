"""What is true of the subjects of due follow-ups, read in a few set-based questions a batch."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import NotNullable, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from models.queries import people
from models.queries.cases import contract_ends, holds, matters
from models.queries.cases.cases import SPOKE
from models.queries.in_list import among
from models.rules.cases.case_reasons import COMPLAINTS
from models.rules.cases.closing import CONVERSATIONS
from models.rules.sending.holds import Trouble, is_held
from models.tables import Case, CaseReason, FollowUp, Invoice, Order, Statement
from models.words import CaseReasonKind, EndKind, FollowUpState, Outcome, Subject

_WELCOME = "welcome-contact"
WARNING = "credit-recovery-warning"
"""The cadence of the formal warning."""

_DELIVERED_CONTACT = (
    FollowUpState.SENT,
    FollowUpState.ANSWERED,
    FollowUpState.SILENT,
    FollowUpState.TRIAL,
)
_COMPLAINTS = (
    select(Case.customer_id, CaseReason.subject_type, CaseReason.subject_id, CaseReason.at)
    .join(CaseReason, CaseReason.case_id == Case.id)
    .where(
        among(Case.customer_id, "customers"),
        Case.closed_at.is_(None),
        CaseReason.reason.in_(COMPLAINTS),
        CaseReason.settled_at.is_(None),
    )
    .order_by(Case.id)
    .with_for_update(of=Case)
)


def orders(session: Session, ids: Collection[int]) -> dict[int, Order]:
    """Orders by id."""
    return {row.id: row for row in session.scalars(select(Order).where(among(Order.id, ids)))} if ids else {}


def invoices(session: Session, ids: Collection[int]) -> dict[int, Invoice]:
    """Invoices by id."""
    return (
        {row.id: row for row in session.scalars(select(Invoice).where(among(Invoice.id, ids)))} if ids else {}
    )


def complaints(session: Session, customers: Collection[int]) -> dict[int, list[Trouble]]:
    """What these customers complain of in cases that are open.

    The cases are locked: closing one waits until what it held is written, and so finds it and brings it back.
    """
    rows = session.execute(_COMPLAINTS, {"customers": list(customers)})
    found: dict[int, list[Trouble]] = defaultdict(list)
    for customer_id, kind, id_, at in rows:
        found[customer_id].append(Trouble((kind, id_), at))
    return found


def disputes(session: Session, customers: Collection[int]) -> dict[int, list[Trouble]]:
    """The invoices of these customers that are disputed, and neither paid nor cancelled."""
    rows = session.execute(
        select(Invoice.customer_id, Invoice.id, NotNullable(Invoice.disputed_at)).where(
            among(Invoice.customer_id, customers),
            Invoice.disputed_at.is_not(None),
            Invoice.paid_at.is_(None),
            Invoice.cancelled_at.is_(None),
        )
    )
    found: dict[int, list[Trouble]] = defaultdict(list)
    for customer_id, id_, at in rows:
        found[customer_id].append(Trouble((Subject.INVOICE, id_), at))
    return found


def welcomed(session: Session, order_ids: Collection[int]) -> set[int]:
    """Which of these orders had a welcome that the mail server accepted, or that was answered."""
    return set(
        session.scalars(
            select(FollowUp.subject_id).where(
                FollowUp.subject_type == Subject.ORDER,
                among(FollowUp.subject_id, order_ids),
                FollowUp.kind == _WELCOME,
                FollowUp.state.in_(_DELIVERED_CONTACT),
            )
        )
    )


def called(session: Session, invoice_ids: Collection[int]) -> dict[int, datetime]:
    """By invoice: when a manager called about it last, and listened.

    Calls that reached nobody do not count, nor does what was solved without a word spoken.
    """
    if not invoice_ids:
        return {}
    spoke = exists(select(Statement.id).where(Statement.case_id == Case.id, SPOKE))
    rows = session.execute(
        select(CaseReason.subject_id, func.max(Case.closed_at))
        .join(Case, Case.id == CaseReason.case_id)
        .where(
            CaseReason.subject_type == Subject.INVOICE,
            among(CaseReason.subject_id, invoice_ids),
            CaseReason.reason == CaseReasonKind.LISTENING_CALL,
            Case.closed_at.is_not(None),
            or_(
                Case.outcome.in_(CONVERSATIONS),
                and_(Case.outcome == Outcome.SOLVED, spoke),
            ),
        )
        .group_by(CaseReason.subject_id)
    )
    return {id_: at for id_, at in rows if at is not None}


def warned(session: Session, invoice_ids: Collection[int]) -> set[int]:
    """About which of these invoices a formal warning went out."""
    return set(
        session.scalars(
            select(FollowUp.subject_id).where(
                FollowUp.subject_type == Subject.INVOICE,
                among(FollowUp.subject_id, invoice_ids),
                FollowUp.kind == WARNING,
                FollowUp.state.in_(_DELIVERED_CONTACT),
            )
        )
    )


def conditions(
    session: Session,
    order_by_id: Mapping[int, Order],
    invoice_by_id: Mapping[int, Invoice],
    now: datetime,
    *,
    is_fresh: bool = False,
    by_address: bool = False,
) -> dict[tuple[str, int], frozenset[str]]:
    """The words of the policy (`models.rules.planning.cadence.CONDITIONS`) that hold, by subject type and id.

    `is_fresh` says whether the payments are (`payments-fresh`); `by_address`, whether the complaint of one
    customer holds the invoices of others whose letters go to the same address.
    """
    customers = {row.customer_id for row in order_by_id.values()}
    customers |= {row.customer_id for row in invoice_by_id.values()}
    beside = (
        people.billed_together(session, {row.customer_id for row in invoice_by_id.values()})
        if by_address and invoice_by_id
        else {}
    )
    readers = customers.union(*beside.values())
    complaining, disputing = complaints(session, readers), disputes(session, customers)
    resting = matters.resting(session, readers, now) if invoice_by_id else {}
    welcomes, ended = welcomed(session, order_by_id), contract_ends.ended(session, order_by_id)
    found: dict[tuple[str, int], frozenset[str]] = {}
    for order in order_by_id.values():
        found[Subject.ORDER, order.id] = order_words(order) | _words(
            welcomed=order.id in welcomes,
            open_complaint=order.customer_id in complaining,
            customer_disputes=order.customer_id in disputing,
            withdrawn=order.id in ended[EndKind.WITHDRAWAL],
            terminated=order.id in ended[EndKind.TERMINATION],
        )
    if not invoice_by_id:
        return found
    calls, warnings = called(session, invoice_by_id), warned(session, invoice_by_id)
    let_on = holds.let_on(session, invoice_by_id, now)
    for invoice in invoice_by_id.values():
        own: set[tuple[str, int]] = {(Subject.INVOICE, invoice.id), (Subject.ORDER, invoice.order_id or 0)}
        let_on_at = let_on.get(invoice.id)
        others = [one for one in disputing.get(invoice.customer_id, ()) if one.about not in own]
        found[Subject.INVOICE, invoice.id] = invoice_words(invoice) | _words(
            said_paid=invoice.said_paid_until,
            promised_to_pay=invoice.pays_until,
            signed=invoice.signed_at,
            listened=invoice.id in calls,
            warned=invoice.id in warnings,
            payments_fresh=is_fresh,
            open_complaint=is_held(
                [
                    trouble
                    for id_ in (invoice.customer_id, *sorted(beside.get(invoice.customer_id, ())))
                    for trouble in (*complaining.get(id_, ()), *resting.get(id_, ()))
                ],
                own,
                let_on_at,
            ),
            customer_disputes=is_held(others, own, let_on_at),
        )
    return found


def order_words(order: Order) -> frozenset[str]:
    """The words that an order's own facts decide."""
    return _words(cancelled=order.cancelled_at, delivered=order.delivered_at, promised=order.promised_on)


def invoice_words(invoice: Invoice) -> frozenset[str]:
    """The words that an invoice's own facts decide."""
    return _words(
        cancelled=invoice.cancelled_at,
        paid=invoice.paid_at,
        disputed=invoice.disputed_at,
        handed_over=invoice.handed_over_at,
        covered=invoice.is_covered,
    )


def _words(**facts: object) -> frozenset[str]:
    return frozenset(name.replace("_", "-") for name, value in facts.items() if value)
