"""Interest against examples that were reckoned by hand and are written out: percent a year, days over 365."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import rates
from models.rules.credit_recovery.interest import NoRateError, accrued, claim, flat_euro_cents, total_cents

IT, PL = rates.shipped()["IT"], rates.shipped()["PL"]


def test_one_rate_in_italy() -> None:
    # EUR 1,000.00 due 13 March 2026, reckoned on 30 April 2026: 14 March to 30 April are 18 + 30 = 48 days at
    # 2.15 + 8 = 10.15 %: 1000 * 0.1015 * 48 / 365 = 4872 / 365 = 13.3479…
    found = claim(100_000, "EUR", date(2026, 3, 13), date(2026, 4, 30), IT, is_business=True)
    assert [(line.days, line.percent) for line in found.lines] == [(48, Decimal("10.15"))]
    assert found.interest_cents == 1_335
    assert found.flat_euro_cents == 4_000


def test_over_two_changes_of_rate_and_a_leap_day_in_italy() -> None:
    # EUR 12,500.00 due 15 November 2023, reckoned on 31 July 2024.
    # 16 Nov to 31 Dec 2023: 15 + 31 = 46 days at 4.00 + 8 = 12 %:      12500 * 12    * 46  / 36500 = 189.0410…
    # 1 Jan to 30 Jun 2024: 182 days (29 February counts) at 12.50 %:   12500 * 12.5  * 182 / 36500 = 779.1095…
    # 1 Jul to 31 Jul 2024: 31 days at 12.25 %:                         12500 * 12.25 * 31  / 36500 = 130.0513…
    # together 1098.2021 (rounded once: 1,098.20)
    lines = accrued(1_250_000, date(2023, 11, 15), date(2024, 7, 31), IT)
    assert [(line.days, str(line.percent)) for line in lines] == [
        (46, "12.00"),
        (182, "12.50"),
        (31, "12.25"),
    ]
    assert [round(line.cents / 100, 4) for line in lines] == [
        Decimal("189.0411"),
        Decimal("779.1096"),
        Decimal("130.0514"),
    ]
    assert total_cents(lines) == 109_820


def test_over_a_change_of_rate_in_poland() -> None:
    # PLN 8,200.00 due 31 May 2022, reckoned on 30 September 2022.
    # 1 to 30 June 2022: 30 days at 1.75 + 10 = 11.75 %:       8200 * 11.75 * 30 / 36500 =  79.1917…
    # 1 July to 30 September: 31 + 31 + 30 = 92 days at 16 %:  8200 * 16    * 92 / 36500 = 330.6958…
    # together 409.8877 (409.89); the flat sum for more than PLN 5,000 and less than 50,000 is EUR 70
    found = claim(820_000, "PLN", date(2022, 5, 31), date(2022, 9, 30), PL, is_business=True)
    assert [(line.days, str(line.percent)) for line in found.lines] == [(30, "11.75"), (92, "16.00")]
    assert (found.interest_cents, found.flat_euro_cents) == (40_989, 7_000)


def test_a_whole_leap_year_is_366_days_over_365() -> None:
    # PLN 36,500.00 through 2020: 1 January to 30 June are 182 days at 11.5 %, to 31 December 184 days at 10.1 %:
    # 36500 * 11.5 * 182 / 36500 = 2093; 36500 * 10.1 * 184 / 36500 = 1858.4; together 3,951.40
    assert total_cents(accrued(3_650_000, date(2019, 12, 31), date(2020, 12, 31), PL)) == 395_140


REVIEWED = [
    # EUR 10,000.00 due 31 March 2025, on 31 December: 1 April to 30 June 91 days at 3.15 + 8 = 11.15 %, then 184 at
    # 10.15 %: 10000 * (11.15 * 91 + 10.15 * 184) / 36500 = 10000 * 2882.25 / 36500 = 789.6575
    (IT, 1_000_000, date(2025, 3, 31), date(2025, 12, 31), 78_966),
    # PLN 12,000.00 due 31 May 2025, on 28 February 2026: June 30 days at 15.75 %, July to December 184 at 15.25 %,
    # January and February 59 at 14 %: 12000 * (472.5 + 2806 + 826) / 36500 = 1349.4247
    (PL, 1_200_000, date(2025, 5, 31), date(2026, 2, 28), 134_942),
    # EUR 1,234.56 due 20 December 2023, on 15 July 2024: 11 days at 12 %, 182 at 12.5 %, 15 at 12.25 %:
    # 1234.56 * (132 + 2275 + 183.75) / 36500 = 87.6284
    (IT, 123_456, date(2023, 12, 20), date(2024, 7, 15), 8_763),
    # PLN 5,000.00 due 15 June 2022, on 10 July: 15 days at 11.75 %, 10 at 16 %: 5000 * 336.25 / 36500 = 46.0616
    (PL, 500_000, date(2022, 6, 15), date(2022, 7, 10), 4_606),
    # EUR 999.99 due 1 March 2026, on 30 June, the last day of the table: 30 + 30 + 31 + 30 = 121 days at 10.15 %:
    # 999.99 * 1228.15 / 36500 = 33.6476
    (IT, 99_999, date(2026, 3, 1), date(2026, 6, 30), 3_365),
]


@pytest.mark.parametrize(("law", "principal", "due_on", "until", "cents"), REVIEWED)
def test_examples_that_a_lawyer_reckoned(
    law: rates.Terms, principal: int, due_on: date, until: date, cents: int
) -> None:
    assert total_cents(accrued(principal, due_on, until, law)) == cents


def test_half_a_cent_goes_up_and_only_at_the_end() -> None:
    # EUR 10.00 through 2015, 365 days at 0.05 + 8 = 8.05 %: 0.805, which is half a cent above 0.80
    assert total_cents(accrued(1_000, date(2014, 12, 31), date(2015, 12, 31), IT)) == 81
    # EUR 6.25 over 4 days at 8 %: 6.25 * 8 * 4 / 36500 = 0.0054…; two spans of 2 days would each round to nothing
    halves = [accrued(625, date(2017, 1, day), date(2017, 1, day + 2), IT) for day in (1, 3)]
    assert [total_cents(half) for half in halves] == [0, 0]
    assert total_cents([line for half in halves for line in half]) == 1


@pytest.mark.parametrize(
    ("cents", "euro"),
    [(1, 40), (500_000, 40), (500_001, 70), (4_999_999, 70), (5_000_000, 100), (900_000_000, 100)],
)
def test_the_flat_sums_of_poland_by_size(cents: int, euro: int) -> None:
    assert flat_euro_cents(cents, "PLN", PL) == euro * 100


def test_a_claim_of_another_currency_gets_the_smallest_flat_sum() -> None:
    assert flat_euro_cents(9_000_000, "EUR", PL) == 4_000
    assert flat_euro_cents(9_000_000, "PLN", IT) == 4_000


@pytest.mark.parametrize(("after", "until"), [("2012-12-30", "2013-01-05"), ("2026-06-29", "2026-07-01")])
def test_a_day_outside_the_table_is_refused_with_the_days_and_the_fix(after: str, until: str) -> None:
    with pytest.raises(NoRateError, match=r"covers 2013-01-01 to 2026-06-30; .*\[credit.rates.IT\]"):
        accrued(100, date.fromisoformat(after), date.fromisoformat(until), IT)


def test_a_half_year_can_be_added_and_gaps_are_refused() -> None:
    more = rates.extended(IT, {date(2026, 7, 1): Decimal("2.40")})
    [line] = accrued(100_000, date(2026, 6, 30), date(2026, 12, 31), more)
    assert (line.days, line.percent) == (184, Decimal("10.40"))
    with pytest.raises(ValueError, match="half-year from 2026-07-01 is missing"):
        rates.extended(IT, {date(2027, 1, 1): Decimal(2)})
    with pytest.raises(ValueError, match="begins on 1 January or 1 July"):
        rates.extended(IT, {date(2026, 8, 1): Decimal(2)})


days = st.integers(0, 2_300).map(lambda count: date(2020, 1, 1) + timedelta(days=count))
terms = st.sampled_from([IT, PL])
cents = st.integers(0, 10**12)


@given(st.lists(days, min_size=3, max_size=3).map(sorted), terms, cents)
def test_two_parts_of_a_span_add_up_to_the_whole(span: list[date], law: rates.Terms, principal: int) -> None:
    first, middle, last = span
    whole = accrued(principal, first, last, law)
    parts = accrued(principal, first, middle, law) + accrued(principal, middle, last, law)
    assert sum(line.product for line in whole) == sum(line.product for line in parts)
    assert sum(line.days for line in whole) == (last - first).days


@given(days, days, terms, cents)
def test_consumers_owe_none(due_on: date, until: date, law: rates.Terms, principal: int) -> None:
    nothing = claim(principal, "EUR", due_on, until, law, is_business=False)
    assert (nothing.lines, nothing.interest_cents, nothing.flat_euro_cents) == ((), 0, 0)


@given(st.lists(days, min_size=3, max_size=3).map(sorted), terms, cents, st.integers(0, 10**9))
def test_longer_and_larger_never_cost_less(
    span: list[date], law: rates.Terms, principal: int, more: int
) -> None:
    due_on, sooner, later = span
    found = claim(principal, "EUR", due_on, sooner, law, is_business=True).interest_cents
    assert found <= claim(principal, "EUR", due_on, later, law, is_business=True).interest_cents
    assert found <= claim(principal + more, "EUR", due_on, sooner, law, is_business=True).interest_cents
