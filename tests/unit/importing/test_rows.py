"""Rows: defaults, and every reason to refuse one."""

from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tasks.importing.config import SourceConfig
from tasks.importing.parsing import RowParser
from tasks.importing.report import Counts, ImportReport
from tasks.importing.rows import AnyRow, CustomerRow, InvoiceRow, OrderRow, Reject, ResponseRow
from tasks.importing.writing import Applied

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
CONFIG = SourceConfig(timezone="Europe/Rome", country="IT", language="it", currency="EUR")
GOOD: dict[str, dict[str, Any]] = {
    "staff": {"ref": "s1", "name": "Anna", "role": "seller"},
    "customers": {"ref": "c1", "name": "Mario", "email": "mario@rossi.example"},
    "orders": {"ref": "o1", "customer": "c1", "description": "kitchen", "signed_at": "2026-03-01 10:00:00"},
    "invoices": {
        "ref": "i1",
        "customer": "c1",
        "amount": "10.00",
        "issued_on": "2026-02-01",
        "due_on": "2026-03-03",
    },
    "responses": {"ref": "r1", "order": "o1", "rating": "5", "received_at": "2026-03-12 09:00:00"},
}


def test_a_language_that_nobody_writes_costs_nobody_anything() -> None:
    rows = parse(
        "customers",
        {"ref": "c1", "name": "Hôtel", "language": "fr"},
        {"ref": "c2", "name": "Gasthof", "language": "de_AT"},
        {"ref": "c3", "name": "Bar", "language": "Italiano, forse"},
    )
    assert [(row.language, row.unwritten) for row in rows if isinstance(row, CustomerRow)] == [
        ("en", "fr"),
        ("de", ""),
        ("en", "italiano, forse"),
    ]
    counts = Counts()
    counts.add([row for row in rows if not isinstance(row, Reject)], 3, Applied(inserted=3), [])
    said = ImportReport("shop", {"customers": counts}).sentence()
    assert said == "3 customers: 3 new, 2 in a language that is not written here (fr 1, ita 1)"


def parse(table: str, *records: dict[str, Any]) -> list[AnyRow | Reject]:
    names = list(dict.fromkeys(name for record in records for name in record))
    with closing(RowParser(table, names, CONFIG, file=f"{table}.sql", now=NOW)) as parser:
        return [parser.parse([record.get(name) for name in names]) for record in records]


@pytest.mark.parametrize(
    ("table", "column", "value", "fix"),
    [
        ("customers", "ref", "  ", "is missing"),
        ("staff", "role", "boss", "write one of seller"),
        ("orders", "signed_at", "", "is missing"),
        ("orders", "signed_at", "2026-03-20", "lies in the future"),
        ("orders", "delivered_at", "2026-03-19 11:00:00", "lies in the future"),
        ("orders", "delivered_at", "2026-02-28", "impossible date"),
        ("orders", "cancelled_at", "2026-02-28 10:00:00", "impossible date"),
        ("orders", "amount", "12 EUR 3", "no amount"),
        ("orders", "amount", "12,50 pieces", "no amount"),
        ("orders", "delivered_at", "last week", "is no time"),
        ("orders", "amount", "-1", "below zero"),
        ("orders", "currency", "ducats", "three letters"),
        ("invoices", "amount", "0.00", "nothing to pay"),
        ("invoices", "due_on", "30 days", "write it like"),
        ("invoices", "paid_at", "2026-04-20", "lies in the future"),
        ("invoices", "paid_at", "2024-01-31", "impossible date"),
        ("invoices", "cancelled_at", "2026-01-31", "impossible date"),
        ("responses", "rating", "6", "from 1 to 5"),
        ("responses", "received_at", "soon", "is no time"),
        ("responses", "received_at", "2026-03-20", "lies in the future"),
    ],
)
def test_refused(table: str, column: str, value: Any, fix: str) -> None:
    (reject,) = parse(table, GOOD[table] | {column: value})
    assert isinstance(reject, Reject)
    assert (reject.file, reject.row, reject.column) == (f"{table}.sql", 1, column)
    assert reject.value == (value or "")
    assert fix in reject.fix


