"""What planning asks and writes: subjects whose facts changed, and the follow-ups derived from them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, false, func, select, true, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models.queries import bulk, people
from models.queries.in_list import among
from models.queries.planning.renaming import carry_over
from models.queries.sending.waiting import PLANNED_WITH
from models.rules.planning.cadence import Cadence
from models.rules.planning.plan import WITHDRAWN, KnownFollowUp
from models.tables import Customer, FollowUp, Invoice, Order, Watermark
from models.words import FollowUpState, Subject


def note_policy(
    session: Session, fingerprint: str, now: datetime, cadences: Mapping[str, Cadence] | None = None
) -> bool:
    """Remember the policy that planning works with. When it is another one, everything is planned again.

    Contacts of cadences and steps that are called otherwise now (`was`) are carried over first.

    Returns whether it changed.
    """
    mark = session.get(Watermark, PLANNED_WITH)
    if mark is not None and mark.value == fingerprint:
        return False
    if mark is None:  # of two first runs at once, one writes it
        bulk.add(session, Watermark, [{"name": PLANNED_WITH, "value": fingerprint, "at": now}])
    else:
        mark.value, mark.at = fingerprint, now
        carry_over(session, cadences or {})
        for table in (Order, Invoice):
            session.execute(update(table).where(table.to_plan == false()).values(to_plan=True))
    session.flush()
    return True


def take_orders_to_plan(session: Session, limit: int) -> Sequence[Row[Order, str, str, str]]:
    """Orders whose facts changed, with the customer's place and language; locked until the transaction ends."""
    return session.execute(
        select(Order, Customer.country, Customer.timezone, Customer.language)
        .join(Customer, Customer.id == Order.customer_id)
        .where(Order.to_plan == true())
        .order_by(Order.id)
        .limit(limit)
        .with_for_update(of=Order, skip_locked=True)
    ).all()


def take_invoices_to_plan(session: Session, limit: int) -> Sequence[Row[Invoice, str, str]]:
    """Invoices whose facts changed, with the customer's place; locked until the transaction ends."""
    return session.execute(
        select(Invoice, Customer.country, Customer.timezone)
        .join(Customer, Customer.id == Invoice.customer_id)
        .where(Invoice.to_plan == true())
        .order_by(Invoice.id)
        .limit(limit)
        .with_for_update(of=Invoice, skip_locked=True)
    ).all()


def wait_for_others(session: Session) -> None:
    """Return once nobody has an order or invoice to plan in hand: each batch of another run ends within seconds.

    The weakest lock waits for those who plan, and keeps no import waiting.
    """
    for table in (Order, Invoice):
        one = select(table.id).where(table.to_plan == true()).limit(1)
        session.execute(one.with_for_update(read=True, key_share=True))


def hold_as_said_paid(session: Session, ids: Collection[int], until: datetime) -> None:
    """Let the reminders of these unpaid invoices rest until a time."""
    session.execute(
        update(Invoice)
        .where(Invoice.id.in_(ids), Invoice.paid_at.is_(None), Invoice.cancelled_at.is_(None))
        .values(said_paid_until=until)
    )


def hold_as_promised(session: Session, ids: Collection[int], pays_on: date, until: datetime) -> None:
    """Let the reminders of these unpaid invoices rest until the day named for the payment, and its grace, are over."""
    session.execute(
        update(Invoice)
        .where(Invoice.id.in_(ids), Invoice.paid_at.is_(None), Invoice.cancelled_at.is_(None))
        .values(pays_on=pays_on, pays_until=until)
    )


def end_rests(session: Session, now: datetime) -> list[int]:
    """The time to check a payment, or to wait for a promised one, is over: what was held for it is planned again.

    Returns the invoices whose promised payment has not come.
    """
    session.execute(
        update(Invoice)
        .where(Invoice.said_paid_until.is_not(None), Invoice.said_paid_until <= now)
        .values(said_paid_until=None, to_plan=True)
    )
    over = session.execute(
        update(Invoice)
        .where(Invoice.pays_until.is_not(None), Invoice.pays_until <= now)
        .values(pays_until=None, to_plan=True)
        .returning(Invoice.id, Invoice.paid_at, Invoice.cancelled_at)
        .execution_options(synchronize_session=False)
    ).all()
    return [id_ for id_, paid_at, cancelled_at in over if paid_at is None and cancelled_at is None]


