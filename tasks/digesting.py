"""The daily digest: one mail a day to every manager and director who has calls to make, until nothing is open."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.policy import DIGEST, Policy
from models.queries import calling, planning
from models.rules.calendars import day_start, local_day, next_open
from models.rules.calling import is_for_digest
from models.rules.planning import Owed, Subject
from models.words import Subject as SubjectType
from tasks.calling import listed
from tasks.database import Database
from tasks.mails.letter import DigestFacts, DigestLine
from tasks.planning import new_row


def plan_digests(db: Database, policy: Policy, now: datetime) -> int:
    """Plan today's digests, once a day and person, within the hours of the cadence; returns how many are new."""
    cadence = policy.cadences.get(DIGEST)
    if cadence is None or next_open(now, policy.windows[cadence.window], policy.company.place) > now:
        return 0
    step = f"{cadence.steps[0].name}:{local_day(now, policy.company.place)}"
    midnight = day_start(local_day(now, policy.company.place), policy.company.place)
    with db.read() as session:
        waiting = [one.call for one in listed(session, policy, now)]
        readers = {reader for call in waiting if is_for_digest(call, midnight) for reader in call.readers}
        new = sorted(readers - planning.planned_for(session, SubjectType.STAFF, DIGEST, step))
    if new:
        with db.write() as session:
            planning.add_follow_ups(
                session, [_row(policy, cadence.sweep, holder, step, now) for holder in new]
            )
    return len(new)


def _row(policy: Policy, sweep: str, holder: int, step: str, now: datetime) -> dict[str, Any]:
    subject = Subject(SubjectType.STAFF, holder, None, policy.company.place, {})
    return new_row(subject, Owed(DIGEST, step, sweep, now, None), holder)


def digest_of(session: Session, policy: Policy, holder: int, now: datetime) -> DigestFacts:
    """What stands on somebody's list today, and how much waits behind it."""
    mine = [one for one in listed(session, policy, now) if holder in one.call.readers]
    known = calling.customers(session, [one.call.customer for one in mine if one.today])
    waiting = [one.call for one in mine if not one.today]
    return DigestFacts(
        lines=tuple(
            DigestLine(
                matter=one.call.matter or (SubjectType.CASE, one.call.case or 0), why=one.call.why,
                customer_name=known[one.call.customer].name, customer_phone=known[one.call.customer].phone,
                since=one.call.since, due_at=one.call.due_at,
            )
            for one in mine if one.today
        ),
        waiting=len(waiting),
        oldest=min((call.since for call in waiting), default=None),
    )  # fmt: skip
