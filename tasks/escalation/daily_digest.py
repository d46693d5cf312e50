"""The daily digest: one mail a day to every manager and director who has calls to make, until nothing is open."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.policy import DIGEST, Policy
from models.queries import people
from models.queries.cases import holds
from models.queries.commitments import parked_mails
from models.queries.escalation import call_list, leavers
from models.queries.escalation.silent_customers import SilentCustomer
from models.queries.planning import plan
from models.rules.calendar.calendars import day_start, local_day, next_open
from models.rules.escalation import ownership
from models.rules.escalation.call_list import is_for_digest
from models.rules.planning.plan import OwedContact, PlanFacts, new_row
from models.rules.planning.step_key import StepKey
from models.words import Role, Subject
from tasks.escalation.call_list import listed
from tasks.escalation.silent_customers import silent_ones
from tasks.mails.digest_facts import DigestFacts, DigestLine, SilentNames
from tasks.runtime.database import Database

_TOLD_OF_HOLDS = (Role.MANAGER, Role.DIRECTOR)
_AFTER_WEEKEND = (6, 0)
"""Sunday or Monday: midnight at the company may be Sunday evening in UTC."""


def plan_digests(db: Database, policy: Policy, now: datetime) -> int:
    """Plan today's digests, once a day and person, within the hours of the cadence; returns how many are new."""
    cadence = policy.cadences.get(DIGEST)
    if cadence is None or next_open(now, policy.windows[cadence.window], policy.company.place) > now:
        return 0
    today = local_day(now, policy.company.place)
    step = str(StepKey(cadence.steps[0].name, day=today))
    midnight = day_start(today, policy.company.place)
    with db.read() as session:
        waiting = [one.call for one in listed(session, policy, now)]
        readers = {reader for call in waiting if is_for_digest(call, midnight) for reader in call.readers}
        readers |= parked_mails.new_owners(session, midnight - _before(midnight))
        readers |= {holder for holder in _new_silent(session, now, now) if holder is not None}
        if leavers.handed_over_since(session, midnight - _before(midnight)):
            language = policy.company.language
            manager = ownership.reached(people.people(session), Role.MANAGER, language, now.date())
            readers |= {manager} if manager is not None else set()
        if holds.any_placed(session, midnight - _before(midnight), now):
            readers |= _managers(session, policy, now)
        new = sorted(readers - plan.planned_for(session, Subject.STAFF, DIGEST, step))
    if new:
        with db.write() as session:
            plan.add_follow_ups(session, [_row(policy, cadence.sweep, holder, step, now) for holder in new])
    return len(new)


def _managers(session: Session, policy: Policy, now: datetime) -> set[int]:
    """Who hears of what a person has stopped: the manager of the day."""
    found = ownership.standing(people.people(session), Role.MANAGER, policy.company.language, now.date())
    return set() if found is None else {found}


def _holds(session: Session, holder: int, now: datetime) -> tuple[tuple[str, str, str, str, datetime], ...]:
    """What a person has stopped, for managers and directors alone."""
    staff = people.staff(session)
    if holder not in staff or staff[holder].role not in _TOLD_OF_HOLDS:
        return ()
    names = {one.ref: one.name for one in staff.values()}
    return tuple(
        (one.customer, one.about, names.get(one.actor, one.actor), one.reason, one.until)
        for one in holds.all_standing(session, now)
    )


def _before(midnight: datetime) -> timedelta:
    """How far back a digest looks for mails of nobody known: to the day before, on a Monday over the weekend."""
    return timedelta(days=3 if midnight.weekday() in _AFTER_WEEKEND else 1)


def _row(policy: Policy, sweep: str, holder: int, step: str, now: datetime) -> dict[str, Any]:
    subject = PlanFacts(Subject.STAFF, holder, None, policy.company.place, {})
    return new_row(subject, OwedContact(DIGEST, step, sweep, now, None), holder)


def digest_of(session: Session, policy: Policy, holder: int, now: datetime) -> DigestFacts:
    """What stands on somebody's list today, and how much waits behind it."""
    mine = [one for one in listed(session, policy, now) if holder in one.call.readers]
    known = call_list.customers(session, [one.call.customer for one in mine if one.today])
    senders = parked_mails.senders(session, [one.call.customer for one in mine if one.today])
    waiting = [one.call for one in mine if not one.today]
    unknown, unknown_since = parked_mails.without_clock(session)
    return DigestFacts(
        lines=tuple(
            DigestLine(
                matter=one.call.matter or (Subject.CASE, one.call.case or 0),
                why=one.call.why,
                customer_name=who.name if who else senders.get(one.call.customer, one.call.customer),
                customer_phone=who.phone if who else None,
                since=one.call.since,
                due_at=one.call.due_at,
                not_before=one.call.not_before,
            )
            for one in mine
            if one.today
            for who in (known.get(one.call.customer),)
        ),
        waiting=len(waiting),
        oldest=min((call.since for call in waiting), default=None),
        holds=_holds(session, holder, now),
        unknown=unknown,
        unknown_since=unknown_since,
        handed=_handed(session, policy, now),
        silent=_silent(session, policy, holder, now),
    )


def _silent(session: Session, policy: Policy, holder: int, now: datetime) -> SilentNames:
    """Who stands on a manager's list for not having answered: the new ones by name, and how many there are."""
    midnight = day_start(local_day(now, policy.company.place), policy.company.place)
    mine = [one.customer for one in silent_ones(session, now) if one.holder == holder]
    new = _new_silent(session, now, midnight).get(holder, ())
    return SilentNames(
        tuple((one.name, one.phone, one.order or "", one.since) for one in new),
        len(mine),
        min((one.since for one in mine), default=None),
    )


def _new_silent(session: Session, now: datetime, before: datetime) -> dict[int | None, list[SilentCustomer]]:
    """By manager: who came onto the list since the last digest that was owed `before` a time."""
    silent = silent_ones(session, now)
    last = plan.last_planned(session, Subject.STAFF, DIGEST, before) if silent else {}
    found: dict[int | None, list[SilentCustomer]] = {}
    for customer, holder in silent:
        told_at = last.get(holder or 0)
        if told_at is None or customer.since > told_at:
            found.setdefault(holder, []).append(customer)
    return found


def _handed(session: Session, policy: Policy, now: datetime) -> tuple[tuple[str, str, int], ...]:
    """What went from people who left to others since the last digest, by name."""
    midnight = day_start(local_day(now, policy.company.place), policy.company.place)
    names = {one.ref: one.name for one in people.staff(session).values()}
    return tuple(
        (names.get(before, before), names.get(after, after), count)
        for before, after, count in leavers.handed_over_since(session, midnight - _before(midnight))
    )
