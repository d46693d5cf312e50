"""The tables of interest that ship, one file a country, and what a policy adds to them."""

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from models.rules.credit_recovery.interest import Flat, Terms

_HERE = Path(__file__).parent
_ALWAYS = date(1900, 1, 1)
_FAR = date(2999, 12, 31)


@cache
def shipped() -> Mapping[str, Terms]:
    """The terms by country (ISO 3166-1 alpha-2), as the project brings them."""
    files = (tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(_HERE.glob("*.toml")))
    return {raw["country"]: _terms(raw) for raw in files}


def extended(terms: Terms, more: Mapping[date, Decimal]) -> Terms:
    """The terms with further half-years, by their first day.

    Raises:
        ValueError: one does not begin on 1 January or 1 July, or leaves a gap.
    """
    reference = tuple(sorted({**dict(terms.reference), **more}.items()))
    _check(terms.country, [start for start, _ in reference])
    return Terms(
        terms.country,
        terms.law,
        terms.points,
        reference,
        _last_day(reference[-1][0]),
        terms.flats,
        terms.flat_currency,
    )


def fixed(country: str, percent: Decimal, flat_euro_cents: int) -> Terms:
    """One rate for ever, as a contract may have it; for countries that have no table."""
    flats = (Flat(flat_euro_cents),) if flat_euro_cents else ()
    return Terms(country, "", Decimal(0), ((_ALWAYS, percent),), _FAR, flats)


def _terms(raw: dict[str, Any]) -> Terms:
    reference = {date.fromisoformat(day): Decimal(percent) for day, percent in raw["reference"].items()}
    flats = tuple(Flat(one["euro_cents"], one.get("below_cents")) for one in raw["flat"])
    currency = raw["flat"][0].get("currency")
    bare = Terms(raw["country"], raw["law"], Decimal(raw["points"]), (), _ALWAYS, flats, currency)
    return extended(bare, reference)


def _check(country: str, starts: list[date]) -> None:
    for start in starts:
        if (start.month, start.day) not in {(1, 1), (7, 1)}:
            raise ValueError(f"{country}: a half-year begins on 1 January or 1 July, and not on {start}")
    for before, after in pairwise(starts):
        if after != _last_day(before) + timedelta(days=1):
            raise ValueError(
                f"{country}: the half-year from {_last_day(before) + timedelta(days=1)} is missing; add it"
            )


def _last_day(start: date) -> date:
    return date(start.year, 6, 30) if start.month == 1 else date(start.year, 12, 31)
