from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.calendar.calendars import (
    Place,
    Window,
    add_business_days,
    is_business_day,
    local_day,
    local_instant,
    next_open,
)

ROME = Place("IT", "Europe/Rome")
PLACES = st.sampled_from(
    [ROME, Place("PL", "Europe/Warsaw"), Place("BR", "America/Sao_Paulo"), Place("XX", "UTC")]
)
OFFICE = Window(("08:30-12:30", "14:30-18:30"))
INSTANTS = st.datetimes(datetime(2016, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("country", "day", "open_"),
    [
        ("IT", date(2026, 6, 2), False),  # Festa della Repubblica
        ("IT", date(2026, 10, 4), False),  # San Francesco, a holiday again from 2026
        ("PL", date(2025, 12, 24), False),  # Wigilia, free from 2025
        ("PL", date(2026, 11, 11), False),
        ("IT", date(2026, 11, 11), True),
        ("IT", date(2026, 3, 21), False),  # Saturday
        ("XX", date(2026, 3, 18), True),  # a country without a calendar
    ],
)
def test_business_days_follow_the_holidays_of_the_place(country: str, day: date, open_: bool) -> None:
    assert is_business_day(country, day) is open_


def test_a_friday_and_one_business_day_is_monday_and_easter_monday_is_passed_over() -> None:
    assert add_business_days("IT", date(2026, 3, 20), 1) == date(2026, 3, 23)
    assert add_business_days("IT", date(2026, 4, 3), 1) == date(2026, 4, 7)
    assert add_business_days("IT", date(2026, 4, 7), -1) == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ((18, 9, 0), (18, 9, 0)),
        ((18, 13, 0), (18, 14, 30)),
        ((18, 7, 0), (18, 8, 30)),
        ((20, 18, 30), (23, 8, 30)),  # Friday evening: Monday morning
    ],
)
def test_quiet_hours_are_kept_with_several_windows_a_day(at: tuple[int, ...], opens: tuple[int, ...]) -> None:
    rome = ZoneInfo("Europe/Rome")
    found = next_open(datetime(2026, 3, *at, tzinfo=rome), OFFICE, ROME)
    assert found == datetime(2026, 3, *opens, tzinfo=rome)


@given(INSTANTS, PLACES)
def test_the_next_opening_is_open_not_earlier_and_stays_where_it_is(at: datetime, place: Place) -> None:
    opens = next_open(at, OFFICE, place)
    assert opens >= at
    assert opens - at < timedelta(days=15)
    assert next_open(opens, OFFICE, place) == opens
    assert is_business_day(place.country, local_day(opens, place))


@given(st.dates(date(2016, 1, 1), date(2030, 1, 1)), st.integers(1, 30), st.sampled_from(["IT", "PL", "BR"]))
def test_business_days_there_and_back(day: date, count: int, country: str) -> None:
    start = add_business_days(country, day, 0)
    there = add_business_days(country, start, count)
    assert is_business_day(country, there)
    assert add_business_days(country, there, -count) == start


def test_a_wall_clock_time_in_a_daylight_saving_gap_comes_after_it() -> None:
    sao_paulo = Place("BR", "America/Sao_Paulo")  # midnight of 4 November 2018 did not exist there
    assert local_instant(date(2018, 11, 4), 0, sao_paulo) == datetime(2018, 11, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "hours", [(), ("09:00",), ("12:00-09:00",), ("09:00-12:00", "11:00-13:00"), ("09:00-24:30",)]
)
def test_hours_that_cannot_hold_are_refused(hours: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"hours|span"):
        Window(hours)
