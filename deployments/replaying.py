"""Reads a whole source and replays it."""

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.replaying import Span, replay
from models.policy import Policy
from tasks.importing.config import FIRST_IMPORT, read_config
from tasks.importing.rows import AnyRow, Reject
from tasks.importing.source import open_source
from tasks.replay.feed import Feed
from tasks.replay.stage import replay_services

Progress = Callable[[date], None]

_STEP = re.compile(r"(\d+)([dh])")


def run(
    source: Path, data: Path | None, first: date, last: date, *, step: str, policy: Policy, progress: Progress
) -> dict[str, Any]:
    """Replay `first` to `last` (both whole days in the source's zone) and return the figures.

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
                rejected += sum(isinstance(row, Reject) for row in batch)
        span = Span(first, last, _step(step), ZoneInfo(opened.config.timezone))
    with replay_services(policy) as (services, clock):
        figures = asyncio.run(replay(services, clock, Feed(rows, span.zone), span, progress))
    figures["totals"]["rejected"] = rejected
    return figures


def _step(text: str) -> timedelta:
    match = _STEP.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(f"--step {text!r} is no step; write for instance '1d' or '6h'")
    return timedelta(days=int(match[1])) if match[2] == "d" else timedelta(hours=int(match[1]))
