"""What follows from a mail that came back."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.queries.responses import responses
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


def take_back_nudges(session: Session, contacts: Sequence[FollowUp]) -> None:
    """Contacts that did not arrive are not reminded of."""
    for row in responses.threads(session, contacts, (FollowUpState.PLANNED, FollowUpState.HELD)):
        if row.nudge:
            row.state, row.reason = FollowUpState.SKIPPED, "bounced"


def ring_again(session: Session, order_ids: Collection[int], now: datetime) -> None:
    """Alarms that were moot since the welcomes seemed delivered are due again: they were not (B29)."""
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.subject_type == Subject.ORDER,
            among(FollowUp.subject_id, order_ids),
            FollowUp.state == FollowUpState.SKIPPED,
            FollowUp.reason == _WELCOMED,
        )
        .values(state=FollowUpState.PLANNED, due_at=now, reason=None)
    )


def customers(session: Session, ids: Collection[int]) -> dict[int, Customer]:
    """Customers by id."""
    return {row.id: row for row in session.scalars(select(Customer).where(among(Customer.id, ids)))}
