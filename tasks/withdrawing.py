"""A customer withdraws from an order on the page: declared in two steps, kept word for word, and told back by mail.

Nobody judges here whether the right exists. The declaration is recorded with its time, and people answer.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import contract_ends
from models.rules.calendars import Place
from models.rules.withdrawing import is_offered
from models.tables import Customer, FollowUp, Order, Response
from models.words import Meaning, Subject
from tasks.answering import Question
from tasks.hearing import Answer, hear


def standing(session: Session, order: Order | None) -> Response | None:
    """The declaration that stands for an order: none that a person has set aside as not meant so."""
    return None if order is None else contract_ends.declared(session, [order.id]).get(order.id)


def told_back(session: Session, policy: Policy, rows: Sequence[FollowUp]) -> dict[int, Response]:
    """By order: the declaration that a mail among these tells back."""
    told = {row.subject_id for row in rows if policy.cadences[row.kind].anchor == "withdrawal"}
    return contract_ends.declared(session, told, even_set_aside=True) if told else {}


def may_declare(order: Order | None, customer: Customer, now: datetime) -> bool:
    """Whether the page offers it for an order at `now`."""
    return (
        order is not None
        and order.cancelled_at is None
        and is_offered(
            now, order.signed_at, order.delivered_at, order.withdrawal_days,
            Place(customer.country, customer.timezone), is_service=order.is_service,
        )
    )  # fmt: skip


def declare(
    session: Session, policy: Policy, asked: Question, order: Order, text: str, now: datetime
) -> Response:
    """Record the declaration, once an order; returns the one that stands.

    It counts even where the window is over: what was pressed is on record, and a person says what follows.
    """
    contract_ends.lock_order(session, order.id)
    before = standing(session, order)
    if before is not None:
        return before
    is_about_it = asked.asked is not None and asked.asked.subject_type == Subject.ORDER
    number = contract_ends.count_declared(session, order.id)
    said = Answer(
        ref=f"withdrawal:{order.id}:{number}", customer_id=asked.customer.id, meaning=Meaning.WITHDRAW,
        channel="page", received_at=now, order_id=order.id, text=text, message_key=asked.message.key,
        follow_up_id=asked.asked.id if asked.asked is not None and is_about_it else None,
    )  # fmt: skip
    hear(session, policy, [said], now)
    session.flush()
    return contract_ends.declared(session, [order.id])[order.id]
