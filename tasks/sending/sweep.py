"""The steps of a sweep: prepare, then one batch after the other. Each may run twice, late, or at once with itself."""

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.errors import RefusedError, TryLaterError
from models.queries import people
from models.queries.planning import plan
from models.queries.sending import claim
from models.queries.sending.waiting import count_due, waiting
from models.tables import FollowUp
from models.words import FollowUpState
from tasks.credit_recovery.ask_manager import withdraw_moot
from tasks.planning.plan import plan_all, plan_batch
from tasks.runtime.held_rows import try_again
from tasks.sending import rate_limit
from tasks.sending.claim import Claimed, claim_batch
from tasks.sending.dispatch import Dispatch, MailServerUnreachableError, ServerRefusesError
from tasks.sending.recheck import look_again
from tasks.sending.settle_doubtful import settle_doubts, take_up_journals
from tasks.sending.since_backup import settle_since_backup
from tasks.sending.sweep_report import Report, Scope
from tasks.services import Services

DRY_RUN = "dry-run"
"""The claim token of a rehearsal; it is rolled back before anybody sees it."""


class UnknownCustomersError(RefusedError):
    """A sweep was asked for customers that do not exist; nothing was done."""


class SweepStoppedError(TryLaterError):
    """A batch ended early; `report` says what it did before.

    `again`: trying again in a while may help, without anybody mending anything.
    """

    says = "the mail server takes no mail from us ({cause}); what was not sent stays due: {report}"

    def __init__(self, cause: str, report: Report, *, again: bool = True) -> None:
        super().__init__(self.says.format(cause=cause, report=report.sentence()))
        self.cause, self.report, self.again = cause, report, again


class MailServerRefusesError(SweepStoppedError):
    """The mail server refused many mails alike: nobody's contact failed by it. The next run tries a few first."""

    says = (
        "the mail server refuses what we send, the same way for everybody ({cause}); nothing is lost, and the next run "
        "tries a few first: {report}"
    )


class SweepInterruptedError(SweepStoppedError):
    """The batch took too long, or the state folder could not be written."""

    says = "{cause}; what was not sent stays due: {report}"


def customer_ids(services: Services, refs: Collection[str]) -> frozenset[int]:
    """Ids of customers by their references.

    Raises:
        UnknownCustomersError: some do not exist; the message lists them.
    """
    if not refs:
        return frozenset()
    with services.db.read() as session:
        found = people.customers_by_ref(session, refs)
    missing = sorted(set(refs) - set(found))
    if missing:
        raise UnknownCustomersError(f"no customer has the reference {', '.join(missing)}; nothing was done")
    return frozenset(found.values())


def prepare(services: Services, scope: Scope) -> Report:
    """Settle what a crash left behind, and plan what changed.

    Most sweeps find nothing: that is seen with one question, and costs no write lock. `due` of the report says whether
    there is something to claim.
    """
    clock_now = services.clock.now()
    taken = take_up_journals(services, clock_now)
    try_again(services.db, clock_now)
    with services.db.read() as session:
        found = waiting(session, scope.sweep, scope.now, clock_now, scope.customers)
    report = taken + Report(due=found.due or found.lapsed)
    if found.lapsed:
        report += settle_doubts(services, clock_now)
    if found.changed or found.lapsed or found.planned_with != services.policy.fingerprint():
        report.planned = _plan(services, scope.now)
        with services.db.write() as session:
            withdraw_moot(session, scope.now)
        with services.db.read() as session:
            found = waiting(session, scope.sweep, scope.now, clock_now, scope.customers)
    report += settle_since_backup(services, clock_now)
    report.due |= found.due or report.planned > 0
    return report


def _plan(services: Services, now: datetime) -> int:
    """Plan what changed, others' share of it too: what runs beside this one are planning is due as well."""
    planned = plan_all(services.db, services.policy, now)
    with services.db.write() as session:
        plan.wait_for_others(session)
    return planned + plan_all(services.db, services.policy, now)  # what they left


def phases(services: Services, scope: Scope) -> list[Scope]:
    """The mails first, then the alarms: one that asks whether a mail went out must not be judged before it could."""
    kinds = [kind for kind in services.policy.kinds_of(scope.sweep) if not scope.kinds or kind in scope.kinds]
    alarms = frozenset(kind for kind in kinds if not services.policy.cadences[kind].sends)
    parts = (frozenset(kinds) - alarms, alarms)
    return [replace(scope, kinds=part) for part in parts if part]


