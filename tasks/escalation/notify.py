"""Rungs at the moment of telling: who stands there today, and what happens when nobody does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import DIGEST, Policy
from models.queries import facts, history
from models.queries.cases import cases
from models.queries.commitments import commitments
from models.queries.escalation import ladder_steps
from models.rules.calendar.due import due_at
from models.rules.commitments import ladder_changes
from models.rules.commitments.ladder import rank
from models.rules.escalation import ownership
from models.rules.escalation.ownership import UNREACHED, Person
from models.rules.planning.step_key import Mark, StepKey
from models.rules.sending.before_sending import IN_DIGEST, NOBODY, Decision, Postpone, Skip, Unheard
from models.tables import Commitment, Customer, FollowUp
from models.words import CommitmentKind, Level, Role, Subject
from tasks.cases.open_case import note_stand_in
from tasks.commitments.ladder import start

_OF_ROLE = (Level.MANAGER, Level.DIRECTOR)
_URGENT = (Subject.CASE, Subject.COMMITMENT)
_OPENED, _AT_ONCE = "opened", (Mark.LINK, Mark.HANDED, Mark.RAISED)
"""A case that was handed over, that a colleague raised, or whose link somebody asked for, waits for no digest."""
_NEXT_DAY = "1 business day"


@dataclass
class Rungs:
    """The rungs of one claim, with the promises that they belong to."""

    session: Session
    policy: Policy
    owed: dict[int, Commitment]
    complaining: Collection[int]
    """Customers who complain: what concerns them is urgent."""
    now: datetime
    decided: dict[int, Decision] = field(default_factory=dict)
    """By id, the rungs that nobody is told of now."""
    brought_forward: bool = False
    """The next rung is due by now, since nobody stood at one below it."""
    manned: set[tuple[int, StepKey, int]] = field(default_factory=set)
    """Commitment, rung and rank of which somebody is told."""

    def place(self, rows: Sequence[tuple[FollowUp, Customer, Sequence[Person]]]) -> None:
        """Say who is told at each rung, into `row.staff_id`, of the people given; `decided` has those without anybody.

        A rung at which nobody stands is skipped, and the next one told at once. Where nobody stands above it either, it
        is anybody who can be reached: no matter ends in silence.
        """
        empty = []
        for row, customer, people in rows:
            owed = self.owed.get(row.subject_id)
            if owed is None or owed.done_at is not None:
                self.decided[row.id] = Skip("closed")
                continue
            if owed.kind == CommitmentKind.DELIVERY and owed.level is None:
                start(self.session, self.policy, owed, complains=False)  # until now, only its first rung
            level = _level(row)
            row.staff_id = ownership.at_level(
                people, level, owed.owner_id, owed.deputy_id, customer.language, self.now.date()
            )
            if row.staff_id is None:
                empty.append((row, owed, customer, people))
            else:
                self.manned.add((owed.id, _rung(row), rank(level)))
        for row, owed, customer, people in sorted(empty, key=lambda one: -rank(_level(one[0]))):
            self._go_past(row, owed, customer, people)

    def _go_past(self, row: FollowUp, owed: Commitment, customer: Customer, people: Sequence[Person]) -> None:
        """Nobody stands at this rung: somebody else is told, here or above."""
        level = _level(row)
        pending = ladder_steps.pending(self.session, owed.id)
        if not self._is_told_above(row, owed) and not any(one.waits_for_people for one in pending):
            times = ladder_changes.raised(pending, rank(level), self.now)
            if not times:
                self._tell_anybody(row, owed, customer, people)
                return
            ladder_steps.move(self.session, times)
            self.brought_forward = True
        history.note(
            self.session,
            (Subject.COMMITMENT, owed.id),
            "rung-skipped",
            self.now,
            row.sweep,
            cause=f"{UNREACHED}{level}",
            step=row.step,
        )
        self.decided[row.id] = Skip(f"{UNREACHED}{level}")

    def _is_told_above(self, row: FollowUp, owed: Commitment) -> bool:
        """Whether somebody else of the same rung, or of a higher one, is told, or was before."""
        level = rank(_level(row))
        now = (rung == _rung(row) or height > level for id_, rung, height in self.manned if id_ == owed.id)
        return any(now) or (owed.level is not None and rank(owed.level) > level)

    def _tell_anybody(
        self, row: FollowUp, owed: Commitment, customer: Customer, people: Sequence[Person]
    ) -> None:
        self.manned.add((owed.id, _rung(row), rank(_level(row))))
        row.staff_id = ownership.anybody(people, owed.owner_id, customer.language, self.now.date())
        if row.staff_id is None:
            self.decided[row.id] = self.unheard(row)

    def unheard(self, row: FollowUp) -> Decision:
        """Nobody of our people can be reached: the history says so once, and the notice stays owed.

        It is told as soon as somebody can be reached (`tasks.escalation.undeliverable_notices`), and looked at again
        every working day. Of digests there is another one on each day.
        """
        if row.subject_type == Subject.STAFF:
            return Skip(NOBODY)
        is_known = row.reason == NOBODY
        if not is_known:
            about = (row.subject_type, row.subject_id)
            history.note(self.session, about, "unheard", self.now, row.sweep, cause=NOBODY, step=row.step)
        return Unheard(self._tomorrow(), is_known)

    def without_seller(self, row: FollowUp, people: Sequence[Person]) -> Decision:
        """Nobody else can tell the seller's version: asked once he or she is back, or not at all."""
        is_away = any(person.id == row.staff_id and person.email for person in people)
        return Postpone(self._tomorrow(), "away") if is_away else Skip(f"{UNREACHED}{Role.SELLER}")

    def _tomorrow(self) -> datetime:
        return due_at(self.now, _NEXT_DAY, self.policy.working_hours, self.policy.company.place)

    def waits_for_digest(self, row: FollowUp) -> bool:
        """Whether it is told in the one mail a day: nothing urgent, and for whoever has calls to make."""
        if DIGEST not in self.policy.cadences or row.customer_id in self.complaining:
            return False
        if row.subject_type == Subject.CASE:
            return (
                self.policy.cadences[row.kind].anchor == _OPENED
                and StepKey.parse(row.step).mark not in _AT_ONCE
            )
        return is_rung(row) and self._is_for_caller(row) and self._is_on_the_list_of(row)

    def _is_on_the_list_of(self, row: FollowUp) -> bool:
        """Whether the digest of whoever is told shows it: a customer with an open case stands on its manager's list."""
        case = cases.open_case_of(self.session, row.customer_id or 0)
        return case is None or row.staff_id == (case.taken_by_id or case.manager_id)

    def _is_for_caller(self, row: FollowUp) -> bool:
        is_call = self.owed[row.subject_id].kind == CommitmentKind.LISTENING_CALL
        return is_call or rank(_level(row)) >= rank(Level.MANAGER)

    def in_digest(self, row: FollowUp) -> Skip:
        """It stands in the digest from now on, every day until it is closed."""
        if is_rung(row):
            told(self.session, row, self.now)
        else:
            about = (row.subject_type, row.subject_id)
            history.note(self.session, about, "escalated", self.now, row.sweep, cause=row.step, by=IN_DIGEST)
        return Skip(IN_DIGEST)


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
    about = (Subject.COMMITMENT, owed.id)
    history.note(session, about, "escalated", now, row.sweep, cause=row.step, level=row.audience)
    if row.audience in _OF_ROLE and row.staff_id is not None:
        note_stand_in(session, about, row.audience, row.staff_id, now, row.sweep)


def _level(row: FollowUp) -> str:
    return row.audience or Level.OWNER


def _rung(row: FollowUp) -> StepKey:
    return StepKey.parse(row.step).rung