@pytest.mark.parametrize(
    ("table", "column", "value", "fix", "left"),
    [
        ("customers", "name", None, "the reference stands in its place", "c1"),
        ("customers", "email", "mario(at)rossi", "no e-mail address", None),
        ("customers", "email", "info@rossi.example; mario@rossi.example", "more than one address", None),
        ("customers", "billing_email", "x@", "no e-mail address", None),
        ("customers", "country", "Atlantis", "two letters", "IT"),
        ("customers", "timezone", "CET+1", "IANA", "Europe/Rome"),
        ("customers", "is_business", "maybe", "true or false", False),
        ("staff", "absent_from", "next week", "write it like 2026-02-28", None),
        ("orders", "promised_on", "31/02/2026", "is no date; write it like 2026-02-28", None),
        ("orders", "date_survey", "32.13.2026", "write it like", {}),
        ("orders", "withdrawal_days", "two", "whole number", None),
        ("orders", "description", "", "the reference stands in its place", "o1"),
        ("responses", "meaning", "shout", "write one of rating", "rating"),
    ],
)
def test_a_cell_that_cannot_be_read_costs_itself(
    table: str, column: str, value: Any, fix: str, left: Any
) -> None:
    names = list(GOOD[table] | {column: value})
    with closing(RowParser(table, names, CONFIG, file=f"{table}.sql", now=NOW)) as parser:
        row = parser.parse(list((GOOD[table] | {column: value}).values()))
    assert not isinstance(row, Reject)
    [fault] = parser.take_faults()
    assert (fault.file, fault.row, fault.column, fault.costs_row) == (f"{table}.sql", 1, column, False)
    assert fault.value == (value or "")
    assert fix in fault.fix
    assert getattr(row, "dates" if column.startswith("date_") else column) == left
    assert parser.take_faults() == []


@pytest.mark.parametrize(
    ("column", "value", "read"),
    [
        ("email", "Mario Rossi <mario@rossi.example>", "mario@rossi.example"),
        ("email", "mailto:mario@rossi.example", "mario@rossi.example"),
        ("email", "n/d", None),
        ("country", "ITA", "IT"),
        ("country", "Italia", "IT"),
        ("country", "Włochy", "IT"),
        ("country", "deutschland", "DE"),
        ("country", "UK", "GB"),
        ("language", "italiano", "it"),
        ("language", "POL", "pl"),
        ("language", "en-GB", "en"),
    ],
)
def test_what_people_write_into_cells_is_understood(column: str, value: str, read: str | None) -> None:
    names = list(GOOD["customers"] | {column: value})
    with closing(RowParser("customers", names, CONFIG, file="customers.sql", now=NOW)) as parser:
        row = parser.parse(list((GOOD["customers"] | {column: value}).values()))
    assert getattr(row, column) == read
    assert parser.take_faults() == []


@pytest.mark.parametrize(
    ("amount", "currency", "cents", "code"),
    [
        ("€ 12,50", None, 1250, "EUR"),
        ("12,50 €", None, 1250, "EUR"),
        ("1 234,50 zł", None, 123450, "PLN"),
        ("EUR 1.234,50", None, 123450, "EUR"),
        ("zł 99", "PLN", 9900, "PLN"),
        ("99", "zł", 9900, "PLN"),
        ("99", "euro", 9900, "EUR"),
    ],
)
def test_an_amount_may_carry_its_currency(amount: str, currency: str | None, cents: int, code: str) -> None:
    (row,) = parse("invoices", GOOD["invoices"] | {"amount": amount, "currency": currency})
    assert isinstance(row, InvoiceRow)
    assert (row.amount_cents, row.currency) == (cents, code)


def test_an_amount_in_another_currency_than_its_column_is_refused() -> None:
    (reject,) = parse("invoices", GOOD["invoices"] | {"amount": "12,50 €", "currency": "PLN"})
    assert isinstance(reject, Reject)
    assert (reject.column, reject.value) == ("amount", "12,50 €")


@pytest.mark.parametrize("table", GOOD)
def test_the_second_of_two_with_one_key_is_refused(table: str) -> None:
    first, second = parse(table, GOOD[table], GOOD[table])
    assert not isinstance(first, Reject)
    assert isinstance(second, Reject)
    assert (second.row, second.column) == (2, "ref")


