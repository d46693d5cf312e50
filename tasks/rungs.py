"""Rungs at the moment of telling: who stands there today, and what happens when nobody does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import DIGEST, Policy
from models.queries import cases, commitments, facts, rungs
from models.rules import climbing, ownership
from models.rules.before_sending import IN_DIGEST, Decision, Postpone, Skip
from models.rules.ladder import rank
from models.rules.ownership import Person
from models.tables import Commitment, Customer, FollowUp
from models.words import CommitmentKind, Level, Subject
from tasks.cases import ASKED, RAISED
from tasks.climbing import start

_URGENT = (Subject.CASE, Subject.COMMITMENT)
_OPENED, _AT_ONCE = "opened", (ASKED, ":handed-", RAISED)
"""A case that was handed over, that a colleague raised, or whose link somebody asked for, waits for no digest."""
_ASK_AGAIN = timedelta(hours=1)
_NOBODY = "nobody reachable: "


@dataclass
class Rungs:
    """The rungs of one claim, with the promises that they belong to."""

    session: Session
    policy: Policy
    owed: dict[int, Commitment]
    complaining: Collection[int]
    """Customers who complain: what concerns them is urgent."""
    now: datetime
    empty: list[FollowUp] = field(default_factory=list)
    manned: set[tuple[int, str]] = field(default_factory=set)
    """Commitment and rung of which somebody is told."""

    def staff_for(
        self, row: FollowUp, customer: Customer, people: Sequence[Person], day: datetime
    ) -> int | None:
        """Whom a rung tells today."""
        owed = self.owed[row.subject_id]
        assert row.audience is not None  # noqa: S101 (what makes it a rung)
        return ownership.at_level(
            people, row.audience, owed.owner_id, owed.deputy_id, customer.language, day.date()
        )

    def judge(self, row: FollowUp, customer: Customer, people: Sequence[Person]) -> Decision | None:
        """Say what becomes of a rung before its text is thought of; None: it may be told, to `row.staff_id`."""
        owed = self.owed.get(row.subject_id)
        if owed is None or owed.done_at is not None:
            return Skip("closed")
        if owed.kind == CommitmentKind.DELIVERY and owed.level is None:
            start(self.session, self.policy, owed, complains=False)  # until now, only its first rung
        row.staff_id = self.staff_for(row, customer, people, self.now)
        if row.staff_id is None:
            self.empty.append(row)
            return Skip(f"{_NOBODY}{row.audience}")
        self.manned.add((owed.id, _rung(row)))
        return None

    def waits_for_digest(self, row: FollowUp) -> bool:
        """Whether it is told in the one mail a day: nothing urgent, and for whoever has calls to make."""
        if DIGEST not in self.policy.cadences or row.customer_id in self.complaining:
            return False
        if row.subject_type == Subject.CASE:
            return self.policy.cadences[row.kind].anchor == _OPENED and not any(
                mark in row.step for mark in _AT_ONCE
            )
        return is_rung(row) and self._is_for_caller(row) and self._is_on_the_list_of(row)

    def _is_on_the_list_of(self, row: FollowUp) -> bool:
        """Whether the digest of whoever is told shows it: a customer with an open case stands on its manager's list."""
        case = cases.open_case_of(self.session, row.customer_id or 0)
        return case is None or row.staff_id == (case.taken_by_id or case.manager_id)

    def _is_for_caller(self, row: FollowUp) -> bool:
        is_call = self.owed[row.subject_id].kind == CommitmentKind.LISTENING_CALL
        return is_call or rank(row.audience or Level.OWNER) >= rank(Level.MANAGER)

    def in_digest(self, row: FollowUp) -> Skip:
        """It stands in the digest from now on, every day until it is closed."""
        if is_rung(row):
            told(self.session, row, self.now)
        else:
            about = (row.subject_type, row.subject_id)
            cases.note(self.session, about, "escalated", self.now, row.sweep, cause=row.step, by=IN_DIGEST)
        return Skip(IN_DIGEST)

    def skip_empty(self) -> dict[int, Postpone]:
        """Log every rung at which nobody stands, and have the next one told at once.

        Returns, by id, the rungs that are asked again instead, since nobody stands above them either: no matter ends in
        silence.
        """
        again: dict[int, Postpone] = {}
        for row in self.empty:
            owed = self.owed[row.subject_id]
            level = row.audience or Level.OWNER
            times = climbing.raised(rungs.pending(self.session, owed.id), rank(level), self.now)
            is_told = (owed.id, _rung(row)) in self.manned
            is_higher = owed.level is not None and rank(owed.level) > rank(level)
            if not times and not is_told and not is_higher:
                again[row.id] = Postpone(self.now + _ASK_AGAIN, "nobody to tell")
                continue
            if not is_told:
                rungs.move(self.session, times)
            cases.note(
                self.session, (Subject.COMMITMENT, owed.id), "rung-skipped", self.now, row.sweep,
                cause=f"{_NOBODY}{level}", step=row.step,
            )  # fmt: skip
        return again


def rungs_of(session: Session, policy: Policy, rows: Sequence[FollowUp], now: datetime) -> Rungs:
    """Read what the rungs of a claim need to know."""
    mine = [row for row in rows if is_rung(row)]
    owed = commitments.by_ids(session, {row.subject_id for row in mine})
    customers = {
        row.customer_id for row in rows if row.subject_type in _URGENT and row.customer_id is not None
    }
    return Rungs(session, policy, owed, facts.complaints(session, customers) if customers else (), now)


def is_rung(row: FollowUp) -> bool:
    """Whether a follow-up is the rung of a ladder."""
    return row.subject_type == Subject.COMMITMENT and row.audience is not None


def told(session: Session, row: FollowUp, now: datetime) -> None:
    """A rung was told to somebody: the promise has climbed to that level, and a manager keeps it until it is closed."""
    owed = commitments.to_change(session, row.subject_id)
    if owed is None or row.audience is None:
        return
    if owed.level is None or rank(row.audience) >= rank(owed.level):
        owed.level = row.audience
    to_manager = owed.kind == CommitmentKind.LISTENING_CALL and row.audience != Level.OWNER
    if to_manager or rank(row.audience) >= rank(Level.MANAGER):
        owed.told_id = row.staff_id
    cases.note(
        session,
        (Subject.COMMITMENT, owed.id),
        "escalated",
        now,
        row.sweep,
        cause=row.step,
        level=row.audience,
    )


def _rung(row: FollowUp) -> str:
    return row.step.partition(":")[0]
