"""What open invoices cost, over days off, part payments and the end of a table; each example is reckoned by hand."""

from datetime import date, timedelta

import pytest

from models import rates
from models.credit import Credit, ending_tables
from models.rules.calendar.calendars import term_end
from models.rules.credit_recovery.late_costs import Debt, reckon
from models.rules.credit_recovery.pay_day import due_by_law

TERMS = rates.shipped()
EXAMPLES = [
    # PLN 4,000.00 due Saturday 31 May 2025: a day off in Poland, so due on Monday 2 June. 3 to 30 June: 28 days at
    # 15.75 %, 1 July to 30 September: 92 days at 15.25 %: 4000 * (15.75 * 28 + 15.25 * 92) / 36500 = 202.0822
    ("PL", "PLN", 400_000, date(2025, 5, 31), date(2025, 9, 30), 20_208),
    # EUR 4,000.00 due on the same Saturday: it stays due in Italy. 1 to 30 June: 30 days at 11.15 %, then 92 at 10.15
    # %: 4000 * (11.15 * 30 + 10.15 * 92) / 36500 = 138.9918
    ("IT", "EUR", 400_000, date(2025, 5, 31), date(2025, 9, 30), 13_899),
    # EUR 1,000.00 due Sunday 1 March 2026, so on Monday; 3 to 31 March: 29 days at 10.15 %: 8.0644
    ("IT", "EUR", 100_000, date(2026, 3, 1), date(2026, 3, 31), 806),
    # PLN 6,000.00 due 11 November 2025 (Independence Day), so on the 12th; 13 Nov to 15 Dec: 33 days at 15.25 %:
    # 82.7260
    ("PL", "PLN", 600_000, date(2025, 11, 11), date(2025, 12, 15), 8_273),
    # EUR 2,500.00 due Saturday 25 April 2026, a holiday, and Sunday follows: due on Monday 27; 28 April to 27 May: 30
    # days at 10.15 %: 20.8562
    ("IT", "EUR", 250_000, date(2026, 4, 25), date(2026, 5, 27), 2_086),
    # EUR 700.00 due on Easter Monday, 6 April 2026, so on Tuesday; 8 to 30 April: 23 days at 10.15 %: 4.4771
    ("IT", "EUR", 70_000, date(2026, 4, 6), date(2026, 4, 30), 448),
    # PLN 900.00 due 1 May 2025, so on Friday 2 May; 3 May to 2 June: 31 days at 15.75 %: 12.0390
    ("PL", "PLN", 90_000, date(2025, 5, 1), date(2025, 6, 2), 1_204),
    # PLN 50,000.00 due 25 December 2025: 26 is a holiday, 27 and 28 a weekend, so due on the 29th. 30 and 31
    # December: 2 days at 15.25 %, January: 31 days at 14 %: 50000 * (30.5 + 434) / 36500 = 636.3014
    ("PL", "PLN", 5_000_000, date(2025, 12, 25), date(2026, 1, 31), 63_630),
    # of EUR 10,000.00 due 31 January 2025, 6,000.00 are paid: on the rest, 1 February to 31 March, 59 days at 11.15
    # %: 72.0932
    ("IT", "EUR", 400_000, date(2025, 1, 31), date(2025, 3, 31), 7_209),
    # EUR 5,000.00 due Sunday 31 May 2026, so on Monday; reckoned on 28 November, but the table ends on 30 June: 2 to
    # 30 June are 29 days at 10.15 %: 40.3219
    ("IT", "EUR", 500_000, date(2026, 5, 31), date(2026, 11, 28), 4_032),
]


@pytest.mark.parametrize(("country", "currency", "cents", "due_on", "as_of", "interest"), EXAMPLES)
def test_examples_that_were_reckoned_by_hand(
    country: str, currency: str, cents: int, due_on: date, as_of: date, interest: int
) -> None:
    found = reckon(TERMS[country], [("F-1", Debt(cents, currency, due_on))], as_of, is_business=True)
    assert found.interest == {currency: interest}
    assert found.reckoned_until == min(as_of, date(2026, 6, 30))
    assert not found.has_unknown


def test_what_no_rate_is_known_for_is_unknown_and_not_nothing() -> None:
    debts = [
        ("F-1", Debt(100_000, "EUR", date(2026, 11, 4))),
        ("F-2", Debt(100_000, "EUR", date(2026, 12, 25))),
    ]
    found = reckon(TERMS["IT"], debts, date(2026, 11, 28), is_business=True)
    assert found.has_unknown
    assert [one.is_unknown for one in found.invoices] == [True, False]  # the other one is not due yet
    assert found.reckoned_until == date(2026, 6, 30)


@pytest.mark.parametrize(
    ("country", "day", "end"),
    [
        ("PL", date(2026, 11, 28), date(2026, 11, 30)),
        ("IT", date(2026, 11, 28), date(2026, 11, 28)),
        ("IT", date(2026, 11, 29), date(2026, 11, 30)),
        ("DE", date(2026, 11, 28), date(2026, 11, 30)),
        ("PL", date(2026, 12, 25), date(2026, 12, 28)),
        ("XX", date(2026, 11, 27), date(2026, 11, 27)),
    ],
)
def test_a_term_that_ends_on_a_day_off_ends_on_the_next_working_day(
    country: str, day: date, end: date
) -> None:
    assert term_end(country, day) == end


def test_where_the_law_moves_no_day_to_pay_it_stays() -> None:
    saturday = date(2026, 11, 28)
    moved = {country: due_by_law(country, saturday) for country in ("PL", "DE", "IT", "US", "")}
    monday = date(2026, 11, 30)
    assert moved == {"PL": monday, "DE": monday, "IT": saturday, "US": saturday, "": saturday}


def test_a_table_that_ends_within_sixty_days_is_named_with_the_fix() -> None:
    last = TERMS["IT"].covered_until
    assert ending_tables(Credit(), last - timedelta(days=60), {"IT"}) == []
    [soon] = ending_tables(Credit(), last - timedelta(days=59), {"IT", "FR"})
    assert soon.startswith(f"the table of interest of IT ends on {last}")
    assert "[credit.rates.IT]" in soon
    [over] = ending_tables(Credit(), last + timedelta(days=1), {"IT"})
    assert "ended" in over
    more = Credit.model_validate({"rates": {"IT": {last + timedelta(days=1): "2.15"}}})
    assert ending_tables(more, last + timedelta(days=1), {"IT"}) == []