def test_a_refused_row_does_not_use_up_its_key() -> None:
    first, second = parse("invoices", GOOD["invoices"] | {"amount": "x"}, GOOD["invoices"])
    assert isinstance(first, Reject)
    assert isinstance(second, InvoiceRow)


def test_a_reject_says_where_and_what_to_do() -> None:
    record = GOOD["orders"] | {"signed_at": "31/02/2026", "source_file": "orders.csv", "source_row": 17}
    (reject,) = parse("orders", record)
    assert (
        str(reject)
        == "orders.csv, row 17, signed_at: '31/02/2026' is no time; write it like 2026-02-28 14:30:00"
    )


def test_an_answer_that_belongs_to_nobody_or_says_nothing() -> None:
    nobody, nothing, unrated = parse(
        "responses",
        GOOD["responses"] | {"order": ""},
        GOOD["responses"] | {"rating": ""},
        GOOD["responses"] | {"rating": "", "meaning": "rating"},
    )
    assert [isinstance(row, Reject) and row.column for row in (nobody, nothing, unrated)] == [
        "customer",
        "text",
        "rating",
    ]


def test_what_an_answer_means_unless_told() -> None:
    rows = parse(
        "responses",
        GOOD["responses"],
        {"ref": "r2", "customer": "c1", "text": "Dov'è?", "received_at": "2026-03-12"},
        {"ref": "r3", "invoice": "i1", "meaning": "paid", "received_at": "2026-03-12"},
    )
    assert [row.meaning for row in rows if isinstance(row, ResponseRow)] == ["rating", "message", "paid"]


@pytest.mark.parametrize(
    ("given", "language", "timezone"),
    [
        ({}, "it", "Europe/Rome"),
        ({"country": "PL"}, "pl", "Europe/Warsaw"),
        ({"country": "de"}, "de", "Europe/Berlin"),
        ({"country": "US"}, "en", "America/New_York"),
        ({"country": "GL"}, "en", "Europe/Rome"),
        ({"country": "PL", "language": "EN", "timezone": "Europe/London"}, "en", "Europe/London"),
    ],
)
def test_language_and_zone_follow_the_country(given: dict[str, str], language: str, timezone: str) -> None:
    (row,) = parse("customers", GOOD["customers"] | given)
    assert isinstance(row, CustomerRow)
    assert (row.language, row.timezone) == (language, timezone)


def test_days_and_hours_of_the_same_day_do_not_contradict() -> None:
    (row,) = parse("orders", GOOD["orders"] | {"delivered_at": "2026-03-01"})
    assert isinstance(row, OrderRow)
    assert row.delivered_at == datetime(2026, 2, 28, 23, tzinfo=UTC)


def test_a_down_payment_may_come_before_its_invoice() -> None:
    (row,) = parse("invoices", GOOD["invoices"] | {"paid_at": "2026-01-15"})
    assert isinstance(row, InvoiceRow)
    assert row.paid_at is not None


def test_further_dates_of_an_order() -> None:
    (row,) = parse(
        "orders", GOOD["orders"] | {"date_survey": "2026-03-05 00:00:00", "date_fair": date(2026, 5, 1)}
    )
    assert isinstance(row, OrderRow)
    assert row.dates == {"survey": "2026-03-04T23:00:00+00:00", "fair": "2026-05-01"}


@pytest.mark.parametrize(
    ("written", "received"),
    [
        ("2026-03-12", datetime(2026, 3, 12, 22, 59, 59, tzinfo=UTC)),
        ("2026-03-12 00:00:00", datetime(2026, 3, 12, 22, 59, 59, tzinfo=UTC)),
        ("2026-03-18", NOW),
        ("2026-03-12 09:00:00", datetime(2026, 3, 12, 8, tzinfo=UTC)),
    ],
)
def test_an_answer_with_a_day_alone_came_at_the_end_of_it(written: str, received: datetime) -> None:
    [row] = parse("responses", GOOD["responses"] | {"received_at": written})
    assert isinstance(row, ResponseRow)
    assert row.received_at == received
