"""The order of a sweep, with Prefect and without: prepare once, then batch after batch until nothing is due."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import datetime

from tasks.digesting import plan_digests
from tasks.report import Report, Scope
from tasks.services import Services
from tasks.silence import rehearse_silence, watch_silence
from tasks.sweeping import phases, prepare, rehearse, run_batch
from tasks.watching import watch_ledger

ESCALATION = "escalate-unanswered"

RunBatch = Callable[[Services, Scope], Awaitable[Report]]


async def sweep(
    services: Services, scope: Scope, *, dry_run: bool = False, batch: RunBatch = run_batch
) -> Report:
    """Send everything of a sweep that is due at `scope.now`, up to the policy's cap per run.

    `batch` runs one batch; the flows hand in a Prefect task that does.

    Raises:
        SweepStoppedError: no mail server could be reached; nothing is lost.
    """
    if dry_run:
        return rehearse(services, scope)
    report = prepare(services, scope)
    for phase in phases(services, scope) if report.due else ():
        while room := max(services.policy.sending.max_per_run - report.claimed, 0):
            part = replace(phase, limit=min(phase.limit, room))
            done = await batch(services, part)
            report += done
            if done.claimed < part.limit:
                break
    return report


async def escalate(
    services: Services, now: datetime, customers: Collection[int] = (), *, dry_run: bool = False,
    batch: RunBatch = run_batch,
) -> str:  # fmt: skip
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
    watch = rehearse_silence if dry_run else watch_silence
    silence = watch(services.db, services.policy, now, customers)
    if not dry_run and not customers:
        silence += watch_ledger(services.db, services.policy, now)
    scope = Scope(ESCALATION, now, frozenset(customers))
    report = await sweep(services, scope, dry_run=dry_run, batch=batch)
    if not dry_run and not customers and plan_digests(services.db, services.policy, now):
        report += await sweep(services, scope, batch=batch)
    heard = ", ".join(f"{number} {what}" for what, number in sorted(silence.items())) or "nobody was silent"
    return f"{heard}; notices: ", report
