"""Withdrawals and terminations: what was heard, what a person has confirmed, and how many of each (B37)."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import NotNullable, exists, func, insert, select
from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.in_list import among
from models.rules.calendar.calendars import Place
from models.rules.planning.plan import by_day
from models.rules.planning.step_key import StepKey
from models.tables import ContractEnd, Customer, FollowUp, Order, Response
from models.words import EndKind, Meaning


def add(session: Session, row: dict[str, Any]) -> ContractEnd:
    """Write one down."""
    made = session.execute(insert(ContractEnd).values(**row).returning(ContractEnd.id)).scalar_one()
    return session.get_one(ContractEnd, made)


def standing(
    session: Session, customer_id: int, kind: str, order_id: int | None, *, lock: bool = False
) -> ContractEnd | None:
    """The one of this kind that stands already, heard or confirmed, for an order or for none in particular."""
    query = (
        select(ContractEnd)
        .where(
            ContractEnd.customer_id == customer_id,
            ContractEnd.kind == kind,
            ContractEnd.order_id == order_id,
            ContractEnd.dismissed_at.is_(None),
        )
        .order_by(ContractEnd.id)
        .limit(1)
    )
    return session.scalar(query.with_for_update() if lock else query)


class Declaration(NamedTuple):
    """A withdrawal that a customer declared on the page."""

    said: Response
    stands: bool
    """False once a person has set it aside as not meant so; it was received all the same."""


def declared(session: Session, order_ids: Collection[int]) -> dict[int, list[Declaration]]:
    """By order: the withdrawals that the customer declared of it, oldest first."""
    set_aside = exists(
        select(ContractEnd.id).where(
            ContractEnd.order_id == Response.order_id,
            ContractEnd.kind == EndKind.WITHDRAWAL,
            ContractEnd.dismissed_at >= Response.received_at,
        )
    )
    rows = session.execute(
        select(NotNullable(Response.order_id), Response, ~set_aside)
        .where(among(Response.order_id, order_ids), Response.meaning == Meaning.WITHDRAW)
        .order_by(Response.received_at, Response.id)
    )
    found: dict[int, list[Declaration]] = {}
    for order_id, said, stands in rows:
        found.setdefault(order_id, []).append(Declaration(said, stands=stands))
    return found


def lock_order(session: Session, order_id: int) -> None:
    """Keep other declarations of the same order waiting; rows that name it can still be written."""
    session.execute(select(Order.id).where(Order.id == order_id).with_for_update(key_share=True))


def to_change(session: Session, end_id: int) -> ContractEnd | None:
    """One by id, locked."""
    return session.scalar(select(ContractEnd).where(ContractEnd.id == end_id).with_for_update())


def of_customer(session: Session, customer_id: int) -> Sequence[ContractEnd]:
    """All of a customer's, oldest first."""
    return session.scalars(
        select(ContractEnd).where(ContractEnd.customer_id == customer_id).order_by(ContractEnd.id)
    ).all()


def ended(session: Session, order_ids: Collection[int]) -> dict[str, set[int]]:
    """Which of these orders a customer has withdrawn from or terminated, as a person has confirmed; by kind."""
    found: dict[str, set[int]] = {kind: set() for kind in EndKind}
    rows = session.execute(
        select(ContractEnd.kind, ContractEnd.order_id).where(
            among(ContractEnd.order_id, order_ids),
            ContractEnd.confirmed_at.is_not(None),
            ContractEnd.dismissed_at.is_(None),
        )
    )
    for kind, order_id in rows:
        if order_id is not None:
            found[kind].add(order_id)
    return found


def only_order(session: Session, customer_id: int) -> int | None:
    """The customer's one order that was not cancelled; None where there are several, or none."""
    ids = session.scalars(
        select(Order.id).where(Order.customer_id == customer_id, Order.cancelled_at.is_(None)).limit(2)
    ).all()
    return ids[0] if len(ids) == 1 else None


def counts(session: Session, since: datetime, until: datetime) -> dict[str, Counter[str]]:
    """Confirmed ones declared from `since` up to `until`, by kind and then by cause; for the report."""
    found: dict[str, Counter[str]] = {kind: Counter() for kind in EndKind}
    rows = session.execute(
        select(ContractEnd.kind, ContractEnd.cause_code, func.count())
        .where(
            ContractEnd.confirmed_at.is_not(None),
            ContractEnd.dismissed_at.is_(None),
            ContractEnd.declared_at >= since,
            ContractEnd.declared_at < until,
        )
        .group_by(ContractEnd.kind, ContractEnd.cause_code)
    )
    for kind, cause, number in rows:
        found[kind][cause or "other"] += number
    return found


def told_back(
    session: Session, policy: Policy, pairs: Sequence[tuple[FollowUp, Customer]]
) -> dict[int, Response]:
    """By follow-up: the declaration that it tells back.

    It is the one whose day names the step; where none does (the customer lives in another time zone now), the newest.
    """
    told = [(row, customer) for row, customer in pairs if policy.cadences[row.kind].anchor == "withdrawal"]
    declarations = declared(session, {row.subject_id for row, _ in told}) if told else {}
    found: dict[int, Response] = {}
    for row, customer in told:
        if said := [one.said for one in declarations.get(row.subject_id, ())]:
            days = by_day((one.received_at for one in said), Place(customer.country, customer.timezone))
            named = dict(zip(days, said, strict=True))
            key = StepKey.parse(row.step)
            found[row.id] = (
                named[key.day, key.number] if key.day and (key.day, key.number) in named else said[-1]
            )
    return found