def name_owners(
    session: Session, orders: Mapping[int, Order], named: Mapping[int, tuple[int | None, int | None]]
) -> None:
    """Write down who owns orders, and who stands in (`named`, by order), there and in the orders that were read."""
    rows = [{"id": id_, "owner_id": owner, "deputy_id": deputy} for id_, (owner, deputy) in named.items()]
    bulk.update(session, Order, rows)
    for id_, (owner, deputy) in named.items():
        set_committed_value(orders[id_], "owner_id", owner)
        set_committed_value(orders[id_], "deputy_id", deputy)


def planned(session: Session, subject_type: Subject, ids: Sequence[int]) -> None:
    """Note that these subjects are planned with their present facts."""
    table = Order if subject_type is Subject.ORDER else Invoice
    session.execute(update(table).where(among(table.id, ids)).values(to_plan=False))


def known_follow_ups(
    session: Session, subject_type: Subject, ids: Sequence[int]
) -> dict[int, list[KnownFollowUp]]:
    """The follow-ups that exist already, by subject."""
    found: dict[int, list[KnownFollowUp]] = defaultdict(list)
    rows = session.execute(
        select(
            FollowUp.subject_id,
            FollowUp.id,
            FollowUp.kind,
            FollowUp.step,
            FollowUp.nudge,
            FollowUp.state,
            FollowUp.reason,
            FollowUp.owed_at,
            FollowUp.due_at,
        ).where(FollowUp.subject_type == subject_type, among(FollowUp.subject_id, ids))
    )
    for subject_id, id_, kind, step, nudge, state, reason, owed_at, due_at in rows:
        known = KnownFollowUp(id_, kind, step, nudge, state, reason, owed_at, due_at)
        found[subject_id].append(known)
    return found


def add_follow_ups(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert follow-ups; one that exists already (same subject, kind, step and nudge) is left as it is."""
    if rows:
        session.flush()  # what the rows refer to; the table itself is written past the session
        bulk.add(session, FollowUp, rows)


def last_planned(session: Session, subject_type: str, kind: str, before: datetime) -> dict[int, datetime]:
    """By subject: when a contact of a kind was owed last before a time."""
    rows = session.execute(
        select(FollowUp.subject_id, func.max(FollowUp.owed_at))
        .where(FollowUp.subject_type == subject_type, FollowUp.kind == kind, FollowUp.owed_at < before)
        .group_by(FollowUp.subject_id)
    )
    return dict(rows.all())


def planned_for(session: Session, subject_type: Subject, kind: str, step: str) -> set[int]:
    """The subjects of a type for which this step of a kind was planned, whatever became of it."""
    query = select(FollowUp.subject_id).where(
        FollowUp.subject_type == subject_type, FollowUp.kind == kind, FollowUp.step == step
    )
    return set(session.scalars(query))


def move_follow_ups(session: Session, times: Mapping[int, tuple[datetime, datetime]]) -> None:
    """Give follow-ups new times (owed, due), and back to planned with them."""
    if times:
        rows = [
            {"id": id_, "owed_at": owed, "due_at": due, "state": FollowUpState.PLANNED, "reason": None}
            for id_, (owed, due) in times.items()
        ]
        bulk.update(session, FollowUp, rows)


def withdraw_follow_ups(session: Session, ids: Iterable[int]) -> None:
    """Take back follow-ups that the facts no longer call for."""
    chosen = list(ids)
    if chosen:
        session.execute(
            update(FollowUp)
            .where(
                among(FollowUp.id, chosen), FollowUp.state.in_([FollowUpState.PLANNED, FollowUpState.HELD])
            )
            .values(state=FollowUpState.SKIPPED, reason=WITHDRAWN)
        )


def plan_customer_again(session: Session, customer_id: int) -> None:
    """Have everything of a customer planned again: what was held for a case gets another chance.

    So does what is owed at the same address by others.
    """
    beside = people.billed_together(session, [customer_id]).get(customer_id, set())
    for table, ids in ((Order, {customer_id}), (Invoice, {customer_id, *beside})):
        session.execute(update(table).where(table.customer_id.in_(sorted(ids))).values(to_plan=True))


def was_owed_since(
    session: Session, subject: tuple[str, int], kinds: Collection[str], since: datetime
) -> bool:
    """Whether a contact of one of these kinds has been owed about a subject since a time."""
    found = select(FollowUp.id).where(
        FollowUp.subject_type == subject[0],
        FollowUp.subject_id == subject[1],
        FollowUp.kind.in_(kinds),
        FollowUp.owed_at > since,
    )
    return session.scalar(select(found.exists())) is True
