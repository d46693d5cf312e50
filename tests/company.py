"""A small company as a whole, over weeks: its orders, its people, its mailbox, and who gets what.

It runs on the stage of a replay, so that it is quick: a database that need not last, a clock that is set, and looks
only when something falls due, and at a few hours of each day.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.policy import SWEEPS, Policy
from models.queries.sending.waiting import next_due
from models.tables import Staff
from models.words import Meaning
from tasks.importing.apply import apply_rows
from tasks.importing.rows import CustomerRow, InvoiceRow, OrderRow, ResponseRow
from tasks.replay.people import People
from tasks.replay.stage import replay_services
from tasks.services import Services
from tests.world import World

ROME = ZoneInfo("Europe/Rome")
_APART = timedelta(minutes=15)
_HOURS = (time(8, 5), time(18, 30))
"""When a day is looked at even if nothing falls due."""


class QuickWorld(World):
    """A world that keeps its composer, since nothing of the policy changes."""

    @cached_property
    def services(self) -> Services:  # type: ignore[override]
        return World.services.fget(self)  # type: ignore[attr-defined, no-any-return]


@dataclass
class Company:
    """A manager, a director, two of after-sale and a seller, none of whom has a deputy."""

    world: QuickWorld
    orders: dict[str, "Plan"] = field(default_factory=dict)
    first: date = date(2026, 3, 2)
    days: int = 0
    works: bool = False
    """Somebody calls through the day's list each morning, and answers what is owed."""

    def sell(self, ref: str, signed: date, *, customer: str = "", **facts: Any) -> None:
        """An order that comes to be known on its day, with what happens to it later (`Plan`)."""
        self.orders[ref] = Plan(ref, customer or f"C-{ref}", signed, **facts)

    def run(self, days: int, each_day: Callable[[date], None] = lambda _day: None) -> None:
        """Let whole days of Rome pass. Facts come in at eight o'clock; then `each_day` acts."""
        self.days = days
        for number in range(days):
            day = self.first + timedelta(days=number)
            begins, ends = _at(day, time(8, 0)), _at(day + timedelta(days=1), time(8, 0))
            self._look(begins)
            self._happen(day)
            each_day(day)
            if self.works:
                People(self.world.services, self.world.clock).work(begins, ends)
            for at in self._times(begins, ends):
                self._look(at)

    def _times(self, begins: datetime, ends: datetime) -> Iterator[datetime]:
        fixed = [_at(begins.astimezone(ROME).date(), hour) for hour in _HOURS]
        at = begins
        while at < ends:
            with self.world.db.read() as session:
                due = next_due(session, SWEEPS, at)
            waiting = [one for one in fixed if one > at]
            at = min([*waiting[:1], max(due, at + _APART) if due else ends, ends])
            if at < ends:
                yield at

    def _look(self, at: datetime) -> None:
        self.world.clock.set(at)
        self.world.sweep()
        self.world.escalate()

    def _happen(self, day: date) -> None:
        """The company's system is read: everything that is known by this day."""
        known = [plan for plan in self.orders.values() if plan.signed <= day]
        rows: dict[str, list[Any]] = {
            "customers": list({plan.customer: _customer(plan) for plan in known}.values()),
            "orders": [_order(plan, day) for plan in known],
            "invoices": [_invoice(plan, day) for plan in known if plan.delivered and plan.delivered <= day],
            "responses": [_praise(plan) for plan in known if plan.praised_on and plan.praised_on <= day],
        }
        now = self.world.clock.now()
        with self.world.db.write() as session:
            for table, news in rows.items():
                done = apply_rows(session, table, news, now, "import:erp", policy=self.world.policy)
                assert not done.rejects, done.rejects


@dataclass
class Plan:
    """What will happen to an order, on days."""

    ref: str
    customer: str
    signed: date
    promised: date
    delivered: date | None = None
    moves: dict[date, date] = field(default_factory=dict)
    """On a day the order gets another promised day."""
    answers: bool = False
    """The customer praises it five days after delivery."""
    pays_after: timedelta | None = timedelta(days=20)
    email: str = ""

    @property
    def praised_on(self) -> date | None:
        return self.delivered + timedelta(days=5) if self.answers and self.delivered else None


def _customer(plan: Plan) -> CustomerRow:
    return CustomerRow(
        ref=plan.customer,
        name=f"Famiglia {plan.customer}",
        language="it",
        country="IT",
        timezone="Europe/Rome",
        email=plan.email or f"{plan.customer.lower()}@posta.example",
        phone="+39 333 555 0101",
    )


def _order(plan: Plan, day: date) -> OrderRow:
    moved = [new for on, new in sorted(plan.moves.items()) if on <= day]
    return OrderRow(
        ref=plan.ref,
        customer=plan.customer,
        description="Cucina Nives",
        currency="EUR",
        amount_cents=420_000,
        signed_at=_at(plan.signed, time(7, 30)),
        seller="S-1",
        promised_on=moved[-1] if moved else plan.promised,
        delivered_at=_at(plan.delivered, time(7)) if plan.delivered and plan.delivered <= day else None,
    )


def _invoice(plan: Plan, day: date) -> InvoiceRow:
    assert plan.delivered is not None
    paid = plan.delivered + plan.pays_after if plan.pays_after is not None else None
    return InvoiceRow(
        ref=f"F-{plan.ref}",
        customer=plan.customer,
        order=plan.ref,
        amount_cents=420_000,
        currency="EUR",
        issued_on=plan.delivered,
        due_on=plan.delivered + timedelta(days=30),
        paid_at=_at(paid, time(7)) if paid and paid <= day else None,
    )


def _praise(plan: Plan) -> ResponseRow:
    assert plan.praised_on is not None
    return ResponseRow(
        ref=f"A-{plan.ref}",
        customer=plan.customer,
        order=plan.ref,
        meaning=Meaning.RATING,
        received_at=_at(plan.praised_on, time(7, 50)),
        rating=5,
        channel="survey",
    )


@contextmanager
def company(policy: Policy) -> Iterator[Company]:
    """A company on a fresh database."""
    with replay_services(policy) as (services, clock):
        world = QuickWorld.of(services.db, services.policy, clock)
        assert isinstance(world, QuickWorld)
        yield Company(world)


def absent(session: Session, since: date, until: date, *refs: str) -> None:
    """These colleagues are away, or all of them."""
    for one in session.scalars(select(Staff)):
        if not refs or one.ref in refs:
            one.absent_from, one.absent_until = since, until


def working_days(first: date, count: int) -> list[date]:
    """So many days from a first one on, without weekends."""
    days = (first + timedelta(days=number) for number in range(count * 2))
    return [day for day in days if day.weekday() < 5][:count]


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=ROME).astimezone(UTC)
