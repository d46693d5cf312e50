"""No statement of the everyday work reads a large table from end to end: its cost would grow with the base.

Every statement that sweeps, escalation and the call list really execute is explained by SQLite.
"""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from models.policy import Policy
from tasks.calling import call_list
from tasks.clock import SetClock
from tasks.database import Database
from tasks.smtp import Refused
from tests import factories
from tests.fakes import FakeMailer
from tests.world import World

_LARGE = (
    "follow_ups|messages|orders|invoices|customers|responses|history|inbound|commitments|cases|statements"
)
_SCAN = re.compile(rf"^SCAN (?:TABLE )?({_LARGE})\w*$")
_WORTH = re.compile(r"^\s*(SELECT|UPDATE|DELETE|WITH)", re.IGNORECASE)


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(migrated_sqlite, tmp_path / "seguito.db")
    database = Database(f"sqlite:///{tmp_path / 'seguito.db'}")
    yield database
    database.close()


def test_the_everyday_work_reads_no_large_table_from_end_to_end(
    sqlite: Database, policy: Policy, clock: SetClock
) -> None:
    seen: dict[str, Any] = {}
    event.listen(
        sqlite.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, parameters, _context, many: seen.setdefault(
            statement, parameters[0] if many else parameters
        ),
    )
    _weeks(World.of(sqlite, policy, clock))
    found = {
        (table, statement)
        for statement, values in seen.items()
        for table in _scans(sqlite, statement, values)
    }
    assert len(seen) > 50
    assert not found, "\n\n".join(f"{table}: {statement}" for table, statement in sorted(found))


def _weeks(world: World) -> None:
    """Orders, invoices, a refused mail, silence, cases: what makes a company busy."""
    world.mailer.answers = lambda mail: (
        Refused(550, "5.1.1 no such user", True)
        if "c-2" in mail.recipients[0]
        else FakeMailer().answers(mail)
    )
    with world.db.write() as session:
        for number in range(4):
            customer = factories.customer(session, f"C-{number}")
            factories.order(
                session, customer, f"SO-{number}", delivered_at=factories.SIGNED + timedelta(days=2)
            )
            factories.invoice(session, customer, f"F-{number}")
            factories.order(session, customer, f"SP-{number}")
    world.day_by_day(world.clock.now() + timedelta(days=20))
    call_list(world.services)


def _scans(db: Database, statement: str, values: Any) -> list[str]:
    """The large tables that a statement reads from end to end."""
    if not _WORTH.match(statement):
        return []
    with db.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        steps = raw.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    return [match[1] for *_, step in steps if (match := _SCAN.match(step))]
