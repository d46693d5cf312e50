"""What a policy would have meant for customers and colleagues over a span of the past, before it is switched on."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from deployments.replaying import Past, Progress, play, with_calls
from models.policy import Policy
from models.rules.reporting.figures import percentile
from models.words import OF_STAFF
from tasks.replay.stage import replay_services

_OFTEN = 95
_NONE = "-"


def backtest(past: Past, policies: Sequence[tuple[str, Policy]], progress: Progress) -> str:
    """Replay a span under each policy, with managers who work the call list within their capacity.

    Returns a table with a column a policy. The same input gives the same table.
    """
    played = []
    for _, policy in policies:
        with replay_services(with_calls(policy, policy.ledger.calls_a_day)) as (services, clock):
            played.append(_Played(policy, play(services, clock, past, progress, works=True)))
    return "\n".join(_table([name for name, _ in policies], played, past.span.first, past.span.last))


def last_year(today: date) -> tuple[date, date]:
    """The 365 days before today."""
    return today - timedelta(days=365), today - timedelta(days=1)


class _Played:
    """A policy, and what came of it."""

    def __init__(self, policy: Policy, figures: Mapping[str, Any]) -> None:
        self.policy, self.days, self.totals = policy, figures["days"], figures["totals"]

    def mails(self, *, to_staff: bool) -> list[int]:
        """How many went out, day by day."""
        cadences = self.policy.cadences.items()
        kinds = {kind for kind, cadence in cadences if (cadence.subject in OF_STAFF) is to_staff}
        return [sum(count for kind, count in day["sent"].items() if kind in kinds) for day in self.days]

    def calls_of(self, manager: str) -> list[int]:
        """How many calls one manager made, day by day."""
        return [day["calls_by"].get(manager, 0) for day in self.days]

    def managers(self) -> set[str]:
        """Who made any."""
        return {name for day in self.days for name in day["calls_by"]}

    def a_customer(self) -> str:
        """Mails a customer: on average, and the most."""
        count = self.totals["customers_written_to"]
        mean = sum(self.mails(to_staff=False)) / count if count else 0
        return f"{mean:.1f}/{self.totals['most_mails_to_a_customer']}"

    def told_before(self) -> str:
        """Days between the first word of a delay and the day it misses: median, earliest and latest word."""
        counts = Counter({int(days): count for days, count in self.totals["days_told_before"].items()})
        days = sorted(counts.elements())
        return f"{percentile(days, 50):.0f}/{days[-1]}/{days[0]}" if days else _NONE


def _table(names: Sequence[str], played: Sequence[_Played], first: date, last: date) -> Iterator[str]:
    yield f"{first} to {last}: {played[0].totals['orders']} orders"
    yield _row("", names)
    for what, of in _MEASURES.items():
        yield _row(what, (of(one) for one in played))
    for manager in sorted(set().union(*(one.managers() for one in played))):
        yield _row(
            f"calls a day: {manager} (median/{_OFTEN} %/most)",
            (_spread(one.calls_of(manager)) for one in played),
        )
    for reason in sorted(set().union(*(one.totals["cases"] for one in played))):
        yield _row(f"reasons of cases: {reason}", (str(one.totals["cases"].get(reason, 0)) for one in played))


def _total(name: str) -> Callable[[_Played], str]:
    return lambda one: str(one.totals[name])


_MEASURES: dict[str, Callable[[_Played], str]] = {
    f"mails to customers a day (median/{_OFTEN} %/most)": lambda one: _spread(one.mails(to_staff=False)),
    "mails a customer (mean/most)": _Played.a_customer,
    f"notices to our people a day (median/{_OFTEN} %/most)": lambda one: _spread(one.mails(to_staff=True)),
    f"calls a day (median/{_OFTEN} %/most)": lambda one: _spread([day["calls"] for day in one.days]),
    "calls a day that a manager can make": lambda one: str(one.policy.ledger.calls_a_day),
    "most customers who wait another day": _total("largest_backlog"),
    "longest wait in days": _total("longest_wait_days"),
    "orders with a delay alert": _total("orders_alerted"),
    "days it is told before (median/first/last)": _Played.told_before,
    "contacts that nobody answered": _total("silent"),
    "of them answered later": _total("answered_after_silence"),
    "cases opened": _total("cases_opened"),
    "cases open at the end": _total("cases_open"),
}


def _spread(values: Sequence[int]) -> str:
    return "/".join(f"{percentile(values, share) or 0:.0f}" for share in (50, _OFTEN, 100))


def _row(name: str, cells: Iterable[str]) -> str:
    return f"{name:<52}" + "".join(f" {cell:>15}" for cell in cells)
