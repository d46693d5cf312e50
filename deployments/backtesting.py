"""What a policy would have meant for customers and colleagues over a span of the past, before it is switched on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from deployments.replaying import Progress, run
from models.policy import Policy
from models.rules.reporting.figures import percentile
from models.words import OF_STAFF

_OFTEN = 95


def backtest(
    source: Path, data: Path | None, first: date, last: date, *, policy: Policy, progress: Progress
) -> str:
    """Replay a span under a policy, with managers who work the call list within their capacity; returns a table.

    Raises:
        SourceError: the source cannot be read.
        ValueError: the span runs backwards.
    """
    capacity = policy.ledger.calls_a_day
    figures = run(
        source, data, first, last, step="1d", policy=policy, progress=progress, calls_per_day=capacity
    )
    return "\n".join(_lines(figures, first, last, policy))


def last_year(today: date) -> tuple[date, date]:
    """The 365 days before today."""
    return today - timedelta(days=365), today - timedelta(days=1)


def _lines(figures: Mapping[str, Any], first: date, last: date, policy: Policy) -> Iterator[str]:
    days, totals = figures["days"], figures["totals"]
    yield f"{first} to {last}: {totals['orders']} orders, {totals['cases_open']} cases open at the end"
    yield _row("", ("median", f"{_OFTEN} % of days", "most"))
    yield _row("mails to customers a day", _spread(_mails(days, policy, to_staff=False)))
    yield _row("notices to our people a day", _spread(_mails(days, policy, to_staff=True)))
    for manager in sorted({name for day in days for name in day["calls_by"]}):
        yield _row(f"calls a day: {manager}", _spread([day["calls_by"].get(manager, 0) for day in days]))
    yield (
        f"With {policy.ledger.calls_a_day} calls a day at most {totals['largest_backlog']} customers had to wait for "
        f"another day, and the longest wait was {totals['longest_wait_days']} days"
    )


def _mails(days: Iterable[Mapping[str, Any]], policy: Policy, *, to_staff: bool) -> list[int]:
    kinds = {kind for kind, cadence in policy.cadences.items() if (cadence.subject in OF_STAFF) is to_staff}
    return [sum(count for kind, count in day["sent"].items() if kind in kinds) for day in days]


def _spread(values: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"{percentile(values, share) or 0:.0f}" for share in (50, _OFTEN, 100))


def _row(name: str, cells: Iterable[str]) -> str:
    return f"{name:<40}" + "".join(f"{cell:>14}" for cell in cells)
