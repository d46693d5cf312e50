"""The guard of imports over a quarter of two real companies, day by day: it never asks about an ordinary day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.policy import Policy
from models.queries.importing import guard as queries
from models.rules.importing.guard import GuardKind, usual_new
from tasks.importing.apply import apply_rows, finish
from tasks.importing.guard import Guard
from tasks.importing.rows import TABLES, AnyRow, Reject
from tasks.importing.source import open_source
from tasks.replay.feed import Feed
from tasks.runtime.database import Database

ROOT = Path(__file__).parents[3]
GUARDED = ("customers", "orders", "invoices")


def rows_of(source: str, data: Path, last: date) -> tuple[dict[str, list[AnyRow]], ZoneInfo]:
    found: dict[str, list[AnyRow]] = {}
    with open_source(ROOT / "sources" / source, data, {}) as opened:
        after = datetime(last.year, last.month, last.day, tzinfo=UTC)
        for table in opened.tables:
            if table != "responses":
                for batch in opened.read(table, after):
                    found.setdefault(table, []).extend(row for row in batch if not isinstance(row, Reject))
        return found, ZoneInfo(opened.config.timezone)


@pytest.mark.parametrize("every", [1, 31])
@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("source", "folder", "first"),
    [("ibm", "receivables", date(2013, 1, 1)), ("olist", "olist", date(2017, 10, 1))],
)
def test_an_ordinary_quarter_is_never_asked_about(
    db: Database, policy: Policy, real_data: Path, source: str, folder: str, first: date, every: int
) -> None:
    rows, zone = rows_of(source, real_data / folder, first + timedelta(days=400))
    feed, at = Feed(rows, zone), datetime(first.year, first.month, first.day, 6, tzinfo=zone).astimezone(UTC)
    before: datetime | None = None
    asked: list[tuple[datetime, str, GuardKind]] = []
    for day in range(0, 93, every):
        now = at + timedelta(days=day)
        news = feed.until(now)
        for table in TABLES:
            with db.write() as session:
                guard = (
                    Guard(
                        table,
                        policy.imports,
                        queries.bases(session, table),
                        before,
                        usual_new=usual_new(
                            queries.fullest_day(session, table, now), before, now, policy.imports
                        ),
                    )
                    if table in GUARDED and before is not None
                    else None
                )
                apply_rows(
                    session, table, news.get(table, []), now, "import:books", policy=policy, guard=guard
                )
                if guard is not None:
                    asked += [(now, table, kind) for kind in GuardKind if guard.trips(kind)]
                    finish(session, guard, now, "import:books", policy=policy)
        before = now
    assert asked == []
