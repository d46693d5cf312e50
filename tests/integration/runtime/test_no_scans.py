"""No statement of the everyday work reads a large table from end to end: its cost would grow with the base.

Every statement that sweeps, escalation, collecting and the call list really execute in a company with a past of two
years is explained by SQLite and by PostgreSQL.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text, update

from models.rules.sending.answers import Refused
from models.tables import Base, FollowUp
from models.words import FollowUpState
from tasks.escalation.call_list import call_list
from tasks.runtime.database import Database
from tests import factories
from tests.fakes import FakeMailer
from tests.inbox import SENDER, Inbox, written
from tests.past import Past, write
from tests.world import World

_FOLLOW_UPS, _DUE = 80_000, 40
_LARGE = (
    "follow_ups|messages|orders|invoices|customers|responses|history|inbound"
    "|commitments|cases|case_reasons|statements"
)
_HOT = (
    "ix_follow_ups_due",
    "ix_follow_ups_waiting",
    "ix_follow_ups_claimed",
    "ix_orders_to_plan",
    "ix_messages_doubtful",
    "ix_commitments_subject",
    "ix_follow_ups_message_id",
)
"""What is due, unanswered, left behind, to plan, in doubt, promised, and about a mail."""

_SCAN = re.compile(rf"^SCAN ({_LARGE})\w*(?: USING (?:COVERING )?INDEX (\w+))?$")
_WORTH = re.compile(r"^\s*(SELECT|UPDATE|DELETE|WITH)", re.IGNORECASE)
_SMALL = {
    index.name
    for table in Base.metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["postgresql"]["where"] is not None
}
"""Partial indexes hold what is open, due or changed: reading one from end to end costs what there is to do."""

Seen = Mapping[str, Any]


@pytest.fixture
def grown(world: World) -> World:
    """A company of two years, of whose plans little falls into these weeks, and statistics as they are in use."""
    now = world.clock.now()
    write(world.db, Past(_FOLLOW_UPS, _DUE, 20, now))
    with world.db.write() as session:
        planned = update(FollowUp).where(FollowUp.state == FollowUpState.PLANNED, FollowUp.due_at > now)
        session.execute(planned.values(due_at=now + timedelta(days=200)))
    _analyze(world.db)
    return world


def _analyze(db: Database) -> None:
    with db.write() as session:
        session.execute(text("ANALYZE"))


@pytest.fixture
def seen(grown: World, tmp_path: Path) -> dict[str, Any]:
    """Every statement of three weeks, with the values of its first execution."""
    found: dict[str, Any] = {}
    event.listen(
        grown.db.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, parameters, _context, many: found.setdefault(
            statement, parameters[0] if many else parameters
        ),
    )
    _weeks(grown, Inbox(grown, tmp_path))
    return dict(found)


def test_the_everyday_work_reads_no_large_table_from_end_to_end(grown: World, seen: Seen) -> None:
    assert len(seen) > 50
    found = scans(grown.db, seen)
    assert not found, "\n\n".join(f"{what}: {statement}" for statement, what in sorted(found))
    for index in _HOT:
        with grown.db.write() as session:
            session.execute(text(f"DROP INDEX {index}"))
        before, found = found, scans(grown.db, seen)
        assert found > before, f"nobody would miss {index}"


def _weeks(world: World, inbox: Inbox) -> None:
    """Orders, invoices, a refused mail, answers, a bounce, silence, cases: what makes a company busy."""
    world.mailer.answers = lambda mail: (
        Refused(550, "5.1.1 no such user", True)
        if "cx-2" in mail.recipients[0]
        else FakeMailer().answers(mail)
    )
    with world.db.write() as session:
        factories.staff(session, "X-9", "sales", active=False)  # somebody has left, as everywhere
        for number in range(4):
            customer = factories.customer(session, f"CX-{number}")
            factories.order(
                session, customer, f"SX-{number}", delivered_at=factories.SIGNED + timedelta(days=2)
            )
            factories.invoice(session, customer, f"FX-{number}")
            factories.order(session, customer, f"SP-{number}")
    world.sweep()
    inbox.reply(world.mailer.mails[0], "Il cassetto non si apre, mi chiamate?")
    inbox.bounce(world.mailer.mails[1])
    inbox.reply(
        world.mailer.mails[2], "Grazie, ma manca una maniglia.", To=SENDER
    )  # found by its In-Reply-To alone
    inbox.deliver(  # found by its address alone
        written("Buongiorno, quando arriva?", From="CX-3@Posta.example", To=SENDER)
    )
    inbox.collect()
    world.day_by_day(world.clock.now() + timedelta(days=20))
    call_list(world.db, world.policy, world.clock.now())


def scans(db: Database, seen: Seen) -> set[tuple[str, str]]:
    """Statements that read a large table from end to end, or the whole of an index, and what they read."""
    _analyze(db)
    explain = _of_sqlite if db.engine.dialect.name == "sqlite" else _of_postgresql
    worth = {statement: values for statement, values in seen.items() if _WORTH.match(statement)}
    return {
        (statement, what) for statement, values in worth.items() for what in explain(db, statement, values)
    }


def _of_sqlite(db: Database, statement: str, values: Any) -> list[str]:
    with db.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        steps = raw.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    return [step for *_, step in steps if (match := _SCAN.match(step)) and match[2] not in _SMALL]


def _of_postgresql(db: Database, statement: str, values: Any) -> list[str]:
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()
    nodes = _nodes(plan[0]["Plan"] if isinstance(plan, list) else json.loads(plan)[0]["Plan"])
    return [
        f"{node['Node Type']} {node.get('Relation Name')} {node.get('Index Name', '')}"
        for node in nodes
        if re.fullmatch(_LARGE, node.get("Relation Name", ""))
        and "Scan" in node["Node Type"]
        and "Index Cond" not in node
        and node["Node Type"] != "Bitmap Heap Scan"  # it reads what the index below it found
        and node.get("Index Name") not in _SMALL
    ]


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All steps, but for the first or last entry of an index: one row is read, however large it is."""
    yield node
    for below in node.get("Plans", ()):
        is_one_entry = node["Node Type"] == "Limit" and node["Plan Rows"] == 1 and "Filter" not in below
        if not (is_one_entry and below["Node Type"].startswith("Index")):
            yield from _nodes(below)
