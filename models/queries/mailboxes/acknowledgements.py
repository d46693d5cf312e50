"""Mails whose senders are told that we have them: whether they were before, and what can be said."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import Commitment, FollowUp, Inbound
from models.words import CommitmentKind, Subject

KIND = "acknowledgement"
"""The cadence that tells them."""


def was_told(session: Session, *, customer_id: int | None, sender: str, since: datetime) -> bool:
    """Whether this customer, or this address, was told since a time, or is about to be."""
    whose = FollowUp.customer_id == customer_id if customer_id is not None else Inbound.sender == sender
    query = (
        select(FollowUp.id)
        .join(Inbound, Inbound.id == FollowUp.subject_id)
        .where(
            FollowUp.subject_type == Subject.HEARD,
            FollowUp.kind == KIND,
            FollowUp.owed_at >= since,
            whose,
        )
    )
    return session.scalar(query.limit(1)) is not None


def mails(session: Session, ids: Collection[int]) -> dict[int, Inbound]:
    """Mails that came in, by id."""
    return {row.id: row for row in session.scalars(select(Inbound).where(among(Inbound.id, ids)))}


def calls(session: Session, customers: Collection[int]) -> dict[int, Commitment]:
    """By customer: the call that the open case owes, or else one that is wanted at an hour."""
    rows = session.scalars(
        select(Commitment)
        .where(
            among(Commitment.customer_id, customers),
            or_(Commitment.kind == CommitmentKind.LISTENING_CALL, Commitment.not_before.is_not(None)),
            Commitment.done_at.is_(None),
        )
        .order_by(Commitment.kind == CommitmentKind.LISTENING_CALL, Commitment.id)
    )
    return {row.customer_id: row for row in rows if row.customer_id is not None}