def runs_wanted(services: Services, scope: Scope) -> int:
    """How many further runs should share the work: one for each `fan_out_over` that is due beyond the first."""
    sending = services.policy.sending
    if sending.max_runs == 1 or scope.customers:
        return 0
    most = sending.fan_out_over * (sending.max_runs - 1) + 1
    with services.db.read() as session:
        due = count_due(session, scope.sweep, scope.now, most)
    return min((due - 1) // sending.fan_out_over, sending.max_runs - 1) if due else 0


def in_other_hands(services: Services, scope: Scope) -> bool:
    """Whether another run has mails of this scope in hand; their alarms would ring before they could arrive."""
    with services.db.read() as session:
        return claim.any_claimed(session, scope.kinds)


def remaining(services: Services, scope: Scope) -> int:
    """How much of a sweep is still due, up to the cap of a run."""
    with services.db.read() as session:
        return count_due(session, scope.sweep, scope.now, services.policy.sending.max_per_run, scope.kinds)


async def run_batch(services: Services, scope: Scope) -> Report:
    """Claim up to `scope.limit` due follow-ups, decide, send and record; `claimed` is 0 when nothing was due.

    `due` of the report: the batch itself brought something forward that it had no room for.

    Raises:
        SweepStoppedError: no mail server could be reached, it refuses everything, or the batch took too long.
    """
    report = Report()
    while room := scope.limit - report.claimed:
        room = await rate_limit.room(services.db, services.policy, services.clock, room)
        done = await _run_part(services, replace(scope, limit=room))
        report = replace(report + done, due=done.due)
        if done.claimed < room and not done.due:
            break
    return report


async def _run_part(services: Services, scope: Scope) -> Report:
    """What the pace lets through of a batch; what does not become a mail leaves its share to others."""
    token = uuid.uuid4().hex
    with services.db.write() as session:
        claimed = claim_batch(session, services.policy, scope, token=token, clock_now=services.clock.now())
    claimed.report.claimed = claimed.count
    rate_limit.take(services.db, services.policy, len(claimed.groups) - scope.limit, services.clock.now())
    by_address = services.policy.credit.holds_by_address
    look_again(services.db, claimed.kept_back, scope.now, by_address=by_address)
    if claimed.groups:
        await _dispatch(services, claimed)
    return claimed.report


async def _dispatch(services: Services, claimed: Claimed) -> None:
    try:
        await Dispatch(services, claimed).run()
    except MailServerUnreachableError as error:
        raise SweepStoppedError(str(error), claimed.report, again=not error.lasting) from error
    except ServerRefusesError as error:
        raise MailServerRefusesError(str(error), claimed.report, again=False) from error
    except TimeoutError as error:
        cause = f"a batch took longer than {services.policy.sending.batch_minutes} minutes"
        raise SweepInterruptedError(cause, claimed.report, again=False) from error
    except OSError as error:
        cause = f"the state folder cannot be written ({type(error).__name__}: {error.strerror or error})"
        raise SweepInterruptedError(cause, claimed.report, again=False) from error


def rehearse(services: Services, scope: Scope) -> Report:
    """What a sweep would do now, without doing it: plans, claims and decides in a transaction that is rolled back."""
    report = Report()
    with services.db.rehearse() as session:
        while planned := plan_batch(session, services.policy, scope.now):
            report.planned += planned
        for phase in phases(services, scope):
            report += _rehearse_phase(services, session, phase)
    return report


def _rehearse_phase(services: Services, session: Session, scope: Scope) -> Report:
    report = Report()
    while report.claimed < services.policy.sending.max_per_run:
        claimed = claim_batch(session, services.policy, scope, token=DRY_RUN, clock_now=services.clock.now())
        for group in claimed.groups:
            rows = group.follow_ups
            claimed.report.count(group.lead.kind, "to be sent", number=len(rows), about=rows)
            claim.settle(session, [_as_sent(row, scope.now) for row in group.follow_ups])
        claimed.report.claimed = claimed.count
        report += claimed.report
        if claimed.count == 0:
            break
    return report


def _as_sent(row: FollowUp, now: datetime) -> dict[str, Any]:
    """So that the alarms of the next phase see what the mails of this one would have done."""
    return {"id": row.id, "state": FollowUpState.SENT, "sent_at": now}
