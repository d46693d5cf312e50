"""Planning: turns changed facts into follow-ups. Its cost follows what changed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import facts, going_live, history, people
from models.queries.cases import contract_ends
from models.queries.planning import plan
from models.rules.calendar.calendars import Place
from models.rules.credit_recovery.pay_day import due_by_law
from models.rules.escalation import ownership
from models.rules.planning.cadence import OWN_FACTS
from models.rules.planning.plan import PlanFacts, new_row, numbered, owed, reconcile
from models.rules.sending.delivery_day import ToldDay, is_news
from models.rules.sending.faults import Fault, Stage
from models.tables import Invoice, Order
from models.words import Subject
from tasks.commitments.delivery_promises import keep_deliveries
from tasks.runtime.apart import apart
from tasks.runtime.database import Database
from tasks.runtime.held_rows import hold

BATCH = 1_000


def plan_all(db: Database, policy: Policy, now: datetime) -> int:
    """Plan everything whose facts, or whose policy, changed; one transaction a batch.

    Returns how many orders and invoices were planned.
    """
    with db.write() as session:
        plan.note_policy(session, policy.fingerprint(), now, policy.cadences)
    total = 0
    while True:
        with db.write() as session:
            count = plan_batch(session, policy, now)
        total += count
        if count == 0:
            return total


def plan_batch(session: Session, policy: Policy, now: datetime, limit: int = BATCH) -> int:
    """Plan up to `limit` changed orders and as many changed invoices; returns how many there were."""
    for id_ in plan.end_rests(session, now):
        history.note(session, (Subject.INVOICE, id_), "payment-promise-broken", now, "planning")
    orders = plan.take_orders_to_plan(session, limit)
    invoices = plan.take_invoices_to_plan(session, limit)

    def order_failed(one: Row[Order, str, str, str], fault: Fault) -> None:
        _hold(session, Stage.PLAN_ORDER, one[0].id, fault, now)

    def invoice_failed(one: Row[Invoice, str, str], fault: Fault) -> None:
        _hold(session, Stage.PLAN_INVOICE, one[0].id, fault, now)

    apart(session, list(orders), partial(_plan_orders, session, policy, now), order_failed)
    apart(session, list(invoices), partial(_plan_invoices, session, policy, now), invoice_failed)
    return len(orders) + len(invoices)


def _hold(session: Session, stage: Stage, id_: int, fault: Fault, now: datetime) -> None:
    """What cannot be planned is left alone until it is tried again; the others go on."""
    hold(session, fault, stage, [id_], now)
    plan.planned(session, Subject.ORDER if stage is Stage.PLAN_ORDER else Subject.INVOICE, [id_])


def _plan_orders(
    session: Session, policy: Policy, now: datetime, orders: Sequence[Row[Order, str, str, str]]
) -> None:
    _name_owners(session, [(order, language) for order, _, _, language in orders], now)
    declared = contract_ends.declared(session, [order.id for order, *_ in orders])
    subjects = {
        order.id: (
            order_subject(order, Place(country, timezone), declared.get(order.id, ())),
            order.signed_at.date(),
        )
        for order, country, timezone, _ in orders
    }
    _derive(session, policy, now, Subject.ORDER, subjects)
    since = policy.company.follow_up_from or date.min
    followed = [
        (order, Place(country, timezone))
        for order, country, timezone, _ in orders
        if order.signed_at.date() >= since
    ]
    keep_deliveries(session, policy, followed, now)


def _plan_invoices(
    session: Session, policy: Policy, now: datetime, invoices: Sequence[Row[Invoice, str, str]]
) -> None:
    subjects = {
        invoice.id: (invoice_subject(invoice, Place(country, timezone)), invoice.issued_on)
        for invoice, country, timezone in invoices
    }
    _derive(session, policy, now, Subject.INVOICE, subjects)


def order_subject(
    order: Order, place: Place, declared: Sequence[contract_ends.Declaration] = ()
) -> PlanFacts:
    """The facts of an order that planning needs; `declared` are the withdrawals declared of it, oldest first."""
    anchors: dict[str, date | datetime | None] = {
        "signed": order.signed_at,
        "promised": order.promised_on
        or order.promised_before,  # a day that was taken away passes all the same
        "promise-moved": (order.promise_moved_at or order.told_at) if _is_news(order) else None,
        "delivered": order.delivered_at,
        "cancelled": order.cancelled_at,
        "withdrawal": max((one.said.received_at for one in declared if one.stands), default=None),
        **{name: named_date(text) for name, text in order.dates.items()},
    }
    present = {name: at for name, at in anchors.items() if at is not None}
    untrue = OWN_FACTS[Subject.ORDER] - facts.order_words(order)
    return PlanFacts(
        Subject.ORDER,
        order.id,
        order.customer_id,
        place,
        present,
        order.withdrawal_days,
        untrue,
        tuple(one.said.received_at for one in declared),
        lost=order.promised_on is None,
        moved_to=order.promised_on,
    )


def invoice_subject(invoice: Invoice, place: Place) -> PlanFacts:
    """The facts of an invoice that planning needs. What is due on a day off is due on the next working day."""
    due_on = due_by_law(place.country, invoice.due_on)
    anchors = {} if invoice.is_credit else {"issued": invoice.issued_on, "due": due_on}
    untrue = OWN_FACTS[Subject.INVOICE] - facts.invoice_words(invoice)
    return PlanFacts(Subject.INVOICE, invoice.id, invoice.customer_id, place, anchors, untrue=untrue)


def named_date(text: str) -> date | datetime:
    """Read a further date of an order: an ISO date, or an ISO time with its offset (given in UTC)."""
    return (
        date.fromisoformat(text)
        if len(text) == len("2026-03-18")
        else datetime.fromisoformat(text).astimezone(UTC)
    )


def _is_news(order: Order) -> bool:
    """Whether the customer has to be told of another day: later or nearer, whatever it was before."""
    known = ToldDay(order.promised_on, order.told_on, order.told_at, order.promise_moved_at)
    return is_news(known, order.promised_before)


def _derive(
    session: Session,
    policy: Policy,
    now: datetime,
    kind: Subject,
    subjects: Mapping[int, tuple[PlanFacts, date]],
) -> None:
    if not subjects:
        return
    known = plan.known_follow_ups(session, kind, list(subjects))
    new: list[dict[str, Any]] = []
    moved: dict[int, tuple[datetime, datetime]] = {}
    withdrawn: list[int] = []
    since = policy.company.follow_up_from or date.min
    live_from = going_live.follow_up_from(session)
    for id_, (subject, began) in subjects.items():
        told = numbered(subject, known.get(id_, ()), policy.cadences)
        wanted = owed(told, policy.cadences, policy.windows) if began >= since else []
        if live_from is not None and began < live_from:  # of older matters only what is still to come
            done = {(row.kind, row.step) for row in known.get(id_, ())}
            wanted = [
                one for one in wanted if one.owed_at.date() >= live_from or (one.kind, one.step) in done
            ]
        changes = reconcile(wanted, known.get(id_, ()), now, subject.untrue)
        new += [new_row(subject, item) for item in changes.new]
        moved |= changes.moved
        withdrawn += changes.withdrawn
    plan.add_follow_ups(session, new)
    plan.move_follow_ups(session, moved)
    plan.withdraw_follow_ups(session, withdrawn)
    plan.planned(session, kind, list(subjects))


def _name_owners(session: Session, orders: Iterable[tuple[Order, str]], now: datetime) -> None:
    """Give every order without an owner one of the after-sale desk, and a deputy (B30)."""
    without = [(order, language) for order, language in orders if order.owner_id is None]
    if not without:
        return
    desk, day = people.people(session), now.date()
    named = {
        order.id: ownership.owner_and_deputy(desk, language, order.id, day) for order, language in without
    }
    plan.name_owners(session, {order.id: order for order, _ in without}, named)
