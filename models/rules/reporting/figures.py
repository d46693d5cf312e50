"""The statistics of the report: medians, percentiles, rank correlation. None where there is nothing to count."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import correlation, median

_CENT = 100


@dataclass(frozen=True)
class Share:
    """A part with its denominator: no percentage stands without one (B24)."""

    part: int
    of: int


@dataclass(frozen=True)
class Spread:
    """How a measure lies: of `n` values the median, and what four in five do not exceed."""

    n: int
    median: float | None
    p80: float | None


def spread(values: Sequence[float]) -> Spread:
    """The spread of some values, in their own unit."""
    return Spread(len(values), median(values) if values else None, percentile(values, 80))


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The smallest of the values that `percent` of them (above 0, up to 100) do not exceed: the nearest rank."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(percent / _CENT * len(values)), 1) - 1]


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's: 1 when both rise together, -1 when one falls as the other rises, near 0 without a connection.

    Equal values share the middle of their ranks. None for fewer than three pairs, or when one side is all the same.
    """
    fewest = 3
    if len(one) < fewest or len(set(one)) == 1 or len(set(other)) == 1:
        return None
    return round(correlation(_ranks(one), _ranks(other)), 3)


def _ranks(values: Sequence[float]) -> list[float]:
    places: dict[float, list[int]] = {}
    for place, value in enumerate(sorted(values), start=1):
        places.setdefault(value, []).append(place)
    return [sum(places[value]) / len(places[value]) for value in values]
