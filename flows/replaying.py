"""The order of a replay: each step learns what happened, plans, sweeps, hears and escalates, like a working day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flows.sweeping import sweep
from models.policy import ESCALATION, SWEEPS
from models.queries.replay.figures import totals
from models.queries.sending.waiting import next_due
from models.queries.watermarks import set_watermark
from tasks.escalation.silence import watch_silence
from tasks.importing.apply import apply_rows
from tasks.importing.rows import TABLES
from tasks.replay.feed import Feed
from tasks.replay.figures import calls_in, day_by_day, day_figures, held_in
from tasks.replay.people import People
from tasks.runtime.clock import SetClock
from tasks.sending.sweep_report import Report, Scope
from tasks.services import Services

_APART = timedelta(minutes=15)
"""Looks within a step lie at least so far apart."""


@dataclass(frozen=True)
class ReplaySpan:
    """From the first day to the last, both whole, in steps; days are those of `zone`."""

    first: date
    last: date
    step: timedelta
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        """The midnight of the first day, in UTC."""
        return self._midnight(self.first)

    def steps(self) -> Iterator[datetime]:
        """The end of each step, in UTC; whole days end at midnight even when a clock change makes them 23 hours."""
        whole_days = self.step % timedelta(days=1) == timedelta(0)
        end = self._midnight(self.last + timedelta(days=1))
        wall = datetime(self.first.year, self.first.month, self.first.day)  # noqa: DTZ001 (a wall clock: see below)
        at = self.begins
        while at < end:
            wall += self.step
            at = wall.replace(tzinfo=self.zone).astimezone(UTC) if whole_days else at + self.step
            yield min(at, end)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)


async def replay(
    services: Services,
    clock: SetClock,
    feed: Feed,
    span: ReplaySpan,
    progress: Callable[[date], None],
    people: People | None = None,
) -> dict[str, Any]:
    """Run a span of the past against a fresh database.

    `people` work the call list as soon as the hours of a day open; nobody calls without them. Returns
    `{"totals": …, "days": […]}`; the same input gives the same result. `services.clock` must be `clock`.
    """
    steps: list[dict[str, Any]] = []
    for before, now in _looks(services, span):
        called = people.work(before, now) if people else {}
        clock.set(now)
        day = (now - timedelta(microseconds=1)).astimezone(span.zone).date()
        steps.append(
            {**await _step(services, feed, now, day), **called, **(people.waiting(now) if people else {})}
        )
        progress(day)
    days = day_by_day(steps)
    with services.db.read() as session:
        return {"totals": {**totals(session), "held": held_in(days), **calls_in(days)}, "days": days}


def _looks(services: Services, span: ReplaySpan) -> Iterator[tuple[datetime, datetime]]:
    """The end of each step, and before it whatever time something falls due; each with the one before.

    At the midnight that ends a day everybody's hours are over: what keeps to hours has to be looked at within them.
    """
    at = span.begins
    for end in span.steps():
        while at < end:
            before, at = at, _next_look(services, at, end)
            yield before, at


def _next_look(services: Services, at: datetime, end: datetime) -> datetime:
    with services.db.read() as session:
        due = next_due(session, SWEEPS, at)
    return end if due is None else min(max(due, at + _APART), end)


async def _step(services: Services, feed: Feed, now: datetime, day: date) -> dict[str, Any]:
    news = feed.until(now)
    new = dict.fromkeys(TABLES, 0)
    with services.db.write() as session:
        for table in TABLES:
            if rows := news.get(table):
                new[table] = apply_rows(session, table, rows, now, "replay", policy=services.policy).inserted
        set_watermark(
            session, "import:replay:invoices", now.isoformat(), now
        )  # all that had happened is known
    report = Report()
    for name in SWEEPS:
        if name != ESCALATION:
            report += await sweep(services, Scope(name, now))
    silence = watch_silence(services.db, services.policy, now)
    report += await sweep(services, Scope(ESCALATION, now))
    return day_figures(
        report,
        silence,
        day=day.isoformat(),
        orders=new["orders"],
        invoices=new["invoices"],
        answers=new["responses"],
    )
