"""How long people have waited, in brackets that a manager reads at a glance."""

from collections.abc import Iterable

BRACKETS = (("under 1 day", 1), ("1 to 2 days", 3), ("3 to 6 days", 7), ("1 to 2 weeks", 14))
"""Names, and the whole days below which an age falls into each."""

OLDEST = "over 2 weeks"


def ages(days: Iterable[int]) -> dict[str, int]:
    """How many fall into each bracket; all brackets are there, the empty ones too."""
    found = dict.fromkeys([*(name for name, _ in BRACKETS), OLDEST], 0)
    for age in days:
        found[next((name for name, below in BRACKETS if age < below), OLDEST)] += 1
    return found
