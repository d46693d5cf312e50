"""What went to an address lately, and what is due to a customer soon."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import NotNullable, func, select
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import FollowUp, Invoice, Message
from models.words import OF_STAFF, FollowUpState, MessageState, Subject


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


def sent_about(
    session: Session, order_ids: Collection[int], routine: Collection[str], notices: Collection[str]
) -> dict[tuple[int, str], int]:
    """By order and address: how many mails of these kinds, about orders and about their invoices, went out."""
    about = (FollowUp.message_id, Message.recipient)
    went = (FollowUp.nudge == 0, Message.state == MessageState.ACCEPTED, ~Message.is_trial)
    of_orders = (
        select(FollowUp.subject_id, *about)
        .join(Message, Message.id == FollowUp.message_id)
        .where(
            FollowUp.subject_type == Subject.ORDER,
            among(FollowUp.subject_id, order_ids),
            FollowUp.kind.in_(routine),
            *went,
        )
    )
    of_invoices = (
        select(NotNullable(Invoice.order_id), *about)
        .join(FollowUp, (FollowUp.subject_type == Subject.INVOICE) & (FollowUp.subject_id == Invoice.id))
        .join(Message, Message.id == FollowUp.message_id)
        .where(among(Invoice.order_id, order_ids), FollowUp.kind.in_(notices), *went)
    )
    mails: dict[tuple[int, str], set[int | None]] = defaultdict(set)
    for query in (of_orders, of_invoices):
        for order_id, message_id, recipient in session.execute(query):
            mails[order_id, recipient.lower()].add(message_id)
    return {key: len(found) for key, found in mails.items()}


def coming_about(
    session: Session, order_ids: Collection[int], kinds: Collection[str], before: datetime
) -> dict[int, int]:
    """By order: how many contacts of these kinds are planned before a time."""
    rows = session.execute(
        select(FollowUp.subject_id, func.count(FollowUp.id))
        .where(
            FollowUp.subject_type == Subject.ORDER,
            among(FollowUp.subject_id, order_ids),
            FollowUp.kind.in_(kinds),
            FollowUp.nudge == 0,
            FollowUp.state == FollowUpState.PLANNED,
            FollowUp.due_at < before,
        )
        .group_by(FollowUp.subject_id)
    )
    return {row[0]: row[1] for row in rows}
