"""Bank accounts by their international number (ISO 13616)."""

import re

_LENGTHS = {
    "IT": 27,
    "PL": 28,
    "DE": 22,
    "AT": 20,
    "FR": 27,
    "SM": 27,
    "ES": 24,
    "CZ": 24,
    "SI": 19,
    "CH": 21,
}
"""Of the countries that our companies bank in; of the others the check digits alone are asked."""


def is_iban(text: str) -> bool:
    """Whether the check digits fit, and the length where we know it. `text` has no blanks."""
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", text):
        return False
    if (length := _LENGTHS.get(text[:2])) is not None and len(text) != length:
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def spaced(iban: str) -> str:
    """In groups of four, as on paper."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
