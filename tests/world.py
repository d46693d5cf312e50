"""A company in a test: a real database, a clock that is moved by hand, and a mail server that remembers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.sweeping import escalate, sweep
from models.policy import Policy
from models.queries.watermarks import set_watermark
from models.tables import Case, CaseReason, Commitment, FollowUp
from models.words import CommitmentKind, Outcome
from tasks.archive.archives import Archive, NoArchive
from tasks.cases.close_case import close_case
from tasks.mails.composer import Composer
from tasks.mails.links import Links
from tasks.responses.record import Answer, hear
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tasks.runtime.trial import RunningTrial
from tasks.sending.sweep_report import Report, Scope
from tasks.services import Services
from tests import factories
from tests.fakes import FakeMailer

SWEEPS = ("welcome-contact", "satisfaction-check", "delay-alert", "credit-recovery")


@dataclass
class World:
    """What acceptance tests play with. Sweeps run as the flows run them, without a Prefect server."""

    db: Database
    policy: Policy
    clock: SetClock
    mailer: FakeMailer
    archive: Archive
    links: Links
    trial: RunningTrial | None = None
    imports_run: bool = True
    """Whether payments were imported just before each sweep."""

    @classmethod
    def of(cls, db: Database, policy: Policy, clock: SetClock) -> "World":
        """A company with its desk, and no customers yet."""
        links = Links("http://pages.example", "test key", clock)
        world = cls(db, policy, clock, FakeMailer(), NoArchive(), links)
        with db.write() as session:
            factories.desk(session)
        return world

    @property
    def services(self) -> Services:
        """As the sweeps get them."""
        composer = Composer(self.policy, self.links, None)
        return Services(
            self.db, self.policy, self.clock, composer, self.mailer, self.archive, trial=self.trial
        )

    def sweep(self, *names: str, dry_run: bool = False) -> Report:
        """Run these sweeps now, or all that write to customers."""
        report = Report()
        if self.imports_run:
            self.import_payments()
        for name in names or SWEEPS:
            report += asyncio.run(sweep(self.services, Scope(name, self.clock.now()), dry_run=dry_run))
        return report

    def import_payments(self, source: str = "books") -> None:
        """The company's system was read, and had nothing new to say."""
        now = self.clock.now()
        with self.db.write() as session:
            set_watermark(session, f"import:{source}:invoices", now.isoformat(), now)

    def escalate(self) -> str:
        """Look at what nobody answered, and tell the managers."""
        return asyncio.run(escalate(self.services, self.clock.now()))

    def day_by_day(self, until: datetime) -> None:
        """Let days pass, with all sweeps twice a day."""
        while self.clock.now() < until:
            self.clock.set(self.clock.now() + timedelta(hours=12))
            self.sweep()
            self.escalate()

    def hear(self, answer: Answer) -> None:
        """A customer says something."""
        with self.db.write() as session:
            hear(session, self.policy, [answer], self.clock.now())

    def close_case(self, text: str, outcome: Outcome = Outcome.ONLY_LISTENED) -> None:
        """The manager closes the one open case."""
        with self.db.write() as session:
            case = session.scalars(select(Case).where(Case.closed_at.is_(None))).one()
            close_case(session, self.policy, case, outcome, text, now=self.clock.now(), actor="M-1")

    def follow_ups(self, kind: str) -> Sequence[FollowUp]:
        """All follow-ups of a kind, in the order of their owing."""
        with self.db.read() as session:
            return session.scalars(
                select(FollowUp).where(FollowUp.kind == kind).order_by(FollowUp.owed_at)
            ).all()

    def promises(self, kind: CommitmentKind) -> Sequence[Commitment]:
        """All promises of a kind, in the order of their making."""
        with self.db.read() as session:
            return session.scalars(
                select(Commitment).where(Commitment.kind == kind).order_by(Commitment.id)
            ).all()

    def count(self, table: type[Any]) -> int:
        """How many rows a table has."""
        with self.db.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def reasons(self) -> list[str]:
        """The reasons in all open cases, oldest first."""
        with self.db.read() as session:
            return list(_open_reasons(session))


def _open_reasons(session: Session) -> Sequence[str]:
    return session.scalars(
        select(CaseReason.reason)
        .join(Case, Case.id == CaseReason.case_id)
        .where(Case.closed_at.is_(None), CaseReason.settled_at.is_(None))
        .order_by(CaseReason.id)
    ).all()
