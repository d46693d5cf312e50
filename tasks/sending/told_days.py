"""Keeping in mind which delivery day a customer was told last."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from models.queries import bulk
from models.rules.sending.delivery_day import Told, names_day
from models.tables import Order
from tasks.mails.letter_facts import Group


def known_of(order: Order) -> Told:
    """What the customer knows of the day of an order."""
    return Told(order.promised_on, order.told_on, order.told_at, order.promise_moved_at)


def keep_told(session: Session, accepted: Iterable[Group], now: datetime) -> None:
    """The mail server took these mails: the day that each names is the one that was told last."""
    told = {
        group.order.id: group.order.promised_on
        for group in accepted
        if group.order is not None
        and group.order.promised_on is not None
        and group.lead.staff_id is None
        and not group.lead.nudge  # a reminder names no day
        and not group.is_trial
        and names_day(group.cadence)
        and group.order.told_on != group.order.promised_on
    }
    bulk.update(
        session, Order, [{"id": id_, "told_on": day, "told_at": now} for id_, day in sorted(told.items())]
    )
