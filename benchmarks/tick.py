"""The tick: planning and claiming what is due must cost the same, however much lies in the base."""

import statistics
import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from benchmarks.bases import Bases
from benchmarks.ground import START, analyze, company, services
from tasks.database import Database
from tasks.planning import plan_all
from tasks.report import Scope
from tasks.sweeping import prepare, rehearse
from tests.fakes import FakeMailer

DUE = 10_000
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :size) ",
    "postgresql": "WITH numbers (n) AS (SELECT generate_series(1, :size)) ",
}
_FOLLOW_UPS = (
    "INSERT INTO follow_ups (subject_type, subject_id, customer_id, sweep, kind, step, nudge, owed_at, due_at, state,"
    " attempts) {numbers} SELECT 'order', 1000000 + n / 4, 1 + n % :customers, 'welcome-contact',"
    " CASE n % 2 WHEN 0 THEN 'welcome-contact' ELSE 'order-confirmation' END, CASE n % 4 WHEN 0 THEN 'a' WHEN 1 THEN"
    " 'b' WHEN 2 THEN 'c' ELSE 'd' END, 0, :before, :before, CASE n % 10 WHEN 0 THEN 'planned' ELSE 'sent' END, 1"
    " FROM numbers"
)
_LATER = "UPDATE follow_ups SET owed_at = :later, due_at = :later WHERE state = 'planned'"


@dataclass(frozen=True)
class Base:
    """One base in a database."""

    kind: str
    size: int
    name: str


def build(bases: Bases, kind: str, size: int) -> Base:
    """Ten thousand orders without a plan, and `size` follow-ups of the past; a tenth of them lies in the future."""

    def fill(db: Database) -> None:
        company(db, DUE, to_plan=False)
        when = {"before": START - timedelta(days=90), "later": START + timedelta(days=90)}
        shown = {
            key: f"{at:%Y-%m-%d %H:%M:%S.%f}" + ("" if kind == "sqlite" else "+00")
            for key, at in when.items()
        }
        filler = _FOLLOW_UPS.replace("{numbers}", _NUMBERS[kind])
        if kind == "sqlite":  # wants WITH before INSERT
            filler = _NUMBERS[kind] + _FOLLOW_UPS.replace("{numbers}", "")
        with db.write() as session:
            values = {"size": size, "customers": DUE}
            if kind == "postgresql":
                filler = filler.replace(":before", "CAST(:before AS timestamptz)")
            session.execute(text(filler), values | {"before": shown["before"]})
        with db.write() as session:
            later = _LATER if kind == "sqlite" else _LATER.replace(":later", "CAST(:later AS timestamptz)")
            session.execute(text(later), {"later": shown["later"]})
        analyze(db)
        plan_all(db, services(db, FakeMailer()).policy, START)  # notes the policy

    return Base(kind, size, bases.prepared(kind, fill))


def idle(bases: Bases, base: Base, times: int = 15) -> float:
    """Seconds for a sweep that finds nothing due and nothing changed."""
    with bases.opened_at(base.kind, base.name) as db:
        opened = services(db, FakeMailer())
        found = []
        for _ in range(times):
            began = time.perf_counter()
            prepare(opened, Scope("welcome-contact", START))
            found.append(time.perf_counter() - began)
    return statistics.median(found)


def busy(bases: Bases, base: Base) -> float:
    """Seconds to plan ten thousand changed orders, and to claim and judge what is due of them; rolled back."""
    with bases.opened_at(base.kind, base.name) as db:
        opened = services(db, FakeMailer())
        _mark(db, "true")
        began = time.perf_counter()
        report = rehearse(opened, Scope("welcome-contact", START))
        seconds = time.perf_counter() - began
        _mark(db, "false")
    assert report.total("to be sent") == DUE, report.sentence()
    return seconds


def _mark(db: Database, changed: str) -> None:
    with db.write() as session:
        session.execute(text(f"UPDATE orders SET to_plan = {changed}"))
    if db.engine.dialect.name == "postgresql":  # what the autovacuum does between sweeps
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM follow_ups"))
            connection.execute(text("VACUUM orders"))
