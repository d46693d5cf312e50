"""The order of a sweep, with Prefect and without: prepare once, then batch after batch until nothing is due."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import datetime

from models.policy import ESCALATION
from tasks.escalation.daily_digest import plan_digests
from tasks.escalation.fault_notices import plan_fault_notices
from tasks.escalation.patterns import HELD, watch_ledger
from tasks.escalation.silence import rehearse_silence, watch_silence
from tasks.runtime.gc_pause import collected_rarely
from tasks.sending.parts import Parts
from tasks.sending.sweep import in_other_hands, phases, prepare, rehearse, run_batch, runs_wanted
from tasks.sending.sweep_report import Report, Scope
from tasks.services import Services

RunBatch = Callable[[Services, Scope], Awaitable[Report]]
Share = Callable[[Scope, int], Awaitable[None]]


async def alone(_scope: Scope, _runs: int) -> None:
    """Nobody helps: the sweep does all of it."""


async def sweep(
    services: Services,
    scope: Scope,
    *,
    dry_run: bool = False,
    batch: RunBatch = run_batch,
    share: Share = alone,
) -> Report:
    """Send everything of a sweep that is due at `scope.now`, up to the policy's cap per run.

    `batch` runs one batch; the flows hand in a Prefect task that does. `share` starts further runs of a large one.

    Raises:
        SweepStoppedError: no mail server could be reached; nothing is lost.
    """
    if dry_run:
        return rehearse(services, scope)
    report = prepare(services, scope)
    if not report.due:
        return report
    await share(scope, runs_wanted(services, scope))
    before: list[Scope] = []
    for phase in phases(services, scope):
        if before and in_other_hands(services, before[0]):
            break  # its alarms would ring before those mails could arrive; the next sweep asks again
        report += await share_in(services, phase, taken=report.claimed, batch=batch)
        before.append(phase)
    return report


async def share_in(
    services: Services, phase: Scope, *, taken: int = 0, batch: RunBatch = run_batch
) -> Report:
    """Batch after batch until nothing of a phase is due, or the cap of a run is reached; any number may at once.

    Raises:
        SweepStoppedError: no mail server could be reached; nothing is lost.
    """
    report = Report()
    with collected_rarely():
        while room := max(services.policy.sending.max_per_run - taken - report.claimed, 0):
            part = replace(phase, limit=min(phase.limit, room))
            done = await batch(services, part)
            report += done
            if done.claimed < part.limit and not done.due:
                break
    return report


async def escalate(
    services: Services,
    now: datetime,
    customers: Collection[int] = (),
    *,
    dry_run: bool = False,
    batch: RunBatch = run_batch,
) -> str:
    """Look at what nobody answered, then send the managers their notices; returns the sentence for the final state.

    Empty `customers` means everyone.

    Raises:
        SweepStoppedError: no mail server could be reached; nothing is lost.
    """
    heard, report = await watch_and_tell(services, now, customers, dry_run=dry_run, batch=batch)
    return f"{'dry run: ' if dry_run else ''}{heard}{report.sentence()}"


async def watch_and_tell(
    services: Services,
    now: datetime,
    customers: Collection[int] = (),
    *,
    dry_run: bool = False,
    batch: RunBatch = run_batch,
) -> tuple[str, Report]:
    """As `escalate`; returns how the sentence begins, and what became of the notices."""
    db, policy = services.db, services.policy
    parts = Parts(db, services.clock.now())
    watch = rehearse_silence if dry_run else watch_silence
    nothing: Counter[str] = Counter()
    silence = parts.do("silence", lambda: watch(db, policy, now, customers), nothing)
    if not dry_run and not customers:
        silence += parts.do("promises", lambda: watch_ledger(db, policy, now), nothing)
    parts.count("silence", silence.pop(HELD, 0))
    scope = Scope(ESCALATION, now, frozenset(customers))
    report = await sweep(services, scope, dry_run=dry_run, batch=batch)
    if not dry_run and not customers and parts.do("digests", lambda: plan_digests(db, policy, now), 0):
        report += await sweep(services, scope, batch=batch)
    if not dry_run and not customers and parts.do("faults", lambda: plan_fault_notices(db, policy, now), 0):
        report += await sweep(services, scope, batch=batch)
    report += parts.report
    heard = ", ".join(f"{number} {what}" for what, number in sorted(silence.items())) or "nobody was silent"
    return f"{heard}; notices: ", report
