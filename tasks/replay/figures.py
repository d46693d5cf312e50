"""What a replay counts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tasks.mails.control_words import NUDGE
from tasks.sending.sweep_report import Report

_AT_THE_END = {"waiting", "oldest_wait_days"}
"""Figures that tell how things stand, rather than what was done."""


def day_figures(report: Report, silence: Counter[str], **more: Any) -> dict[str, Any]:
    """The figures of one step: what the sweeps did, by kind and reason."""
    by: dict[str, Counter[str]] = {"sent": Counter(), "held": Counter(), "skipped": Counter()}
    nudges = raised = 0
    for (kind, outcome, reason), number in report.counts.items():
        if outcome == "sent" and kind.endswith(NUDGE):
            nudges += number
        elif outcome in by:
            by[outcome][kind if outcome == "sent" else reason] += number
        elif outcome == "taken to a manager":
            raised += number
    return {
        **more,
        **{name: dict(sorted(counter.items())) for name, counter in by.items()},
        "nudges": nudges,
        "raised": raised,
        "silent": silence["silent"],
    }


def day_by_day(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One entry a day: the figures of steps that lie on one day are summed."""
    days: dict[str, dict[str, Any]] = {}
    for step in steps:
        known = days.get(step["day"])
        days[step["day"]] = dict(step) if known is None else _sum(known, step)
    return list(days.values())


def _sum(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for name, value in one.items():
        if isinstance(value, dict):
            total[name] = dict(sorted((Counter(value) + Counter(other[name])).items()))
        elif name in _AT_THE_END:
            total[name] = other[name]
        else:
            total[name] = value + other[name] if isinstance(value, int) else value
    return total


def held_in(days: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How often something was held back, by reason: what was held and then paid is counted too."""
    total: Counter[str] = Counter()
    for day in days:
        total.update(day["held"])
    return dict(sorted(total.items()))


def calls_in(days: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """What the calls of all days come to; nothing where nobody called."""
    called = [day for day in days if "calls" in day]
    if not called:
        return {}
    return {
        "calls": sum(day["calls"] for day in called),
        "most_calls_in_a_day": max(day["calls"] for day in called),
        "largest_backlog": max(day["left_over"] for day in called),
        "longest_wait_days": max(max(day["longest_wait_days"], day["oldest_wait_days"]) for day in called),
        "waiting": called[-1]["waiting"],
    }
