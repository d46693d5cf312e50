"""Claiming: take what is due, look at the facts once more, decide, and write it down, all in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import claim
from models.rules.calendar.calendars import day_start, local_day
from models.rules.sending.before_sending import HoldBack, Postpone, Send, Skip
from models.rules.sending.faults import Fault
from tasks.mails.letter_facts import Desk, Group
from tasks.runtime.apart import apart
from tasks.sending.apply import apply
from tasks.sending.decide import decide_batch
from tasks.sending.follow_up_changes import outcome_of, settlement
from tasks.sending.gather import gather
from tasks.sending.group import group
from tasks.sending.hold_rows import hold_rows
from tasks.sending.rate_limit import put_off
from tasks.sending.spacing import crowded
from tasks.sending.sweep_report import Report, Scope

BATCH = 500
"""Follow-ups a claim takes: one Prefect task run each, so not too few; one transaction each, so not too many."""


@dataclass
class Claimed:
    """What a claim took and decided."""

    token: str
    lease_until: datetime
    groups: list[Group] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    desk: Desk | None = None
    scope: Scope | None = None
    count: int = 0
    kept_back: dict[int, tuple[str, int, str]] = field(default_factory=dict)
    """By follow-up: subject type, subject and the condition for which it is held or skipped."""


def claim_batch(
    session: Session, policy: Policy, scope: Scope, *, token: str, clock_now: datetime
) -> Claimed:
    """Take up to `scope.limit` due follow-ups of a sweep, and decide about each of them.

    What is not to be sent is settled here, with its reason; what is to be sent comes back in groups, one a mail.
    `clock_now` is the real time (leases); what is due is judged by `scope.now`.
    """
    result = Claimed(token, clock_now + timedelta(minutes=policy.sending.lease_minutes), scope=scope)
    claim.forget_plans(session)
    due = claim.due(scope.sweep, scope.now, scope.limit, scope.customers, scope.kinds)
    ids = claim.claim(session, due, token, result.lease_until)
    result.count = len(ids)
    if ids:
        ids += _companions(session, policy, scope, ids, result)
        ids += _going_along(session, policy, scope, ids, result)
        _settle_apart(session, policy, scope, ids, result)
        _put_off(session, policy, scope, result, clock_now)
    return result


def _settle_apart(
    session: Session, policy: Policy, scope: Scope, ids: Sequence[int], result: Claimed
) -> None:
    """Settle these follow-ups, customer by customer where it has to be, so that a fault costs its own row."""

    def settle(units: Sequence[Sequence[int]]) -> Claimed:
        done = Claimed(result.token, result.lease_until)
        _settle(session, policy, scope, [id_ for unit in units for id_ in unit], done)
        return done

    def one_by_one(unit: Sequence[int], fault: Fault) -> None:
        if len(unit) == 1:
            hold_rows(session, unit, fault, scope.now, result.report)
            return
        for done in apart(session, [[id_] for id_ in unit], settle, one_by_one):
            _add(result, done)

    for done in apart(session, claim.by_customer(session, ids), settle, one_by_one):
        _add(result, done)


def _add(result: Claimed, done: Claimed) -> None:
    result.groups += done.groups
    result.report += done.report
    result.desk = done.desk or result.desk
    result.kept_back |= done.kept_back


def _companions(
    session: Session, policy: Policy, scope: Scope, ids: Sequence[int], result: Claimed
) -> list[int]:
    """Claim what else belongs into the letters of this batch."""
    kinds = [kind for kind in policy.kinds_of(scope.sweep) if policy.cadences[kind].one_letter]
    wanted = claim.customers_by_kind(session, ids, kinds) if kinds else {}
    return [
        id_
        for kind, customers in wanted.items()
        for id_ in claim.claim(
            session,
            claim.companions(scope.sweep, kind, scope.now, customers),
            result.token,
            result.lease_until,
        )
    ]


def _going_along(
    session: Session, policy: Policy, scope: Scope, ids: Sequence[int], result: Claimed
) -> list[int]:
    """Claim what would go to the same customers later today and can go with the mails of this batch: the welcome."""
    kinds = [kind for kind in policy.kinds_of(scope.sweep) if not scope.kinds or kind in scope.kinds]
    pairs = [
        (kind, other)
        for kind in kinds
        for other in kinds
        if policy.cadences[kind].goes_before(policy.cadences[other])
    ]
    place = policy.company.place
    until = day_start(local_day(scope.now, place) + timedelta(days=1), place)
    query = claim.going_along(session, ids, pairs, until) if pairs else None
    return [] if query is None else claim.claim(session, query, result.token, result.lease_until)


def _settle(session: Session, policy: Policy, scope: Scope, ids: Sequence[int], result: Claimed) -> None:
    """Gather, decide, apply, group: for these follow-ups."""
    batch = gather(session, policy, ids, scope.now, at_any_hour=scope.at_any_hour)
    rulings = decide_batch(policy, batch)
    apply(session, policy, scope, rulings, result.report)
    sends = [(one.row, one.customer) for one in rulings.each if isinstance(one.decision, Send)]
    result.groups += group(session, policy, batch, sends)
    result.desk = batch.desk
    result.kept_back |= {
        one.row.id: (one.row.subject_type, one.row.subject_id, one.decision.reason)
        for one in rulings.each
        if isinstance(one.decision, HoldBack | Skip)
    }


def _put_off(session: Session, policy: Policy, scope: Scope, result: Claimed, clock_now: datetime) -> None:
    """Keep back the mails that make room for others, or for which their address, or a new domain, has had enough."""
    waits: dict[int, Postpone | Skip] = {}

    def wait(groups: Sequence[Group]) -> dict[int, Postpone | Skip]:
        found = crowded(session, policy, groups, scope.now)
        others = [one for one in groups if one.lead.id not in found]
        return {**found, **put_off(session, policy, others, scope.now, clock_now)}

    def failed(one: Group, fault: Fault) -> None:
        hold_rows(session, [row.id for row in one.follow_ups], fault, scope.now, result.report)
        result.groups.remove(one)

    for found in apart(session, list(result.groups), wait, failed):
        waits |= found
    later = [one for one in result.groups if one.lead.id in waits]
    for one in later:
        rows = one.follow_ups
        result.report.count(one.lead.kind, *outcome_of(waits[one.lead.id]), number=len(rows), about=rows)
    claim.settle(
        session,
        [{"id": row.id, **settlement(row, waits[one.lead.id])} for one in later for row in one.follow_ups],
    )
    result.groups = [one for one in result.groups if one.lead.id not in waits]
