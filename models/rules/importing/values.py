"""Texts, numbers and yes-or-no as other systems write them."""

import math
import re
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

_KEY_LENGTH = 200
_MOST_CENTS = 10**15
_PLAIN_DIGITS = 13
_TRUE = frozenset({"true", "t", "1", "yes", "y", "si", "sì", "s", "tak"})
_FALSE = frozenset({"false", "f", "0", "no", "n", "nie"})
_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d{1,2}|\.\d{4,})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?P<mark>[.,' ])\d{3})(?:(?P=mark)\d{3})*(?P<point>[.,])\d{1,2}")
_AMOUNT = "is no amount; write it like 1234.50"
_SYMBOLS = {"€": "EUR", "EURO": "EUR", "ZŁ": "PLN", "ZL": "PLN", "£": "GBP", "$": "USD"}
_MONEY = re.compile(
    r"(?P<before>[^\d\s.,'+-]{1,4}\.?)?\s*(?P<number>[+-]?\s?\d[\d.,' ]*)\s*(?P<after>[^\d\s.,'+-]{1,4}\.?)?"
)
"""An amount with its currency before or behind it."""


def as_text(value: Any) -> str:
    """Any value as text; a whole number stays one (a spreadsheet gives 1001.0 for the order 1001)."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return f"{value:.0f}"
    return str(value)


def read_words(value: Any) -> str | None:
    """One line of text: white space pressed together, control characters gone; None when nothing is left."""
    text = " ".join(as_text(value).split())
    return (text if text.isprintable() else _clean(text)) or None


def read_text(value: Any) -> str | None:
    """Free text, its lines kept; None when nothing is left."""
    text = as_text(value).strip()
    if text.isprintable():
        return text or None
    return "\n".join(_clean(line) for line in text.splitlines()).strip() or None


def _clean(text: str) -> str:
    """Without control characters and halves of characters: databases and mail headers refuse them."""
    return "".join(char for char in text if unicodedata.category(char) not in {"Cc", "Cs"}).strip()


def read_key(value: Any) -> str | None:
    """A reference: one line of at most 200 characters.

    Raises:
        ValueError: it is longer.
    """
    text = read_words(value)
    if text is not None and len(text) > _KEY_LENGTH:
        raise ValueError(f"is too long for a reference; give at most {_KEY_LENGTH} characters")
    return text


def read_cents(value: Any) -> int:
    """Hundredths of the currency, rounded half up; takes 1234.5, `1234,50`, `1.234,50` and `1,234.50`.

    Raises:
        ValueError: no amount, one below zero, or a text such as `1.234` that could mean either.
    """
    try:
        number = Decimal(
            _point(value) if isinstance(value, str) else repr(value) if isinstance(value, float) else value
        )
    except (InvalidOperation, OverflowError, TypeError, ValueError):
        raise ValueError(_AMOUNT) from None
    if not number.is_finite():
        raise ValueError(_AMOUNT)
    if number < 0:
        raise ValueError("is below zero; leave credit notes out with WHERE, or mark the invoice as paid")
    if number * 100 > _MOST_CENTS:
        raise ValueError("is too large for an amount; check the column")
    return int((number * 100).quantize(Decimal(1), ROUND_HALF_UP))


def read_money(value: Any) -> tuple[int, str | None]:
    """Hundredths as `read_cents` reads them, and the currency (ISO 4217) where the text names one: `€ 12,50`.

    Raises:
        ValueError: no amount, or one below zero; or what stands beside it is no currency.
    """
    if not isinstance(value, str):
        return read_cents(value), None
    text = " ".join(value.split()).removesuffix(",-").removesuffix(".-")
    if (cents := _plain_cents(text)) is not None:
        return cents, None
    match = _MONEY.fullmatch(text)
    if match is None or not (named := match["before"] or match["after"]):
        return read_cents(text), None
    if match["before"] and match["after"]:
        raise ValueError(_AMOUNT)
    return read_cents(match["number"].strip()), read_currency(named)


def read_balance(value: Any) -> tuple[int, str | None]:
    """As `read_money`, and less than nothing too: `-12,50`, `12,50-` and `(12,50)` are credit notes.

    Raises:
        ValueError: see `read_money`.
    """
    if isinstance(value, str):
        text = value.strip().replace("\N{MINUS SIGN}", "-")
        bare = text.removeprefix("-").removesuffix("-").strip()
        if text.startswith("(") and text.endswith(")"):
            bare = text[1:-1].strip()
        if bare == text or "-" in bare.removesuffix(",-").removesuffix(".-"):
            return read_money(value)
        cents, currency = read_money(bare)
        return -cents, currency
    if isinstance(value, int | float | Decimal) and not math.isnan(value) and value < 0:
        return -read_cents(-value), None
    return read_money(value)


def read_currency(text: str) -> str:
    """Three letters (ISO 4217), of a code or of a sign such as `€` and `zł`.

    Raises:
        ValueError: it is none.
    """
    said = text.strip().rstrip(".").upper()
    code = _SYMBOLS.get(said, said)
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError("is no currency; write three letters (ISO 4217) such as EUR or PLN")
    return code


def _plain_cents(text: str) -> int | None:
    """The short way for `1234` and `1234.50`, as nearly all files write it."""
    whole, point, rest = text.partition(".")
    if not (whole.isdecimal() and len(whole) < _PLAIN_DIGITS and len(rest) <= len("50")):
        return None
    if point and not rest.isdecimal():
        return None
    return int(whole) * 100 + int(rest.ljust(2, "0")) if point else int(whole) * 100


def _point(text: str) -> str:
    """The same number with a decimal point and without marks between the thousands."""
    text = text.strip()
    if _PLAIN.fullmatch(text):
        return text.replace(",", ".")
    match = _GROUPED.fullmatch(text)
    if match is None or match["mark"] == match["point"]:
        raise ValueError(_AMOUNT)
    return text.replace(match["mark"], "").replace(",", ".")


def read_whole(value: Any, least: int, most: int) -> int:
    """A whole number from `least` to `most`.

    Raises:
        ValueError: it is no whole number, or lies outside.
    """
    try:
        number = int(as_text(value))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise ValueError(f"is no whole number from {least} to {most}")
    return number


def read_truth(value: Any) -> bool:
    """True or false, in the words of several languages.

    Raises:
        ValueError: it is neither.
    """
    text = as_text(value).strip().lower()
    if text not in _TRUE and text not in _FALSE:
        raise ValueError("is neither true nor false; write true or false")
    return text in _TRUE


def read_choice(value: Any, choices: Iterable[str]) -> str:
    """One of `choices`, in whatever case.

    Raises:
        ValueError: it is none of them; the message lists them.
    """
    text = as_text(value).strip().lower()
    if text not in choices:
        raise ValueError(f"is not known; write one of {', '.join(choices)}")
    return text
