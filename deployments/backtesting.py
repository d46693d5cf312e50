"""What a policy would have meant for customers and colleagues over a span of the past, before it is switched on."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from deployments.replaying import Past, Progress, play, with_calls
from models.policy import Policy
from models.rules.reporting.figures import percentile
from models.words import OF_STAFF
from tasks.replay.stage import replay_services

_OFTEN = 95


def backtest(past: Past, policies: Sequence[tuple[str, Policy]], progress: Progress) -> str:
    """Replay a span under each policy, with managers who work the call list within their capacity.

    Returns a table; of two policies, side by side. The same input gives the same table.
    """
    first, last = past.span.first, past.span.last
    tables = []
    for _, policy in policies:
        with replay_services(with_calls(policy, policy.ledger.calls_a_day)) as (services, clock):
            figures = play(services, clock, past, progress, works=True)
        tables.append((policy, figures))
    if len(tables) == 1:
        policy, figures = tables[0]
        return "\n".join(_lines(figures, first, last, policy))
    return "\n".join(_side_by_side([name for name, _ in policies], tables, first, last))


def _side_by_side(
    names: Sequence[str], tables: Sequence[tuple[Policy, Mapping[str, Any]]], first: date, last: date
) -> Iterator[str]:
    yield f"{first} to {last}: {tables[0][1]['totals']['orders']} orders"
    yield _row("", names)
    for what, of in _MEASURES.items():
        yield _row(what, [of(policy, figures) for policy, figures in tables])


def _of_mails(policy: Policy, figures: Mapping[str, Any]) -> str:
    return "/".join(_spread(_mails(figures["days"], policy, to_staff=False)))


def _of_calls(policy: Policy, figures: Mapping[str, Any]) -> str:
    del policy
    return "/".join(_spread([sum(day["calls_by"].values()) for day in figures["days"]]))


def _per_customer(policy: Policy, figures: Mapping[str, Any]) -> str:
    mails = sum(_mails(figures["days"], policy, to_staff=False))
    return f"{mails / max(figures['totals']['orders'], 1):.1f}"


_MEASURES: dict[str, Callable[[Policy, Mapping[str, Any]], str]] = {
    "mails a day (median/95 %/most)": _of_mails,
    "calls a day (median/95 %/most)": _of_calls,
    "calls a day that can be made": lambda policy, _: str(policy.ledger.calls_a_day),
    "most customers who wait another day": lambda _, figures: str(figures["totals"]["largest_backlog"]),
    "longest wait in days": lambda _, figures: str(figures["totals"]["longest_wait_days"]),
    "cases open at the end": lambda _, figures: str(figures["totals"]["cases_open"]),
    "mails an order": _per_customer,
}


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
