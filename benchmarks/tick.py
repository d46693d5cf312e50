"""The tick: planning and claiming what is due must cost the same, however much lies in the base."""

import statistics
import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks.bases import Bases
from benchmarks.ground import START, analyze, desk, services
from models.queries.sending import claim as claiming
from models.tables import Staff
from models.words import FollowUpState
from tasks.planning.plan import plan_all, plan_batch
from tasks.runtime.database import Database
from tasks.sending.claim import claim_batch
from tasks.sending.sweep import DRY_RUN, prepare
from tasks.sending.sweep_report import Scope
from tasks.services import Services
from tests.fakes import FakeMailer
from tests.past import Past, write

DUE = 10_000
SWEEP = "satisfaction-check"


@dataclass(frozen=True)
class Base:
    """One base in a database."""

    kind: str
    past: Past
    name: str


@dataclass(frozen=True)
class Seconds:
    """How long the two halves of a tick took."""

    planning: float
    claiming: float

    @property
    def together(self) -> float:
        """The whole."""
        return self.planning + self.claiming


def build(bases: Bases, kind: str, size: int) -> Base:
    """Ten thousand new orders without a plan, and `size` follow-ups, of which ten thousand are due."""
    past = Past(size, DUE, DUE, START)

    def fill(db: Database) -> None:
        with db.write() as session:
            session.execute(insert(Staff), desk())
        write(db, past)
        analyze(db)
        _vacuum(db, "")
        plan_all(db, services(db, FakeMailer()).policy, START)  # notes the policy

    return Base(kind, past, bases.prepared(kind, fill))


def idle(bases: Bases, base: Base, times: int = 15) -> float:
    """Seconds for a sweep that finds nothing due and nothing changed, though much is planned for later."""
    scope = Scope(SWEEP, START - timedelta(hours=1))
    with bases.opened_at(base.kind, base.name) as db:
        opened = services(db, FakeMailer())
        found = []
        for _ in range(times):
            began = time.perf_counter()
            report = prepare(opened, scope)
            found.append(time.perf_counter() - began)
            assert not report.due
    return statistics.median(found)


def busy(bases: Bases, base: Base) -> Seconds:
    """Seconds to plan the new orders, and to claim and judge what is due; in one transaction, rolled back."""
    with bases.opened_at(base.kind, base.name) as db:
        opened = services(db, FakeMailer())
        _mark(db, base.past, "true")
        with db.rehearse() as session:
            began = time.perf_counter()
            planned = _plan(opened, session)
            halfway = time.perf_counter()
            sent = _claim(opened, session)
            ended = time.perf_counter()
        _mark(db, base.past, "false")
        _vacuum(db, "follow_ups, orders, commitments")
    assert (planned, sent) == (DUE, DUE)
    return Seconds(halfway - began, ended - halfway)


def _plan(services_: Services, session: Session) -> int:
    total = 0
    while planned := plan_batch(session, services_.policy, START):
        total += planned
    return total


def _claim(services_: Services, session: Session) -> int:
    """What a sweep does of a batch, but for composing and sending."""
    total = 0
    while True:
        claimed = claim_batch(session, services_.policy, Scope(SWEEP, START), token=DRY_RUN, clock_now=START)
        if claimed.count == 0:
            return total
        sent = [row.id for group in claimed.groups for row in group.follow_ups]
        claiming.settle(session, [{"id": id_, "state": FollowUpState.SENT, "sent_at": START} for id_ in sent])
        total += len(sent)


def _mark(db: Database, past: Past, changed: str) -> None:
    with db.write() as session:
        session.execute(text(f"UPDATE orders SET to_plan = {changed} WHERE id > {past.orders}"))


def _vacuum(db: Database, tables: str) -> None:
    """What the autovacuum of PostgreSQL does between sweeps."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM {tables}"))
            connection.execute(text("CHECKPOINT"))
