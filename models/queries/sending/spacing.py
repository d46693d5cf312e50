"""What went to an address lately, and what is due to a customer soon."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import FollowUp, Message
from models.words import OF_STAFF, FollowUpState, MessageState


def mails_to(
    session: Session, recipients: Collection[str], since: datetime
) -> dict[str, list[tuple[str, datetime]]]:
    """By address: kind and time of each mail since a time that went out, or may have."""
    rows = session.execute(
        select(Message.recipient, Message.kind, Message.marked_at).where(
            among(Message.recipient, recipients),
            Message.marked_at > since,
            Message.state.not_in((MessageState.REFUSED, MessageState.DEFERRED)),
            Message.staff_id.is_(None),
            ~Message.is_trial,
        )
    )
    found: dict[str, list[tuple[str, datetime]]] = {}
    for recipient, kind, at in rows:
        found.setdefault(recipient.lower(), []).append((kind, at))
    return found


def due_soon(
    session: Session, customer_ids: Collection[int], kinds: Collection[str], since: datetime, before: datetime
) -> list[tuple[int, datetime]]:
    """By customer: when the first planned contact of these kinds is due, where that is between two times."""
    rows = session.execute(
        select(FollowUp.customer_id, func.min(FollowUp.due_at))
        .where(
            among(FollowUp.customer_id, customer_ids),
            FollowUp.state == FollowUpState.PLANNED,
            FollowUp.kind.in_(kinds),
            FollowUp.subject_type.not_in(OF_STAFF),
            FollowUp.due_at > since,
            FollowUp.due_at < before,
        )
        .group_by(FollowUp.customer_id)
    )
    return [(customer_id, at) for customer_id, at in rows if customer_id is not None]
