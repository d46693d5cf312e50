"""Keeping in mind which delivery day a customer was told last."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from models.queries import bulk
from models.queries.commitments import deliveries
from models.rules.commitments.outcomes import DELIVERED
from models.rules.sending.delivery_day import AGREED_BY_HAND, BROUGHT, ToldDay, names_day
from models.tables import Order
from tasks.mails.letter_facts import Group


def known_of(order: Order, by_hand: str | None = None) -> ToldDay:
    """What the customer knows of the day of an order; `by_hand` is what one of our people says of it since."""
    return ToldDay(order.promised_on, order.told_on, order.told_at, order.promise_moved_at, by_hand)


def said_by_hand(session: Session, orders: Mapping[int, Order], now: datetime) -> dict[int, str]:
    """By order: what our people say of its delivery, where that is the last word: another day, or that it came."""
    found = {}
    for id_, owed in deliveries.spoken_of(session, orders).items() if orders else ():
        moved_at = orders[id_].promise_moved_at
        if owed.done_at is None and owed.words is not None and owed.due_at > now:
            if moved_at is None or moved_at <= owed.made_at:
                found[id_] = AGREED_BY_HAND
        elif (owed.outcome or "").startswith(f"{DELIVERED}: "):
            found[id_] = BROUGHT
    return found


def keep_told(session: Session, accepted: Iterable[Group], now: datetime) -> None:
    """The mail server took these mails: the day that each names is the one that was told last."""
    told = {
        order.id: order.promised_on
        for group in accepted
        for order in group.orders
        if order.promised_on is not None
        and group.lead.staff_id is None
        and not group.lead.nudge  # a reminder names no day
        and not group.is_trial
        and names_day(group.cadence)
        and order.told_on != order.promised_on
    }
    bulk.update(
        session, Order, [{"id": id_, "told_on": day, "told_at": now} for id_, day in sorted(told.items())]
    )
