"""What credit recovery asks: the invoices that wait for a manager, and those of a dossier."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from models.tables import Commitment, Customer, FollowUp, Invoice
from models.words import CommitmentKind, FollowUpState, Subject

_NOT_SENT = (FollowUpState.PLANNED, FollowUpState.HELD)


def asked(session: Session, customer_id: int, what: CommitmentKind) -> Sequence[Invoice]:
    """The open invoices of a customer about which a manager was asked for a decision, and has not decided."""
    raised = select(FollowUp.subject_id).where(
        FollowUp.customer_id == customer_id,
        FollowUp.subject_type == Subject.INVOICE,
        FollowUp.state == FollowUpState.RAISED,
        FollowUp.reason == what,
    )
    query = open_of(customer_id).where(Invoice.id.in_(raised), Invoice.disputed_at.is_(None))
    if what is CommitmentKind.SIGNATURE:
        query = query.where(Invoice.signed_at.is_(None))
    return session.scalars(query.with_for_update()).all()


def open_of(customer_id: int) -> Select[Invoice]:
    """A customer's invoices that are neither paid, cancelled nor handed over; the oldest first."""
    return (
        select(Invoice)
        .where(
            Invoice.customer_id == customer_id,
            Invoice.paid_at.is_(None),
            Invoice.cancelled_at.is_(None),
            Invoice.handed_over_at.is_(None),
            Invoice.amount_cents > 0,
        )
        .order_by(Invoice.due_on, Invoice.id)
    )


def signed(session: Session, customer_id: int) -> Sequence[Invoice]:
    """The open invoices of a customer under whose warning a signature stands."""
    query = open_of(customer_id).where(Invoice.signed_at.is_not(None), Invoice.disputed_at.is_(None))
    return session.scalars(query).all()


def contacts(session: Session, invoice_ids: Collection[int], kind: str) -> Sequence[FollowUp]:
    """The contacts of a kind about these invoices that went out or wait, in order."""
    never = (FollowUpState.SKIPPED, FollowUpState.RAISED)
    found = _first_contacts(invoice_ids, kind).where(FollowUp.state.not_in(never))
    return session.scalars(found.order_by(FollowUp.id)).all()


def owing(session: Session, customer_id: int, refs: Collection[str] = ()) -> Sequence[Invoice]:
    """What a customer owes, with credit recovery or not: all of it, or these invoices; the oldest first."""
    query = select(Invoice).where(
        Invoice.customer_id == customer_id,
        Invoice.paid_at.is_(None),
        Invoice.cancelled_at.is_(None),
        Invoice.asked_cents > 0,
    )
    if refs:
        query = query.where(Invoice.ref.in_(refs))
    return session.scalars(query.order_by(Invoice.due_on, Invoice.id)).all()


def unpaid(session: Session, customer_id: int, ids: Collection[int]) -> Sequence[Invoice]:
    """Those of these invoices that are open, or all open ones of the customer (empty); locked."""
    query = open_of(customer_id)
    if ids:
        query = query.where(Invoice.id.in_(ids))
    return session.scalars(query.with_for_update()).all()


def unsent(session: Session, invoice_ids: Collection[int], kind: str) -> Sequence[FollowUp]:
    """The contacts of a kind about these invoices that have not gone out yet."""
    found = _first_contacts(invoice_ids, kind).where(FollowUp.state.in_(_NOT_SENT))
    return session.scalars(found.order_by(FollowUp.owed_at, FollowUp.id)).all()


def _first_contacts(invoice_ids: Collection[int], kind: str) -> Select[FollowUp]:
    """The contacts of a kind about these invoices; nudges go with the contact before them."""
    return select(FollowUp).where(
        FollowUp.subject_type == Subject.INVOICE,
        FollowUp.subject_id.in_(invoice_ids),
        FollowUp.kind == kind,
        FollowUp.nudge == 0,
    )


def ask_again(session: Session, customer_id: int, what: CommitmentKind, at: datetime) -> None:
    """What is still undecided is looked at again at a time: a manager is asked anew, unless it is moot or held then."""
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.customer_id == customer_id,
            FollowUp.subject_type == Subject.INVOICE,
            FollowUp.state == FollowUpState.RAISED,
            FollowUp.reason == what,
        )
        .values(state=FollowUpState.PLANNED, reason="asked again", due_at=at)
        .execution_options(synchronize_session=False)
    )


def open_decisions(session: Session, kinds: Collection[CommitmentKind]) -> Sequence[Commitment]:
    """Open promises of these kinds, locked."""
    return session.scalars(
        select(Commitment)
        .where(Commitment.kind.in_(kinds), Commitment.done_at.is_(None))
        .order_by(Commitment.id)
        .with_for_update()
    ).all()


def invoice_by_ref(session: Session, ref: str) -> Invoice | None:
    """An invoice by its reference, locked."""
    return session.scalar(select(Invoice).where(Invoice.ref == ref).with_for_update())


def customer_by_ref(session: Session, ref: str) -> Customer | None:
    """A customer by reference."""
    return session.scalar(select(Customer).where(Customer.ref == ref))
