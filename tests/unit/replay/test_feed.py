from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from tasks.importing.rows import InvoiceRow, OrderRow, ResponseRow
from tasks.replay.feed import Feed


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


ORDER = OrderRow(
    ref="SO-1",
    customer="C-1",
    description="",
    currency="EUR",
    signed_at=at(2),
    promised_on=date(2026, 3, 20),
    delivered_at=at(10, 9),
    dates={"survey": at(12).isoformat(), "measured": "2026-03-05"},
)


def test_a_fact_appears_when_it_happened_and_not_before() -> None:
    feed = Feed({"orders": [ORDER]}, ZoneInfo("Europe/Rome"))
    assert feed.until(at(1)) == {}
    [signed] = feed.until(at(2))["orders"]
    assert (signed.delivered_at, signed.promised_on, signed.dates) == (None, date(2026, 3, 20), {})  # type: ignore[union-attr]
    [measured] = feed.until(at(8))["orders"]
    assert list(measured.dates) == ["measured"]  # type: ignore[union-attr]
    [whole] = feed.until(at(31))["orders"]
    assert whole == ORDER
    assert feed.until(at(31)) == {}


def test_nothing_is_said_of_an_order_before_it_exists() -> None:
    said = ResponseRow(ref="r", meaning="rating", rating=5, order="SO-1", received_at=at(1))
    billed = InvoiceRow(
        ref="F-1",
        customer="C-1",
        order="SO-1",
        amount_cents=1,
        currency="EUR",
        issued_on=date(2026, 3, 1),
        due_on=date(2026, 3, 31),
    )
    feed = Feed({"orders": [ORDER], "invoices": [billed], "responses": [said]}, ZoneInfo("UTC"))
    assert feed.until(at(1, 23)) == {}
    assert set(feed.until(at(2))) == {"orders", "invoices", "responses"}
