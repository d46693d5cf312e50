"""How days are written in a column, told from all of its values."""

import re
from collections.abc import Sequence
from datetime import datetime

from tasks.importing.months import in_english

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
    "%b %d, %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%d %B %Y",
    "%d. %b %Y",
    "%d. %B %Y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d-%B-%Y",
)
"""Days first, as Italian, Polish and German files have them; months first only where nothing else fits."""
_HOURS = (
    "",
    " %H:%M:%S",
    " %H:%M",
    "T%H:%M:%S",
    "T%H:%M",
    ", %H:%M:%S",
    ", %H:%M",
    " %I:%M:%S %p",
    " %I:%M %p",
    ", %I:%M:%S %p",
    ", %I:%M %p",
    " %H:%M:%S.%f",
    "T%H:%M:%S.%f",
)
_MOST_OF = 0.9
"""A column may hold a total or a slip; what is no day there stays as it is."""
_FEW = 2
_NO_DAY = re.compile(r"[0\W]*|n/?[ad]", re.IGNORECASE)
"""What stands for no day: `0000-00-00`, `-`, `n/d`."""
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_OFFSET = re.compile(r" ?(?:[+-]\d{2}:?\d{2}|Z)$")
MONTHS_FIRST = {"%d/%m/%Y": "%m/%d/%Y", "%d/%m/%y": "%m/%d/%y"}
"""Forms that the same values may be read by where no day is over twelve."""


def form_of(values: Sequence[str]) -> str | None:
    """The form of a date that reads the most values, and nearly all, in DuckDB's words; None where there is none.

    Of forms that read the same ones it is the first.
    """
    plain = [_OFFSET.sub("", value) for value in values if not _NO_DAY.fullmatch(value)]
    if not plain:
        return None
    best, most = None, max(_MOST_OF * len(plain) - 1, 0)
    for form in (day + hour for day in _DAYS for hour in _HOURS):
        if _reads(plain[0], form) or _reads(plain[-1], form):
            count = sum(_reads(value, form) for value in plain)
            if count > most:
                best, most = form, count
            if most == len(plain):
                break
    return best if most >= _MOST_OF * len(plain) - (len(plain) > _FEW) else None


def has_offset(values: Sequence[str]) -> bool:
    """Whether the times carry their distance to UTC."""
    return any(_OFFSET.search(value) for value in values)


def is_ambiguous(values: Sequence[str], form: str) -> bool:
    """Whether days and months could be the other way round."""
    for days_first, months_first in MONTHS_FIRST.items():
        if form.startswith(days_first):
            other = form.replace(days_first, months_first)
            plain = [_OFFSET.sub("", value) for value in values]
            return all(_reads(value, other) for value in plain if _reads(value, form))
    return False


def _reads(value: str, form: str) -> bool:
    try:
        return _FIRST_YEAR <= datetime.strptime(in_english(value), form).year <= _LAST_YEAR  # noqa: DTZ007 (only its form is asked)
    except ValueError:
        return False
