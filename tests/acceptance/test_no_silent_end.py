"""Whatever people do, in whatever order, no matter is lost and none ends in silence: played on a real database."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.policy import Policy
from models.rules.commitments.ladder import rank
from models.tables import Case, Commitment, FollowUp, Staff
from models.words import CommitmentKind, Level, Outcome, Subject
from tasks.cases.close_case import close_case
from tasks.commitments import ladder
from tasks.commitments.close import fulfil, promise, re_promise
from tasks.responses.record import Answer, Asks
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tests import factories
from tests.world import World

START = datetime(2026, 3, 18, 9, tzinfo=UTC)
PEOPLE = st.sampled_from(["A-1", "A-2", "M-1", "D-1", "S-1"])
KINDS = st.sampled_from([CommitmentKind.REPLY, CommitmentKind.CALL_BACK, CommitmentKind.APPOINTMENT])
TWO = st.sampled_from([1, 2])
PICK = st.integers(0, 5)


class Office(RuleBasedStateMachine):
    """An office with two customers, in which anything may happen; time passes with every step."""

    world: World
    dues: dict[int, datetime]
    number = 0

    @initialize()
    def opens(self) -> None:
        self.dues = {}
        with self.world.db.write() as session:
            for ref in ("C-1", "C-2"):
                factories.customer(session, ref)

    @rule(customer=TWO, kind=KINDS)
    def promises(self, customer: int, kind: CommitmentKind) -> None:
        with self.world.db.write() as session:
            promise(session, self.world.policy, customer, kind, (Subject.CUSTOMER, customer), now=self.now)

    @rule(customer=TWO, meaning=st.sampled_from(["call-me", "rating", "fine", "message"]))
    def hears(self, customer: int, meaning: str) -> None:
        self.number += 1
        asks = Asks.OWNER if meaning == "message" else Asks.BY_MEANING
        rating = 1 if meaning == "rating" else None
        self.world.hear(
            Answer(
                f"r-{self.number}",
                customer,
                meaning,
                "page",
                self.now,
                rating=rating,
                text="Allora?",
                asks=asks,
            )
        )

    @rule(pick=PICK, who=PEOPLE, hours=st.integers(1, 72))
    def acknowledges(self, pick: int, who: str, hours: int) -> None:
        def act(session: Session, one: Commitment) -> None:
            until = self.now + timedelta(hours=hours)
            ladder.acknowledge(session, self.world.policy, one, until, now=self.now, actor=who)

        self._try(pick, act)

    @rule(pick=PICK, who=PEOPLE, days=st.integers(1, 20))
    def snoozes(self, pick: int, who: str, days: int) -> None:
        def act(session: Session, one: Commitment) -> None:
            until = self.now + timedelta(days=days)
            ladder.snooze(session, self.world.policy, one, until, "ferie", now=self.now, actor=who)

        self._try(pick, act)

    @rule(pick=PICK, days=st.integers(1, 6), reason=st.sampled_from(["overload", "customer-asked"]))
    def promises_anew(self, pick: int, days: int, reason: str) -> None:
        def act(session: Session, one: Commitment) -> None:
            due = self.now + timedelta(days=days)
            re_promise(session, self.world.policy, one, due, reason, "poi", now=self.now, actor="A-1")

        self._try(pick, act)

    @rule(pick=PICK)
    def keeps(self, pick: int) -> None:
        def act(session: Session, one: Commitment) -> None:
            fulfil(session, one, "done", "fatto", now=self.now, actor="A-1")

        self._try(pick, act)

    @rule(pick=PICK, to=st.integers(1, 5))
    def hands_over(self, pick: int, to: int) -> None:
        def act(session: Session, one: Commitment) -> None:
            ladder.hand_over(session, self.world.policy, one, to, now=self.now, actor="M-1", cause="turni")

        self._try(pick, act)

    @rule(outcome=st.sampled_from([Outcome.ONLY_LISTENED, Outcome.NOT_REACHED]))
    def closes(self, outcome: Outcome) -> None:
        with self.world.db.write() as session:
            case = session.scalars(select(Case).where(Case.closed_at.is_(None)).limit(1)).first()
            if case is not None:
                close_case(session, self.world.policy, case, outcome, "sentita", now=self.now, actor="M-1")

    @rule(who=PEOPLE, there=st.booleans())
    def comes_and_goes(self, who: str, there: bool) -> None:
        with self.world.db.write() as session:
            person = session.scalars(select(Staff).where(Staff.ref == who)).one()
            person.email = f"{who.lower()}@casa.example" if there else None

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.world.clock.set(self.now + timedelta(hours=hours))
        self.world.escalate()

    @invariant()
    def nothing_is_lost_and_nothing_ends_in_silence(self) -> None:
        with self.world.db.read() as session:
            for one in session.scalars(select(Commitment)):
                assert self.dues.setdefault(one.id, one.due_at) == one.due_at, "a due time never moves"
                if one.done_at is not None:
                    assert one.outcome, "closed without a word"
                    continue
                waiting = session.scalars(
                    select(FollowUp.id).where(
                        FollowUp.subject_type == Subject.COMMITMENT,
                        FollowUp.subject_id == one.id,
                        FollowUp.state == "planned",
                    )
                ).all()
                is_listed = one.told_id is not None and rank(one.level or Level.OWNER) >= rank(Level.DEPUTY)
                assert waiting or is_listed, f"{one.kind} would be forgotten"
            for case in session.scalars(select(Case).where(Case.closed_at.is_(None))):
                calls = session.scalars(
                    select(Commitment).where(
                        Commitment.case_id == case.id,
                        Commitment.kind == CommitmentKind.LISTENING_CALL,
                        Commitment.done_at.is_(None),
                    )
                ).all()
                assert len(calls) == 1, "a case without a clock"

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def _try(self, pick: int, act: Callable[[Session, Commitment], object]) -> None:
        """Do something to one of the open promises; what the rules refuse changes nothing."""
        with self.world.db.write() as session:
            found = session.scalars(
                select(Commitment).where(Commitment.done_at.is_(None)).order_by(Commitment.id)
            ).all()
            if found:
                try:
                    act(session, found[pick % len(found)])
                except ValueError:
                    session.rollback()

    def teardown(self) -> None:
        self.world.db.close()


@pytest.mark.parametrize("examples", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_no_sequence_of_events_loses_a_matter_or_ends_it_in_silence(
    migrated_sqlite: Path, tmp_path: Path, policy: Policy, examples: int
) -> None:
    numbers = iter(range(100_000))

    def office() -> Office:
        path = tmp_path / f"office-{next(numbers)}.db"
        shutil.copy(migrated_sqlite, path)
        machine = Office()
        machine.world = World.of(Database(f"sqlite:///{path}"), policy, SetClock(START))
        return machine

    run_state_machine_as_test(
        office,
        settings=settings(
            max_examples=examples,
            stateful_step_count=14,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
