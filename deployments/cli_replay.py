"""The commands that look at the past: replay a policy, and try one before it is switched on."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from cyclopts import Parameter

from deployments import backtesting, replaying
from deployments.cli_report import day, writable
from models import policy as policies
from tasks.runtime.clock import SystemClock
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings


def replay_(
    source: Path,
    *,
    from_: Annotated[str, Parameter(name="--from")],
    to: str,
    json_: Annotated[Path, Parameter(name="--json")],
    data: Path | None = None,
    step: str = "1d",
    policy: Path | None = None,
    calls_per_day: int | None = None,
) -> int:
    """Replay a span of the past: what would have been sent, answered and escalated.

    Args:
        source: The folder of SELECTs.
        from_: First day (`2017-01-01`).
        to: Last day, included.
        json_: Where the figures go.
        data: Folder of the files; the source's own `data` when not given.
        step: How far apart the simulated sweeps lie: `1d`, `6h`.
        policy: The policy; the source's own when it has one, otherwise that of the settings.
        calls_per_day: Let a manager work the call list, so many calls a day at most; nobody calls when not given.
    """
    chosen = policy or (source / "policy.toml" if (source / "policy.toml").exists() else Settings().policy)
    first, last, goes_to = day("--from", from_), day("--to", to), writable("--json", json_)
    progress = _progress(first, last)
    figures = replaying.run(
        source,
        data,
        first,
        last,
        step=step,
        policy=policies.load(chosen),
        progress=progress,
        calls_per_day=calls_per_day,
    )
    goes_to.write_text(
        json.dumps(figures, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    print(json.dumps(figures["totals"], indent=1, ensure_ascii=False))
    return 0


def backtest_(
    source: Path | None = None,
    *,
    policy: Path | None = None,
    against: Path | None = None,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    to: str | None = None,
    data: Path | None = None,
) -> int:
    """Say what a policy would have meant over the last year: mails a day, and calls a day for each manager.

    Args:
        source: The folder of SELECTs; the own database when not given.
        policy: The policy to try; that of the settings when not given.
        against: Another one, beside it.
        from_: First day (`2025-01-01`); a year ago when not given.
        to: Last day, included; yesterday when not given.
        data: Folder of the files; the source's own `data` when not given.
    """
    settings = Settings()
    files = [policy or settings.policy, *([against] if against else [])]
    tried = [(file.name, policies.load(file)) for file in files]
    chosen = tried[0][1]
    today = SystemClock().now().astimezone(ZoneInfo(chosen.company.timezone)).date()
    first, last = backtesting.last_year(today)
    first = day("--from", from_) if from_ else first
    last = day("--to", to) if to else last
    if source is not None:
        past = replaying.read(source, data, first, last, "1d")
    else:
        db = open_database(settings)
        try:
            past = replaying.read_own(db, chosen, first, last, "1d")
        finally:
            db.close()
    print(backtesting.backtest(past, tried, _progress(first, last)))
    return 0


def _progress(first: date, last: date) -> "replaying.Progress":
    """A line that counts the days on a terminal, and a line a month elsewhere."""
    days = max((last - first).days, 1)

    def show(day: date) -> None:
        if sys.stderr.isatty():
            print(f"\r{day} ({100 * (day - first).days // days} %)", end="", file=sys.stderr, flush=True)
        elif day.day == 1:
            print(f"{day} ({100 * (day - first).days // days} %)", file=sys.stderr, flush=True)

    return show
