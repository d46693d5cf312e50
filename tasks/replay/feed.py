"""Facts in the order in which the world learned of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tasks.importing.rows import AnyRow, CustomerRow, InvoiceRow, OrderRow, ResponseRow, StaffRow
from tasks.planning.plan import named_date

_HAPPENINGS = ("delivered_at", "cancelled_at", "paid_at", "disputed_at")


@dataclass(frozen=True)
class Happening:
    """A row, and an instant (UTC) at which there was something new to know of it."""

    at: datetime
    table: str
    row: AnyRow


class Feed:
    """All rows of a source, handed out step by step. `zone` says when a calendar day begins."""

    def __init__(self, rows: Mapping[str, Sequence[AnyRow]], zone: ZoneInfo) -> None:
        self._zone = zone
        self._signed = {row.ref: row.signed_at for row in rows.get("orders", ()) if isinstance(row, OrderRow)}
        found = [
            Happening(at, table, row)
            for table, items in rows.items()
            for row in items
            for at in self._times(row)
        ]
        self._waiting = iter(sorted(found, key=lambda item: (item.at, item.row.ref)))
        self._next = next(self._waiting, None)

    def until(self, now: datetime) -> dict[str, list[AnyRow]]:
        """What became known since the last call, as it stood at `now` (aware): the rest is not there yet."""
        news: dict[str, dict[str, AnyRow]] = {}
        while self._next is not None and self._next.at <= now:
            item = self._next
            news.setdefault(item.table, {})[item.row.ref] = self._as_of(item.row, now)
            self._next = next(self._waiting, None)
        return {table: list(rows.values()) for table, rows in news.items()}

    def _times(self, row: AnyRow) -> Iterator[datetime]:
        match row:
            case StaffRow() | CustomerRow():
                yield datetime.min.replace(tzinfo=UTC)  # they were always there
            case ResponseRow():  # some surveys are dated before the purchase they ask about
                yield max(row.received_at, self._known_from(row.order))
            case OrderRow():
                yield row.signed_at
                later = [self._instant(named_date(text)) for text in row.dates.values()]
                yield from (max(row.signed_at, at) for at in [*later, *self._happened(row)])
            case InvoiceRow():
                issued = max(self._instant(row.issued_on), self._known_from(row.order))
                yield issued
                yield from (max(issued, at) for at in self._happened(row))

    def _known_from(self, order: str | None) -> datetime:
        """Nothing can be known of an order that does not exist yet."""
        return self._signed.get(order or "", datetime.min.replace(tzinfo=UTC))

    def _happened(self, row: OrderRow | InvoiceRow) -> list[datetime]:
        times = (getattr(row, name, None) for name in _HAPPENINGS)
        return [at for at in times if at is not None]

    def _as_of(self, row: AnyRow, now: datetime) -> AnyRow:
        if not isinstance(row, OrderRow | InvoiceRow):
            return row
        ahead: dict[str, Any] = {
            name: None for name in _HAPPENINGS if (at := getattr(row, name, None)) is not None and at > now
        }
        if isinstance(row, InvoiceRow):
            return replace(row, **ahead)
        dates = {name: text for name, text in row.dates.items() if self._instant(named_date(text)) <= now}
        return replace(row, **ahead, dates=dates)

    def _instant(self, at: date | datetime) -> datetime:
        if isinstance(at, datetime):
            return at
        return datetime(at.year, at.month, at.day, tzinfo=self._zone).astimezone(UTC)
