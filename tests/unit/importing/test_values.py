"""Parsers of the import: whatever comes in, either a value or a reason comes out."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from email_validator import validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from models import languages
from models.rules.importing.times import read_day, read_moment, read_time
from models.rules.importing.values import (
    read_cents,
    read_choice,
    read_key,
    read_text,
    read_truth,
    read_whole,
    read_words,
)
from tasks.importing.addresses import read_email
from tasks.importing.places import read_country, read_zone, zone_of
from tasks.importing.readers import readers

ROME = ZoneInfo("Europe/Rome")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(),
    st.dates(),
    st.datetimes(),
    st.binary(),
    st.times(),
    st.lists(st.integers()),
)


@given(ANYTHING, st.sampled_from(sorted(readers("Europe/Rome"))))
def test_every_reader_gives_a_value_or_a_reason(value: Any, kind: str) -> None:
    with suppress(ValueError):
        readers("Europe/Rome")[kind](value)


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2037, 1, 1)))
def test_naive_times_belong_to_the_zone_of_the_source(naive: datetime) -> None:
    at = read_time(naive.isoformat(sep=" "), ROME)
    assert at.tzinfo is UTC
    assert at == naive.replace(tzinfo=ZoneInfo("Europe/Rome"), fold=0).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "written", "utc"),
    [
        (
            ROME,
            "2026-03-29 02:30:00",
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),  # the gap: 03:30 in summer time
        (ROME, "2026-10-25 02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # comes twice: the first
        (SAO_PAULO, "2017-10-15 00:00:00", datetime(2017, 10, 15, 3, tzinfo=UTC)),  # a gap at midnight
        (SAO_PAULO, "2017-10-15", datetime(2017, 10, 15, 3, tzinfo=UTC)),
        (SAO_PAULO, date(2018, 2, 18), datetime(2018, 2, 18, 3, tzinfo=UTC)),
        (ROME, "2026-07-01T10:00:00Z", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        (ROME, "2026-07-01 10:00:00.5-02", datetime(2026, 7, 1, 12, 0, 0, 500_000, tzinfo=UTC)),
        (ROME, datetime(2026, 7, 1, 10, tzinfo=SAO_PAULO), datetime(2026, 7, 1, 13, tzinfo=UTC)),
    ],
)
def test_times(zone: ZoneInfo, written: Any, utc: datetime) -> None:
    assert read_time(written, zone) == utc


@pytest.mark.parametrize(
    "written", ["2026-02-28", "2026-02-28 23:59:59", date(2026, 2, 28), "2026-02-28T23:30:00Z"]
)
def test_days(written: Any) -> None:
    wanted = (
        date(2026, 3, 1) if str(written).endswith("Z") else date(2026, 2, 28)
    )  # half past midnight in Rome
    assert read_day(written, ROME) == wanted


@pytest.mark.parametrize(
    "written", ["31/02/2026", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "soon", 12]
)
def test_what_is_no_day(written: Any) -> None:
    with pytest.raises(ValueError, match=r"write it like 2026-02-28|outside the years"):
        read_day(written, ROME)
    with pytest.raises(ValueError, match=r"write it like 2026-02-28|outside the years"):
        read_time(written, ROME)


def test_a_named_date_stays_a_day_where_it_is_one() -> None:
    assert read_moment("2026-02-28", ROME) == "2026-02-28"
    assert read_moment(date(2026, 2, 28), ROME) == "2026-02-28"
    assert read_moment("2026-02-28 12:00:00", ROME) == "2026-02-28T11:00:00+00:00"


@given(st.integers(min_value=0, max_value=10**14))
def test_amounts_in_every_notation(cents: int) -> None:
    units, rest = divmod(cents, 100)
    grouped = f"{units:,}"
    with_dots, with_spaces = grouped.replace(",", "."), grouped.replace(",", " ")
    assert read_cents(f"{units}.{rest:02}") == cents
    assert read_cents(f"{units},{rest:02}") == cents
    assert read_cents(f"{grouped}.{rest:02}") == cents
    assert read_cents(f"{with_dots},{rest:02}") == cents
    assert read_cents(f"{with_spaces},{rest:02}") == cents
    assert read_cents(Decimal(cents) / 100) == cents
    assert read_cents(units) == units * 100


@pytest.mark.parametrize(
    ("value", "cents"), [(0.285, 29), (98.94, 9894), (98.940000001, 9894), ("12.3456", 1235), ("7.5", 750)]
)
def test_amounts_are_rounded_half_up(value: Any, cents: int) -> None:
    assert read_cents(value) == cents


@pytest.mark.parametrize(
    "value",
    [
        "1.234",
        "1,234",
        "12 EUR",
        "",
        ".",
        "1.2.3",
        "٣.x",
        "-5",
        -5,
        float("nan"),
        float("inf"),
        "1e5",
        "9" * 30,
    ],
)
def test_what_is_no_amount(value: Any) -> None:
    with pytest.raises(ValueError, match=r"amount|below zero"):
        read_cents(value)


@given(st.text())
@example("Rossi\r\nBcc: all@x.example")
@example("a\x00b")
@example("\ud800")
def test_words_are_one_clean_line(text: str) -> None:
    words = read_words(text)
    assert words is None or (words == words.strip() != "" and not set(words) & set("\r\n\x00\ud800"))
    free = read_text(text)
    assert free is None or not set(free) & set("\r\x00\ud800")


def test_keys_from_spreadsheets_are_whole_numbers() -> None:
    assert [read_key(value) for value in (1001.0, 1001, Decimal("1001.00"), " 1001 ", "A 1", 1.5)] == [
        "1001",
        "1001",
        "1001",
        "1001",
        "A 1",
        "1.5",
    ]
    with pytest.raises(ValueError, match="too long"):
        read_key("x" * 201)


def test_truth_numbers_and_choices() -> None:
    assert [read_truth(value) for value in ("Sì", "TAK", 1, True, 1.0)] == [True] * 5
    assert [read_truth(value) for value in ("no", "nie", 0, False, "F")] == [False] * 5
    assert read_whole("3", 1, 5) == read_whole(3.0, 1, 5) == 3
    for wrong in ("6", "0", "3.5", "three", None):
        with pytest.raises(ValueError, match="from 1 to 5"):
            read_whole(wrong, 1, 5)
    assert read_choice("Seller", ("seller", "manager")) == "seller"
    with pytest.raises(ValueError, match="write one of seller, manager"):
        read_choice("boss", ("seller", "manager"))
    with pytest.raises(ValueError, match="neither true nor false"):
        read_truth("maybe")


_LETTERS = st.text(st.sampled_from("abcXYZ019.-_+@'() łß,"), min_size=1, max_size=30)


@given(
    st.one_of(
        _LETTERS,
        st.emails(),
        st.builds("{}@{}.{}".format, _LETTERS, _LETTERS, st.sampled_from(["it", "test", "local", "c"])),
    )
)
def test_the_short_way_for_addresses_agrees_with_email_validator(text: str) -> None:
    try:
        checked = validate_email(
            text.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
    except ValueError:
        with pytest.raises(ValueError, match=r"no e-mail address|more than one"):
            read_email(text)
    else:
        assert read_email(text) == checked.ascii_email


@pytest.mark.parametrize(
    "text", ["mario@rossi.example", "m.r+x@a-b.test", "c-" + "0" * 32 + "@olist.example"]
)
def test_reserved_names_pass(text: str) -> None:
    assert read_email(text) == text


def test_an_address_with_foreign_letters_after_the_at_goes_as_punycode() -> None:
    assert read_email("biuro@żółw.pl") == "biuro@xn--w-uga1v8h.pl"


def test_places() -> None:
    assert (zone_of("IT"), zone_of("PL"), zone_of("BR"), zone_of("US")) == (
        "Europe/Rome",
        "Europe/Warsaw",
        "America/Sao_Paulo",
        "America/New_York",
    )
    assert [languages.of_country(country) for country in ("IT", "PL", "GB")] == ["it", "pl", "en"]
    assert (languages.read("it_IT"), read_country("pl"), read_zone("Europe/Rome")) == (
        "it",
        "PL",
        "Europe/Rome",
    )
    for read, wrong in (
        (read_country, "XX"),
        (read_zone, "Rome"),
    ):
        with pytest.raises(ValueError, match=r"write|texts"):
            read(wrong)


def test_the_year_of_a_gap_is_kept() -> None:
    assert read_time("2026-03-29 02:00:00", ROME) - read_time("2026-03-29 01:59:00", ROME) == timedelta(
        minutes=1
    )
