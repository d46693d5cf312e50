"""How each kind of column is read: a function of the value, bound to the settings of the source once."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from models.rules.importing.times import read_day, read_moment, read_time
from models.rules.importing.values import (
    as_text,
    read_balance,
    read_choice,
    read_currency,
    read_key,
    read_money,
    read_text,
    read_truth,
    read_whole,
    read_words,
)
from models.words import Meaning, Role
from tasks.importing.addresses import read_email
from tasks.importing.places import read_country, read_language, read_zone

_LONGEST_WITHDRAWAL_DAYS = 366


def readers(timezone: str) -> Mapping[str, Callable[[Any], Any]]:
    """By kind of column. Each takes a value that is there, and raises ValueError with what to do.

    Args:
        timezone: IANA name of the source's zone, for times without one.
    """
    zone = ZoneInfo(timezone)
    return {
        "key": read_key,
        "words": read_words,
        "text": read_text,
        "email": _of_text(read_email),
        "country": _repeated(read_country),
        "zone": _repeated(read_zone),
        "language": _repeated(read_language),
        "currency": _repeated(read_currency),
        "role": partial(read_choice, choices=tuple(Role)),
        "meaning": partial(read_choice, choices=tuple(Meaning)),
        "rating": partial(read_whole, least=1, most=5),
        "days": partial(read_whole, least=0, most=_LONGEST_WITHDRAWAL_DAYS),
        "truth": read_truth,
        "money": read_money,
        "balance": read_balance,
        "day": partial(read_day, zone=zone),
        "time": partial(read_time, zone=zone),
        "moment": partial(read_moment, zone=zone),
    }


def _of_text(read: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: read(as_text(value).strip())


def _repeated(read: Callable[[str], str]) -> Callable[[Any], str]:
    """Of a column with few values: each is checked once."""
    return _of_text(lru_cache(maxsize=1024)(read))
