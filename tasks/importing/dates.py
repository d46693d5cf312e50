"""How days are written in a column, told from all of its values."""

import re
from collections.abc import Sequence
from datetime import datetime

_DAYS = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d/%m/%y",
    "%d.%m.%y",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%Y/%m/%d",
    "%Y%m%d",
)
"""Days first, as Italian, Polish and German files have them; months first only where nothing else fits."""
_HOURS = ("", " %H:%M:%S", " %H:%M", "T%H:%M:%S", ", %H:%M:%S", ", %H:%M")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_OFFSET = re.compile(r" ?(?:[+-]\d{2}:?\d{2}|Z)$")
MONTHS_FIRST = {"%d/%m/%Y": "%m/%d/%Y", "%d/%m/%y": "%m/%d/%y"}
"""Forms that the same values may be read by where no day is over twelve."""


def form_of(values: Sequence[str]) -> str | None:
    """The first form of a date that reads all the values, in DuckDB's words; None where there is none."""
    if not values:
        return None
    plain = [_OFFSET.sub("", value) for value in values]
    for day in _DAYS:
        for hour in _HOURS:
            if all(_reads(value, day + hour) for value in plain):
                return day + hour
    return None


def has_offset(values: Sequence[str]) -> bool:
    """Whether the times carry their distance to UTC."""
    return any(_OFFSET.search(value) for value in values)


def is_ambiguous(values: Sequence[str], form: str) -> bool:
    """Whether days and months could be the other way round."""
    for days_first, months_first in MONTHS_FIRST.items():
        if form.startswith(days_first):
            other = form.replace(days_first, months_first)
            return all(_reads(_OFFSET.sub("", value), other) for value in values)
    return False


def _reads(value: str, form: str) -> bool:
    try:
        return _FIRST_YEAR <= datetime.strptime(value, form).year <= _LAST_YEAR  # noqa: DTZ007 (only its form is asked)
    except ValueError:
        return False
