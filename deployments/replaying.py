"""Reads a whole source and replays it."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.replaying import ReplaySpan, replay
from models.policy import Policy
from tasks.importing.config import FIRST_IMPORT, read_config
from tasks.importing.rows import AnyRow, Reject
from tasks.importing.source import open_source
from tasks.replay.feed import Feed
from tasks.replay.own_rows import rows_of
from tasks.replay.people import People
from tasks.replay.stage import replay_services
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tasks.services import Services

Progress = Callable[[date], None]

_STEP = re.compile(r"(\d+)([dh])")


@dataclass(frozen=True)
class Past:
    """What a source knows of a span of time."""

    rows: dict[str, list[AnyRow]]
    rejected: int
    span: ReplaySpan


def run(
    source: Path,
    data: Path | None,
    first: date,
    last: date,
    *,
    step: str,
    policy: Policy,
    progress: Progress,
    calls_per_day: int | None = None,
) -> dict[str, Any]:
    """Replay `first` to `last` (both whole days in the source's zone) and return the figures.

    With `calls_per_day` a manager works the call list, with so many calls a day at most; otherwise nobody does.

    Raises:
        SourceError: the source cannot be read.
        ValueError: the step is none, the span runs backwards, or the calls are below 1.
    """
    past = read(source, data, first, last, step)
    with replay_services(with_calls(policy, calls_per_day)) as (services, clock):
        return play(services, clock, past, progress, works=calls_per_day is not None)


def play(
    services: Services, clock: SetClock, past: Past, progress: Progress, *, works: bool
) -> dict[str, Any]:
    """Replay the past on a stage; `works` says whether somebody works the call list."""
    people = People(services, clock) if works else None
    feed = Feed(past.rows, past.span.zone)
    figures = asyncio.run(replay(services, clock, feed, past.span, progress, people))
    figures["totals"]["rejected"] = past.rejected
    return figures


def read(source: Path, data: Path | None, first: date, last: date, step: str) -> Past:
    """Everything that a source knows, up to the end of the last day.

    Raises:
        SourceError: the source cannot be read.
        ValueError: the step is none, or the span runs backwards.
    """
    if last < first:
        raise ValueError(f"--to {last} lies before --from {first}")
    rows: dict[str, list[AnyRow]] = {}
    rejected = 0
    variables = {
        name: last.isoformat() if value == FIRST_IMPORT else value
        for name, value in read_config(source).variables.items()
    }
    with open_source(source, data, variables) as opened:
        after = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
        for table in opened.tables:
            for batch in opened.read(table, after):
                rows.setdefault(table, []).extend(row for row in batch if not isinstance(row, Reject))
                rejected += sum(isinstance(row, Reject) and row.costs_row for row in batch)
        return Past(rows, rejected, ReplaySpan(first, last, _step(step), ZoneInfo(opened.config.timezone)))


def read_own(db: Database, policy: Policy, first: date, last: date, step: str) -> Past:
    """Everything that one's own database knows, as if it came day by day.

    Raises:
        ValueError: the step is none, or the span runs backwards.
    """
    if last < first:
        raise ValueError(f"--to {last} lies before --from {first}")
    with db.read() as session:
        rows = rows_of(session)
    return Past(rows, 0, ReplaySpan(first, last, _step(step), ZoneInfo(policy.company.timezone)))


def with_calls(policy: Policy, calls_per_day: int | None) -> Policy:
    """The policy with another capacity of calls; the same when none is given.

    Raises:
        ValueError: the calls are below 1.
    """
    if calls_per_day is None:
        return policy
    if calls_per_day < 1:
        raise ValueError(f"--calls-per-day {calls_per_day} is none; write a whole number from 1")
    return policy.model_copy(update={"ledger": replace(policy.ledger, calls_a_day=calls_per_day)})


def _step(text: str) -> timedelta:
    match = _STEP.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(f"--step {text!r} is no step; write for instance '1d' or '6h'")
    return timedelta(days=int(match[1])) if match[2] == "d" else timedelta(hours=int(match[1]))
