"""What follows from changes of facts, beside planning anew: a payment settles, a new due day begins again."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.planning import anew
from models.rules.credit_recovery.pay_day import due_by_law
from models.tables import Customer, Order
from models.words import CommitmentKind, Subject
from tasks.cases.change_of_customer import follow
from tasks.cases.close_case import settle_paid
from tasks.commitments.close import promise
from tasks.importing.writing import FollowingChanges, ImportOrigin

_WANTED_AGAIN = "the order is wanted again, and its promised day is over"


def take(session: Session, policy: Policy, turns: FollowingChanges, word: ImportOrigin) -> None:
    """See to everything that these changes ask for, in the transaction that wrote them."""
    if turns.moved:
        follow(session, policy, turns.moved, word.at, word.actor)
    for invoice_id, customer_id in turns.paid:
        settle_paid(session, customer_id, invoice_id, word.at, word.actor)
    if put_off := _given_more_time(session, turns.put_off):  # reminded kindly before anybody calls
        anew.begin_again(session, "due", Subject.INVOICE, put_off, _kinds(policy, "due"))
    if turns.back:  # the arrival is asked of what comes the second time
        rounds = [(order_id, at.date()) for order_id, at in turns.back]
        anew.begin_again(session, "delivered", Subject.ORDER, rounds, _kinds(policy, "delivered"))
    for order_id, customer_id in turns.reinstated:
        _reinstate(session, policy, order_id, customer_id, word)


def _given_more_time(session: Session, moved: Sequence[tuple[int, date]]) -> list[tuple[int, date]]:
    """Those that may be paid later than before: from a day off to the next working day nobody gains a day."""
    now = anew.last_days(session, [id_ for id_, _ in moved]) if moved else {}
    return [(id_, before) for id_, before in moved if due_by_law(now[id_][0], before) < due_by_law(*now[id_])]


def _kinds(policy: Policy, anchor: str) -> list[str]:
    return [kind for kind, cadence in policy.cadences.items() if cadence.anchor == anchor]


def _reinstate(session: Session, policy: Policy, order_id: int, customer_id: int, word: ImportOrigin) -> None:
    """A cancellation is taken back after the promised day: a person agrees on another one before anything is said."""
    order = session.get_one(Order, order_id, populate_existing=True)
    anew.let_pass(session, order_id, _kinds(policy, "promised"), word.at)
    if order.promised_on is None or order.promised_on >= _today(session, customer_id, word.at):
        return
    about = (Subject.ORDER, order_id)
    promise(
        session,
        policy,
        customer_id,
        CommitmentKind.SET_APPOINTMENT,
        about,
        now=word.at,
        actor=word.actor,
        words=_WANTED_AGAIN,
    )


def _today(session: Session, customer_id: int, now: datetime) -> date:
    return now.astimezone(ZoneInfo(session.get_one(Customer, customer_id).timezone)).date()
