"""A customer withdraws from an order on the page: declared in two steps, kept word for word, and told back by mail.

Nobody judges here whether the right exists. The declaration is recorded with its time, and people answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.cases import contract_ends
from models.rules.calendar.calendars import Place
from models.rules.responses.withdrawal import is_offered
from models.tables import Customer, Order, Response
from models.words import Meaning, Subject
from tasks.responses.by_link import Question
from tasks.responses.record import Answer, hear


def standing(session: Session, order: Order | None) -> Response | None:
    """The declaration that stands for an order: none that a person has set aside as not meant so."""
    return None if order is None else _standing(contract_ends.declared(session, [order.id]).get(order.id, ()))


def _standing(declared: Sequence[contract_ends.Declaration]) -> Response | None:
    return next((one.said for one in reversed(declared) if one.stands), None)


def may_declare(order: Order | None, customer: Customer, now: datetime) -> bool:
    """Whether the page offers it for an order at `now`."""
    return (
        order is not None
        and order.cancelled_at is None
        and is_offered(
            now,
            order.signed_at,
            order.delivered_at,
            order.withdrawal_days,
            Place(customer.country, customer.timezone),
            is_service=order.is_service,
            waived=order.withdrawal_waived,
        )
    )


@dataclass(frozen=True)
class Through:
    """By what mail of ours somebody came to the page; by none where the page stands open."""

    message_key: str | None = None
    follow_up_id: int | None = None


def through(asked: Question) -> Through:
    """The mail behind a link, with what it asked where that was about an order."""
    row = asked.asked
    is_about_order = row is not None and row.subject_type == Subject.ORDER
    return Through(asked.message.key, row.id if row is not None and is_about_order else None)


def declare(
    session: Session, policy: Policy, order: Order, text: str, now: datetime, by: Through | None = None
) -> Response:
    """Record the declaration, once an order; returns the one that stands.

    It counts even where the window is over: what was pressed is on record, and a person says what follows.
    """
    by = by or Through()
    contract_ends.lock_order(session, order.id)
    declared = contract_ends.declared(session, [order.id]).get(order.id, [])
    if (before := _standing(declared)) is not None:
        return before
    said = Answer(
        ref=f"withdrawal:{order.id}:{len(declared)}",
        customer_id=order.customer_id,
        meaning=Meaning.WITHDRAW,
        channel="page",
        received_at=now,
        order_id=order.id,
        text=text,
        message_key=by.message_key,
        follow_up_id=by.follow_up_id,
    )
    hear(session, policy, [said], now)
    session.flush()
    return contract_ends.declared(session, [order.id])[order.id][-1].said
