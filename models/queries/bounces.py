"""What follows from a mail that came back."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.tables import Customer, FollowUp
from models.words import FollowUpState, Subject

_WELCOMED = "welcomed"


def not_delivered(session: Session, ids: Collection[int], reason: str) -> None:
    """Note that contacts did not arrive."""
    session.execute(
        update(FollowUp)
        .where(FollowUp.id.in_(ids), FollowUp.state.in_([FollowUpState.SENT, FollowUpState.SILENT]))
        .values(state=FollowUpState.BOUNCED, reason=reason, answer_by=None)
    )


def try_again(session: Session, ids: Collection[int], due_at: datetime, reason: str) -> int:
    """Plan contacts again that came back for the time being; returns how many."""
    again = session.scalars(
        update(FollowUp)
        .where(FollowUp.id.in_(ids), FollowUp.state.in_([FollowUpState.SENT, FollowUpState.SILENT]))
        .values(state=FollowUpState.PLANNED, due_at=due_at, reason=reason, answer_by=None)
        .returning(FollowUp.id)
    )
    return len(list(again))


def take_back_nudges(session: Session, contact: FollowUp) -> None:
    """A contact that did not arrive is not reminded of."""
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.subject_type == contact.subject_type,
            FollowUp.subject_id == contact.subject_id,
            FollowUp.kind == contact.kind,
            FollowUp.step == contact.step,
            FollowUp.nudge > 0,
            FollowUp.state.in_([FollowUpState.PLANNED, FollowUpState.HELD]),
        )
        .values(state=FollowUpState.SKIPPED, reason="bounced")
    )


def ring_again(session: Session, order_id: int, now: datetime) -> None:
    """An alarm that was moot since the welcome seemed delivered is due again: it was not (B29)."""
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.subject_type == Subject.ORDER,
            FollowUp.subject_id == order_id,
            FollowUp.state == FollowUpState.SKIPPED,
            FollowUp.reason == _WELCOMED,
        )
        .values(state=FollowUpState.PLANNED, due_at=now, reason=None)
    )


def suppress(session: Session, customer_id: int, address: str, now: datetime) -> None:
    """Use an address of a customer no more."""
    session.execute(
        update(Customer).where(Customer.id == customer_id).values(suppressed_at=now, suppressed_email=address)
    )
