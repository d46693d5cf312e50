"""Replays of real input; the figures were computed from the files alone before a line of this was written."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.ground import START
from benchmarks.volume import write_orders
from deployments import replaying
from models import policy as policies
from tests.conftest import ROOT


def run(source: str, data: Path, first: date, last: date, policy: str = "policy.toml") -> dict[str, Any]:
    folder = ROOT / "sources" / source
    chosen = policies.load(folder / policy)
    return replaying.run(folder, data, first, last, step="1d", policy=chosen, progress=lambda _day: None)


def _ordered(data: Path, until: date) -> int:
    """Orders up to a day that were neither canceled nor unavailable, counted in the file itself."""
    with (data / "olist" / "olist_orders_dataset.csv").open(encoding="utf-8") as file:
        return sum(
            row["order_purchase_timestamp"][:10] <= until.isoformat()
            and row["order_status"] not in {"canceled", "unavailable"}
            for row in csv.DictReader(file)
        )


@pytest.mark.slow
def test_two_years_of_orders(real_data: Path) -> None:
    totals = run("olist", real_data / "olist", date(2016, 10, 1), date(2018, 12, 31))["totals"]
    assert totals["orders"] == 4_000
    assert totals["rejected"] == 0
    assert totals["orders_alerted"] == totals["sent"]["delay-alert"] == 341
    assert totals["orders_confirmed"] == totals["sent"]["order-confirmation"] == 3_960
    assert totals["orders_welcomed"] == totals["sent"]["welcome-contact"] == 3_960
    assert totals["orders_answered"] == 3_972
    assert totals["orders_low_rating"] == 591
    assert totals["silent"] == totals["answered_after_silence"] == 204  # counted in the files; see the page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "reached"),
    [
        ("policy-disputes-ignored.toml", {"day-1": 521, "day-8": 276, "day-15": 124, "day-30": 7}),
        ("policy.toml", {"day-1": 274, "day-8": 118, "day-15": 39, "day-30": 1}),
    ],
)
def test_two_years_of_invoices(real_data: Path, policy: str, reached: dict[str, int]) -> None:
    figures = run("ibm", real_data / "receivables", date(2012, 1, 1), date(2014, 6, 30), policy)
    assert figures["totals"]["invoices_reached"] == reached


def test_what_keeps_to_office_hours_goes_out_though_a_day_ends_at_midnight(tmp_path: Path) -> None:
    write_orders(tmp_path, 60, 30)
    last = START.date()
    policy = policies.load(ROOT / "policy.toml")
    first = last - timedelta(days=30)
    figures = replaying.run(tmp_path, None, first, last, step="1d", policy=policy, progress=lambda _day: None)
    assert figures["totals"]["orders_welcomed"] >= 50


def test_six_weeks_of_orders_twice_give_the_same_figures(real_data: Path) -> None:
    first, again = (
        run("olist", real_data / "olist", date(2016, 10, 1), date(2016, 11, 15)) for _ in range(2)
    )
    assert json.dumps(first) == json.dumps(again)
    assert first["totals"]["orders_confirmed"] == _ordered(real_data, date(2016, 11, 15))
    assert sum(day["orders"] for day in first["days"]) == first["totals"]["orders"]
    assert sum(sum(day["sent"].values()) for day in first["days"]) == sum(first["totals"]["sent"].values())


def test_two_months_of_invoices_hold_what_is_disputed(real_data: Path) -> None:
    span = (date(2012, 1, 1), date(2012, 3, 15))
    ignored = run("ibm", real_data / "receivables", *span, "policy-disputes-ignored.toml")["totals"]
    held = run("ibm", real_data / "receivables", *span)["totals"]
    assert held["held"]["disputed"] > 0
    assert held["invoices_reached"]["day-1"] < ignored["invoices_reached"]["day-1"]
