"""Dates, money and names as a mail writes them. Babel is slow, and days and sums repeat: results are kept."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.numbers import format_currency

from models.languages import LANGUAGES
from models.rules.calendar.calendars import zone

_LOCALES = {one.code: Locale.parse(one.locale) for one in LANGUAGES}
_BLANKS = re.compile("[\\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_CODE_BEFORE_NUMBER = re.compile(r"\b([A-Z]{3})(?=\d)")


def clean(text: str) -> str:
    """The text on one line: line ends, control and text-direction characters become a space.

    Names and descriptions come from elsewhere; no header and no paragraph can be smuggled in by one.
    """
    if text.isprintable() and "  " not in text:  # nearly always, and 20 times faster than the expression
        return text.strip()
    return _BLANKS.sub(" ", text).strip()


def money(language: str, cents: int, currency: str) -> str:
    """A sum, such as `1.234,50 €` (with a space that does not break); `cents` are hundredths."""
    digits = f"{abs(cents):03d}"
    pattern = _money_pattern(language, currency, len(digits), cents < 0)
    return pattern % tuple(digits) if pattern else _written_money(language, cents, currency)


@lru_cache(maxsize=4096)
def _money_pattern(language: str, currency: str, digits: int, negative: bool) -> str | None:
    """How a sum of so many digits is written, with `%s` for each; Babel needs 20 times as long to say it each time.

    None where not every digit is shown: some currencies have no hundredths.
    """
    ones = int("1" * digits)
    written = _written_money(language, -ones if negative else ones, currency).replace("%", "%%")
    return written.replace("1", "%s") if written.count("1") == digits else None


def _written_money(language: str, cents: int, currency: str) -> str:
    written = format_currency(Decimal(cents) / 100, currency, locale=_LOCALES[language])
    return _CODE_BEFORE_NUMBER.sub("\\1\u00a0", written)


@lru_cache(maxsize=16_384)
def full_day(language: str, day: date) -> str:
    """A day with its weekday, such as `giovedì 5 marzo 2026`."""
    return format_date(day, "full", locale=_LOCALES[language])


@lru_cache(maxsize=16_384)
def long_day(language: str, day: date) -> str:
    """A day, such as `5 marca 2026`."""
    return format_date(day, "long", locale=_LOCALES[language])


@lru_cache(maxsize=16_384)
def _short_moment(language: str, moment: datetime) -> str:
    day = format_date(moment, "medium", locale=_LOCALES[language])
    return f"{day}, {format_skeleton('Hm', moment, locale=_LOCALES[language])}"


def length(language: str, span: timedelta) -> str:
    """A length of time, rounded to its largest part, such as `3 giorni`."""
    return format_timedelta(span, locale=_LOCALES[language])


def short_moment(language: str, at: datetime, timezone: str) -> str:
    """An instant on somebody's clock, such as `5 mar 2026, 09:30`."""
    return _short_moment(
        language, at.astimezone(zone(timezone)).replace(second=0, microsecond=0, tzinfo=None)
    )


def local_day(at: datetime, timezone: str) -> date:
    """The day that an aware instant falls on in a time zone (IANA)."""
    return at.astimezone(zone(timezone)).date()
