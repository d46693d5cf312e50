"""Sums are filled into patterns; they have to read as Babel itself writes them, but for a space after a code."""

import re
from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from tasks.mails.formats import money


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "PLN", "JPY", "GBP", "HUF"]))
def test_a_sum_is_written_as_babel_writes_it(cents: int, currency: str) -> None:
    for language, locale in (("it", Locale("it")), ("pl", Locale("pl")), ("en", Locale("en", "GB"))):
        written = format_currency(Decimal(cents) / 100, currency, locale=locale)
        assert money(language, cents, currency) == re.sub(r"\b([A-Z]{3})(?=\d)", "\\1\u00a0", written)


@pytest.mark.parametrize(("language", "written"), [("it", "1.234,50\u00a0€"), ("en", "€1,234.50")])
def test_a_sum(language: str, written: str) -> None:
    assert money(language, 123_450, "EUR") == written
