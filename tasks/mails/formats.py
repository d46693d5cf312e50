"""Dates, money and names as a mail writes them. Babel is slow, and days and sums repeat: results are kept."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency
from babel.units import format_unit

from models.languages import BY_CODE, LANGUAGES
from models.rules.calendar.calendars import zone

_LOCALES = {one.code: Locale.parse(one.locale) for one in LANGUAGES}
_BLANKS = re.compile("[\\s\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
_FIRST = re.compile(r"(?<!\d)1(?= [a-z])")
_MINUTE = timedelta(minutes=1)
_UNITS = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)))
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
    return _ordinal(language, format_date(day, "full", locale=_LOCALES[language]))


@lru_cache(maxsize=16_384)
def long_day(language: str, day: date) -> str:
    """A day, such as `5 marca 2026`."""
    return _ordinal(language, format_date(day, "long", locale=_LOCALES[language]))


def _ordinal(language: str, written: str) -> str:
    """In Italian the first of a month is `1º`."""
    return _FIRST.sub("1º", written) if language == "it" else written


@lru_cache(maxsize=16_384)
def hour(language: str, moment: datetime) -> str:
    """The hour of a local moment, such as `09:30`."""
    return format_skeleton("Hm", moment, locale=_LOCALES[language])


@lru_cache(maxsize=16_384)
def _short_moment(language: str, moment: datetime) -> str:
    day = _ordinal(language, format_date(moment, "medium", locale=_LOCALES[language]))
    return f"{day}, {hour(language, moment)}"


def length(language: str, span: timedelta) -> str:
    """A length of time in days, or in hours or minutes where it is less than one: `18 giorni`."""
    for unit, size in _UNITS:
        if span >= size:
            return format_unit(span // size, f"duration-{unit}", "long", locale=_LOCALES[language])
    return format_unit(max(span // _MINUTE, 1), "duration-minute", "long", locale=_LOCALES[language])


def wall(at: datetime, timezone: str) -> datetime:
    """An instant on somebody's clock, to the minute."""
    return at.astimezone(zone(timezone)).replace(second=0, microsecond=0, tzinfo=None)


def end_of_day(at: datetime, timezone: str) -> date | None:
    """The day that ends at an instant, where it is a midnight there: what is due then is due on that day."""
    local = wall(at, timezone)
    return local.date() - timedelta(days=1) if local.time() == time() else None


def lateness(due_at: datetime, now: datetime, timezone: str) -> timedelta:
    """How late it is: in whole days of the calendar where a day was promised, else from the instant on."""
    last = end_of_day(due_at, timezone)
    return now - due_at if last is None else timedelta(days=(local_day(now, timezone) - last).days)


def short_moment(language: str, at: datetime, timezone: str) -> str:
    """An instant on somebody's clock, such as `5 mar 2026, 09:30`."""
    return _short_moment(language, wall(at, timezone))


def local_day(at: datetime, timezone: str) -> date:
    """The day that an aware instant falls on in a time zone (IANA)."""
    return at.astimezone(zone(timezone)).date()


def quoted(language: str, words: str) -> str:
    """Somebody's words between the marks of the language."""
    before, after = BY_CODE[language].quotes
    return f"{before}{words}{after}"


def language_name(language: str, code: str) -> str:
    """The name of a language in another; the code where nobody knows it."""
    return str(Locale(language).languages.get(code, code))
