"""A manager works the call list of two years of real orders; what must come onto it is counted in the files alone."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from deployments import replaying
from models import policy as policies
from models.tables import Case, CaseReason, Order
from tasks.replay.stage import replay_services
from tasks.runtime.database import Database
from tests.conftest import ROOT

FIRST = date(2016, 10, 1)
OLIST = ROOT / "sources" / "olist"


@contextmanager
def played(data: Path, last: date, calls_per_day: int) -> Iterator[tuple[dict[str, Any], Database]]:
    """The figures of a replay, and the database that it leaves."""
    policy = replaying.with_calls(policies.load(OLIST / "policy-calls.toml"), calls_per_day)
    past = replaying.read(OLIST, data / "olist", FIRST, last, "1d")
    with replay_services(policy) as (services, clock):
        yield replaying.play(services, clock, past, lambda _day: None, works=True), services.db


def _rows(data: Path, name: str) -> list[dict[str, str]]:
    with (data / "olist" / f"olist_{name}_dataset.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def late_orders(data: Path, last: date) -> set[str]:
    """Orders that had not come when the day estimated for them was over; one that was cancelled owes nothing."""
    return {
        row["order_id"]
        for row in _rows(data, "orders")
        if row["order_status"] not in {"canceled", "unavailable"}
        and max(row["order_estimated_delivery_date"][:10], row["order_purchase_timestamp"][:10])
        <= last.isoformat()
        and not "0" < row["order_delivered_customer_date"][:10] <= row["order_estimated_delivery_date"][:10]
    }


def low_orders(data: Path, last: date) -> set[str]:
    """Orders with a score of 1 or 2 among their answers."""
    signed = {row["order_id"]: row["order_purchase_timestamp"][:10] for row in _rows(data, "orders")}
    return {
        row["order_id"]
        for row in _rows(data, "order_reviews")
        if row["review_score"] in {"1", "2"}
        and row["review_answer_timestamp"][:10] <= last.isoformat()
        and signed.get(row["order_id"], "9") <= last.isoformat()
    }


def in_cases(db: Database, reason: str) -> set[str]:
    with db.read() as session:
        found = session.scalars(
            select(Order.ref)
            .join(CaseReason, CaseReason.subject_id == Order.id)
            .where(CaseReason.subject_type == "order", CaseReason.reason == reason)
        )
        return set(found)


def overlapping(db: Database) -> int:
    """How often a customer had two cases open at once."""
    with db.read() as session:
        cases = session.scalars(select(Case).order_by(Case.customer_id, Case.opened_at, Case.id)).all()
    return sum(
        one.customer_id == other.customer_id and (one.closed_at is None or one.closed_at > other.opened_at)
        for one, other in pairwise(cases)
    )


def check(data: Path, last: date, calls_per_day: int) -> dict[str, Any]:
    """Play, and hold against the files; returns the totals."""
    with played(data, last, calls_per_day) as (figures, db):
        assert in_cases(db, "late") == late_orders(data, last)
        assert in_cases(db, "low-rating") == low_orders(data, last)
        assert overlapping(db) == 0
    assert all(day["calls"] <= calls_per_day for day in figures["days"])
    assert sum(day["calls"] for day in figures["days"]) == figures["totals"]["calls"]
    assert all(day["oldest_wait_days"] >= 0 for day in figures["days"] if day["waiting"])
    totals: dict[str, Any] = figures["totals"]
    return totals


def test_b20_six_months_of_late_and_unhappy_customers_each_have_their_case(real_data: Path) -> None:
    totals = check(real_data, date(2017, 3, 31), 1)
    assert totals["cases"]["late"] > 0
    assert totals["cases"]["low-rating"] > 0
    assert totals["most_calls_in_a_day"] == 1
    assert totals["largest_backlog"] > 0, "with one call a day somebody has to wait, and is seen"


@pytest.mark.slow
@pytest.mark.parametrize("calls_per_day", [5, 20, 60])
def test_b20_two_years_within_the_capacity(real_data: Path, calls_per_day: int) -> None:
    totals = check(real_data, date(2018, 12, 31), calls_per_day)
    assert totals["cases"]["late"] == 341
    assert totals["most_calls_in_a_day"] <= calls_per_day
    assert totals["largest_backlog"] == 0 or totals["most_calls_in_a_day"] == calls_per_day
