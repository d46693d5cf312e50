"""A company's past of any size: two years of orders, and what became of them, written by the database itself.

The oldest orders come first, as they came into being, with eight follow-ups each: most are over, those of the younger
orders are planned for later. What is due lies scattered evenly over all of it, which is more than in life.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from tasks.runtime.database import Database

DAYS = 730
_CHUNK = 400_000
_PER_ORDER = 8
_STEPS = (  # sweep, kind, step, days after signing, how most of them ended
    ("satisfaction-check", "satisfaction-check", "six-months", 210, "silent"),
    ("welcome-contact", "order-confirmation", "confirmation", 0, "sent"),
    ("welcome-contact", "welcome-contact", "welcome", 1, "answered"),
    ("welcome-contact", "welcome-missing", "alarm", 7, "skipped"),
    ("welcome-contact", "progress-update", "a-week-before", 21, "sent"),
    ("satisfaction-check", "arrival-check", "arrived", 29, "sent"),
    ("satisfaction-check", "satisfaction-check", "first-days", 31, "answered"),
    ("satisfaction-check", "satisfaction-check", "one-month", 58, "silent"),
)
_OF_ORDERS = (
    "customers",
    "orders",
    "invoices",
    "messages",
    "commitments",
    "history",
    "responses",
    "inbound",
    "cases",
    "case-reasons",
    "statements",
)
_SQL = Path(__file__).with_suffix(".sql")
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)",
    "postgresql": "WITH numbers (n) AS (SELECT generate_series(CAST(:first AS bigint), CAST(:last AS bigint)))",
}
_DUE = "slot = 0 AND (n - 1) / {each} % {stride} = 0 AND (n - 1) / {each} < {stride} * {due}"


@dataclass(frozen=True)
class Past:
    """How much of everything there is."""

    follow_ups: int
    due: int
    new: int
    """Orders signed an hour ago, by customers of all these years."""
    until: datetime
    """Where it ends."""

    @property
    def each(self) -> int:
        """Follow-ups an order."""
        return min(_PER_ORDER, self.follow_ups // self.due)

    @property
    def orders(self) -> int:
        """Orders of the past, with a customer, an invoice, a mail and a promise each."""
        return self.follow_ups // self.each


def write(db: Database, past: Past) -> None:
    """Fill a database where nothing but three members of staff are. The caller brings the statistics up to date."""
    kind = db.engine.dialect.name
    statements = _statements()
    with _loading(db) as connection:
        _calendar(connection, kind, past.until)
        for name in _OF_ORDERS:
            _fill(connection, statements[name], past.orders, past)
        _fill(connection, statements["follow-ups"], past.follow_ups, past)
        _fill(connection, statements["new-orders"], past.new, past)
        _continue_numbers(connection, kind)


def _statements() -> dict[str, str]:
    """By name, as they stand behind `-- name` in `past.sql`."""
    _, *parts = re.split(r"^-- (\S+)\n(?=INSERT)", _SQL.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: body.strip().rstrip(";") for name, body in zip(parts[::2], parts[1::2], strict=True)}


@contextlib.contextmanager
def _loading(db: Database) -> Iterator[Connection]:
    """A connection that takes everything's word for it: what is written here refers to what is there."""
    off = (
        ("PRAGMA foreign_keys = OFF", "PRAGMA cache_size = -400000")
        if db.engine.dialect.name == "sqlite"
        else ("SET session_replication_role = replica",)
    )
    with db.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        for statement in off:
            raw.execute(statement)
        yield connection
        connection.commit()
        connection.invalidate()


def _fill(connection: Connection, statement: str, last: int, past: Past) -> None:
    """Run a statement over the numbers from 1 to `last`, a part of them in each transaction."""
    figures = {
        "orders": past.orders,
        "each": past.each,
        "new": past.new,
        "days": DAYS,
        "stride": past.orders // past.due,
    }
    due = _DUE.format(**figures, due=past.due)
    shown = statement.format(numbers=_NUMBERS[connection.dialect.name], **figures, due=due)
    for first in range(1, last + 1, _CHUNK):
        connection.execute(text(shown), {"first": first, "last": min(first + _CHUNK - 1, last)})
        connection.commit()


def _calendar(connection: Connection, kind: str, until: datetime) -> None:
    """What happened on which day to an order signed on it, as two small tables of this connection alone."""
    time_, day = ("TEXT", "TEXT") if kind == "sqlite" else ("timestamptz", "date")
    connection.execute(
        text(
            f"CREATE TEMP TABLE days (day INTEGER PRIMARY KEY, signed {time_}, issued {day}, promised {day},"
            f" ends {time_}, delivered {time_})"
        )
    )
    connection.execute(
        text(
            f"CREATE TEMP TABLE shapes (day INTEGER, slot INTEGER, sweep TEXT, kind TEXT, step TEXT, at {time_},"
            f" state TEXT, attempts INTEGER, sent {time_}, due_at {time_}, PRIMARY KEY (day, slot))"
        )
    )
    connection.execute(
        text("INSERT INTO days VALUES (:day, :signed, :issued, :promised, :ends, :delivered)"),
        [_day(number, kind, until) for number in range(DAYS + 40)],
    )
    connection.execute(
        text(
            "INSERT INTO shapes VALUES (:day, :slot, :sweep, :kind, :step, :at, :state, :attempts, :sent, :due_at)"
        ),
        [_shape(number, slot, kind, until) for number in range(DAYS) for slot in range(_PER_ORDER)],
    )
    connection.execute(text("ANALYZE days"))
    connection.execute(text("ANALYZE shapes"))


def _day(number: int, kind: str, until: datetime) -> dict[str, Any]:
    """Days from 0 on lie in the past; from `DAYS` on they are of orders signed an hour ago, promised differently."""
    new = number >= DAYS
    signed = until - timedelta(hours=1) if new else _signed(number, until)
    promised = signed.date() + timedelta(days=20 + number % 40 if new else 28)
    delivered = signed + timedelta(days=27)
    return {
        "day": number,
        "signed": _text(signed, kind),
        "issued": _text(signed.date(), kind),
        "promised": _text(promised, kind),
        "ends": _text(signed + timedelta(days=28), kind),
        "delivered": _text(delivered, kind) if delivered < until else None,
    }


def _shape(number: int, slot: int, kind: str, until: datetime) -> dict[str, Any]:
    sweep, name, step, after, ended = _STEPS[slot]
    at = _signed(number, until) + timedelta(days=after)
    over = at < until
    return {
        "day": number,
        "slot": slot,
        "sweep": sweep,
        "kind": name,
        "step": step,
        "at": _text(at, kind),
        "state": ended if over else "planned",
        "attempts": int(over),
        "sent": _text(at, kind) if over and ended != "skipped" else None,
        "due_at": _text(until - timedelta(minutes=30), kind),
    }


def _signed(number: int, until: datetime) -> datetime:
    return until - timedelta(days=DAYS - number, hours=2)


def _text(at: date, kind: str) -> str:
    """As the database keeps it."""
    if not isinstance(at, datetime):
        return at.isoformat()
    return f"{at:%Y-%m-%d %H:%M:%S.%f}" + ("" if kind == "sqlite" else "+00")


def _continue_numbers(connection: Connection, kind: str) -> None:
    """Where ids were given, PostgreSQL's own counting goes on behind them."""
    if kind == "sqlite":
        return
    for table in ("customers", "orders", "invoices", "messages", "commitments", "cases"):
        connection.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        )
