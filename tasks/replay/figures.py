"""What a replay counts."""

from collections import Counter
from typing import Any

from tasks.report import NUDGE, Report


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
