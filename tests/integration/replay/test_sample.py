"""The sample company as plain DuckDB sees it: the same story whatever the day of the first import."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from models.policy import Policy
from models.rules.calendar.calendars import Place, add_business_days
from models.rules.planning import plan
from models.rules.sending import before_sending
from models.rules.sending.before_sending import Decision, Moment, OpenCase, Postpone, Send, Skip
from models.words import Meaning, Role

SAMPLE = Path(__file__).parents[3] / "sources" / "sample"
TABLES = ("staff", "customers", "orders", "invoices", "responses")
ROME = ZoneInfo("Europe/Rome")
A_WEEK = [date(2026, 3, 16) + timedelta(days=day) for day in range(7)]
CLOCK_CHANGES = [date(2026, 3, 30), date(2026, 10, 26), date(2028, 2, 29)]
HAPPENED = ("signed_at", "delivered_at", "cancelled_at", "paid_at", "disputed_at", "received_at", "issued_on")
ZONES = {"PL": "Europe/Warsaw", "GB": "Europe/London"}
NOT_FROM_A_FIRST_IMPORT = {
    "new-date-alert",  # needs a second import with a later date
    "hand-over",  # comes weeks after a warning that went out
    "withdrawal-receipt",  # answers a customer who declares it on the page
}

Row = dict[str, Any]
Tables = dict[str, list[Row]]


@cache
def sample(day_zero: date) -> Tables:
    """What the SELECTs return when the first import is on that day."""
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = '{SAMPLE / 'data'}'")
    connection.execute(f"SET VARIABLE day_zero = '{day_zero}'")
    tables = {}
    for table in TABLES:
        cursor = connection.execute((SAMPLE / f"{table}.sql").read_text(encoding="utf-8"))
        names = [column[0] for column in cursor.description]
        tables[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return tables


def refs(rows: list[Row]) -> set[str]:
    return {row["ref"] for row in rows}


def aware(value: date | datetime) -> date | datetime:
    return value.replace(tzinfo=ROME).astimezone(UTC) if isinstance(value, datetime) else value


@pytest.fixture(params=[*A_WEEK, *CLOCK_CHANGES], ids=lambda day: f"{day:%a-%d-%b}")
def day_zero(request: pytest.FixtureRequest) -> date:
    day: date = request.param
    return day


@pytest.fixture
def tables(day_zero: date) -> Tables:
    return sample(day_zero)


def test_the_company_has_the_size_it_says(tables: Tables) -> None:
    assert {table: len(rows) for table, rows in tables.items()} == {
        "staff": 15,
        "customers": 300,
        "orders": 800,
        "invoices": 800,
        "responses": 59,
    }


def test_every_reference_is_unique_and_leads_somewhere(tables: Tables) -> None:
    for table, rows in tables.items():
        assert len(refs(rows)) == len(rows), table
    staff, customers, orders = refs(tables["staff"]), refs(tables["customers"]), refs(tables["orders"])
    assert {row["deputy"] for row in tables["staff"]} <= staff | {None}
    for order in tables["orders"]:
        assert order["customer"] in customers
        assert {order["seller"], order["owner"], order["deputy"]} <= staff | {None}
    buyers = {order["ref"]: order["customer"] for order in tables["orders"]}
    assert all(buyers[invoice["order"]] == invoice["customer"] for invoice in tables["invoices"])
    assert {row["order"] for row in tables["responses"]} <= orders
    emails = [row["email"] for row in tables["customers"] if row["email"]]
    assert len(set(emails)) == len(emails)


def test_source_row_is_the_line_of_the_file(tables: Tables) -> None:
    key = {"staff": "staff_no", "customers": "customer_no", "orders": "order_no"}
    for table, column in key.items():
        with (SAMPLE / "data" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            lines = {number: line[column] for number, line in enumerate(csv.DictReader(file), start=2)}
        assert {row["source_row"]: row["ref"] for row in tables[table]} == lines


def test_nothing_has_happened_after_day_zero_began(tables: Tables, day_zero: date) -> None:
    midnight = datetime.combine(day_zero, time())
    for table, rows in tables.items():
        for row in rows:
            for column in HAPPENED:
                at = row.get(column)
                assert at is None or str(at) < str(midnight), (table, row["ref"], column)


def test_no_time_falls_into_a_change_of_the_clock(tables: Tables) -> None:
    times = [
        row[column] for rows in tables.values() for row in rows for column in HAPPENED if row.get(column)
    ]
    assert not any(2 <= at.hour <= 3 for at in times if isinstance(at, datetime))


def test_the_dates_of_an_order_make_sense(tables: Tables) -> None:
    for order in tables["orders"]:
        signed = order["signed_at"]
        assert order["promised_on"] is None or order["promised_on"] > signed.date(), order["ref"]
        assert order["delivered_at"] is None or order["delivered_at"] > signed, order["ref"]
        assert order["cancelled_at"] is None or order["cancelled_at"] > signed, order["ref"]
        assert order["cancelled_at"] is None or order["delivered_at"] is None, order["ref"]
    signed_on = {order["ref"]: order["signed_at"].date() for order in tables["orders"]}
    for invoice in tables["invoices"]:
        assert signed_on[invoice["order"]] <= invoice["issued_on"] <= invoice["due_on"], invoice["ref"]
        paid = invoice["paid_at"]
        assert paid is None or paid.date() >= invoice["issued_on"], invoice["ref"]
    for response in tables["responses"]:
        assert response["received_at"].date() > signed_on[response["order"]], response["ref"]


def test_no_address_leads_out_of_the_reserved_domain(tables: Tables) -> None:
    addresses = [
        row.get(column)
        for table in ("staff", "customers")
        for row in tables[table]
        for column in ("email", "billing_email")
    ]
    assert all(address.endswith(".example") for address in addresses if address)
    assert sum(not row["email"] for row in tables["customers"]) == 8


def test_words_are_those_of_the_tables(tables: Tables) -> None:
    assert {row["role"] for row in tables["staff"]} == set(Role)
    assert {row["language"] for row in tables["customers"]} == {"it", "pl", "en"}
    assert {row["currency"] for row in tables["orders"]} == {"EUR", "PLN", "GBP"}
    assert {row["meaning"] for row in tables["responses"]} <= set(Meaning)
    assert all((row["rating"] is None) == (row["meaning"] != "rating") for row in tables["responses"])
    desk = [row for row in tables["staff"] if row["role"] == "after-sale"]
    assert Counter(row["language"] for row in desk) == {"it": 2, "pl": 2, "en": 1}


@pytest.mark.parametrize("first_day", A_WEEK, ids=lambda day: f"{day:%a}")
def test_something_of_every_kind_is_due_within_a_business_day_of_day_zero(
    policy: Policy, first_day: date
) -> None:
    last_hour = datetime.combine(
        add_business_days("IT", first_day, 1), time(17), tzinfo=ROME
    )  # alarms keep office hours too
    due = {kind for kind, _, _ in decisions(policy, first_day, last_hour)}
    of_facts = {kind for kind, cadence in policy.cadences.items() if cadence.subject in {"order", "invoice"}}
    assert due - NOT_FROM_A_FIRST_IMPORT == of_facts - NOT_FROM_A_FIRST_IMPORT


@pytest.mark.parametrize("first_day", A_WEEK[:5], ids=lambda day: f"{day:%a}")
def test_every_step_of_the_shown_ladders_is_due_on_day_zero(policy: Policy, first_day: date) -> None:
    now = datetime.combine(first_day, time(10), tzinfo=ROME)
    sent = {
        (kind, step)
        for kind, step, decision in decisions(policy, first_day, now)
        if isinstance(decision, Send)
    }
    assert sent >= {
        ("satisfaction-check", "first-days"),
        ("satisfaction-check", "one-month"),
        ("satisfaction-check", "six-months"),
        ("payment-reminder", "friendly"),
        ("payment-reminder", "second"),
    }


@pytest.mark.parametrize("first_day", A_WEEK[:5], ids=lambda day: f"{day:%a}")
def test_the_first_run_sends_a_number_of_mails_that_people_can_look_at(
    policy: Policy, first_day: date
) -> None:
    now = datetime.combine(first_day, time(10), tzinfo=ROME)
    kinds = Counter(type(decision) for _, _, decision in decisions(policy, first_day, now))
    assert 60 <= kinds[Send] <= 150
    assert 8 <= kinds[OpenCase] <= 30


def decisions(policy: Policy, day_zero: date, now: datetime) -> Iterator[tuple[str, str, Decision]]:
    """What the rules say at `now` of each contact that is due, but for those skipped and those put off."""
    tables = sample(day_zero)
    customers = {row["ref"]: row for row in tables["customers"]}
    complaints = complaining(tables)
    for table, subject in (("orders", "order"), ("invoices", "invoice")):
        for row in tables[table]:
            customer = customers[row["customer"]]
            conditions = (
                facts(row)
                | {"payments-fresh"}
                | ({"open-complaint"} if customer["ref"] in complaints else set())
            )
            place = Place(customer["country"], ZONES.get(customer["country"], "Europe/Rome"))
            for kind, step, moment in due_moments(policy, row, subject, place, now):
                cadence = policy.cadences[kind]
                decision = before_sending.decide(
                    cadence,
                    policy.windows[cadence.window],
                    Moment(
                        **moment,
                        conditions=frozenset(conditions),
                        has_address=bool(customer["email"]),
                        place=place,
                    ),
                )
                if kind == "welcome-contact" and isinstance(decision, Send):
                    conditions.add("welcomed")
                if not isinstance(decision, Skip | Postpone):
                    yield kind, step, decision


def due_moments(
    policy: Policy, row: Row, subject: str, place: Place, now: datetime
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    anchors = {name.rpartition("_")[0]: aware(at) for name, at in row.items() if isinstance(at, date)}
    owed = plan.owed(
        plan.PlanFacts(subject, 1, 1, place, anchors, row.get("withdrawal_days") or 0),
        policy.cadences,
        policy.windows,
    )
    due = [item for item in owed if item.owed_at <= now]
    for item in due:
        newer = any(other.kind == item.kind and other.owed_at > item.owed_at for other in due)
        moment = {"now": now, "owed_at": item.owed_at, "due_at": item.owed_at, "newer_step_due": newer}
        yield item.kind, item.step.partition(":")[0], moment


def facts(row: Row) -> set[str]:
    columns = ("cancelled_at", "delivered_at", "promised_on", "paid_at", "disputed_at")
    return {column.rpartition("_")[0] for column in columns if row.get(column)}


def complaining(tables: Tables) -> set[str]:
    buyers = {order["ref"]: order["customer"] for order in tables["orders"]}
    return {
        buyers[row["order"]]
        for row in tables["responses"]
        if row["meaning"] not in {"rating", "fine"} or int(row["rating"] or 5) <= 2
    }
