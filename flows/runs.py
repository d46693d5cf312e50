"""What all flows share: opening the services, a final state that speaks, and what a sweep leaves behind."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, closing
from datetime import datetime
from typing import Any

from prefect import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.artifacts import leave_rows
from flows.as_of import moment
from flows.batches import Batches
from flows.blocks import settings
from flows.events import tell_refusal, tell_sweep
from flows.fanning import start_more
from flows.outcomes import nothing_due
from flows.sweeping import sweep
from models import policy as policies
from models.errors import MendError
from tasks.health import good_runs
from tasks.mails.control_words import ControlWords
from tasks.runtime.database_faults import DatabaseUnreachableError
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings
from tasks.sending.sweep import MailServerRefusesError, SweepStoppedError, UnknownCustomersError, customer_ids
from tasks.sending.sweep_report import TRIED_AGAIN, Report, Scope
from tasks.sending.sweep_table import sweep_table
from tasks.services import Services, open_services

PARTLY_FAILED = "PartlyFailed"
"""Name of the state of a run that did its work, but for some contacts that failed for good or are in doubt.

Of the type Failed, so that the UI shows it in red; under a name of its own, so that an automation tells it from a run
that did not work at all. Running it again does no more: each failure has its reason in the table, and its case.
"""
MAIL_SERVER_REFUSES = "MailServerRefuses"
"""Name of the state of a run that stopped since the mail server refused everybody's mail alike.

Nothing failed by it; the next run tries a few first. An automation that watches this name tells ops once.
"""
MOST_SECONDS = 6 * 3600
"""After which a flow that sends is ended, whatever holds it: while it runs, no other run of it begins."""
REFUSED = "Refused"
"""Name of the state of a run that was asked for something impossible, and did nothing."""
CANNOT_RUN = (MendError, DatabaseUnreachableError)
"""What keeps every run from working until somebody has mended it; the message says what."""


@asynccontextmanager
async def services() -> AsyncIterator[Services]:
    """The services by the settings of this process, and by the blocks that they name.

    Raises: one of `CANNOT_RUN`.
    """
    async with open_services(await settings()) as opened:
        yield opened


async def run_sweep(
    sweep_name: str, customers: Collection[str], as_of: datetime | None, *, dry_run: bool
) -> State[None]:
    """Run one sweep and say in the final state what it did.

    `as_of` (aware; naive means UTC) judges what is due; now when empty. The future is for dry runs.
    """
    try:
        async with services() as opened:
            now = moment(as_of, opened.clock.now(), may_be_later=dry_run)
            scope = Scope(sweep_name, now, customer_ids(opened, customers))
            report = await sweep(opened, scope, dry_run=dry_run, batch=Batches(sweep_name), share=start_more)
            if not (dry_run or customers):
                good_runs.note(opened.db, sweep_name, opened.clock.now())
    except SweepStoppedError as error:
        return await stopped(sweep_name, error)
    except CANNOT_RUN as error:
        return Failed(message=str(error))
    except (UnknownCustomersError, ValueError, OverflowError) as error:
        return refused(error)
    await leave(sweep_name, report, dry_run=dry_run)
    return ended(report, dry_run=dry_run)


async def leave(name: str, report: Report, *, dry_run: bool) -> None:
    """The table on the Artifacts page, and the sums in the event feed; a dry run keeps a page of its own."""
    if dry_run:
        said = f"What {name} would do. Nothing was written or sent."
        await leave_rows(f"dry-run-{name}", await _rows(report), said)
    else:
        said = f"What {name} did, by kind, outcome and reason."
        await leave_rows(f"sweep-{name}", await _rows(report), said)
        await tell_sweep(name, report)


async def _rows(report: Report) -> Sequence[dict[str, Any]]:
    """The table of a sweep; none where the database has gone meanwhile, since what was done is done."""
    if not report.counts:
        return ()
    try:
        return await asyncio.to_thread(_read_rows, await settings(), report)
    except CANNOT_RUN as error:
        get_run_logger().warning("no table: %s", error)
        return ()


def _read_rows(known: Settings, report: Report) -> Sequence[dict[str, Any]]:
    words = ControlWords.of(policies.load(known.policy))
    with closing(open_database(known)) as db, db.read() as session:
        return sweep_table(session, words, report)


async def stopped(name: str, error: SweepStoppedError) -> State[None]:
    """The final state of a sweep that ended early, with what it did before; ops hear when the server refuses us."""
    await leave(name, error.report, dry_run=False)
    if not isinstance(error, MailServerRefusesError):
        return Failed(message=str(error))
    if error.report.refusal_is_new:
        await tell_refusal(error.cause)
    return Failed(name=MAIL_SERVER_REFUSES, message=str(error))


def ended(
    report: Report, *, dry_run: bool = False, before: str = "", must_arrive: bool = False
) -> State[None]:
    """The final state of a sweep: a sentence with figures, behind `before`.

    `must_arrive`: mails that are to be tried again count as failed, too; nobody has heard yet.
    """
    sentence = ("dry run: " if dry_run else "") + before + report.sentence()
    if report.partly_failed or (must_arrive and report.total(TRIED_AGAIN)):
        get_run_logger().warning(sentence)
        return Failed(name=PARTLY_FAILED, message=sentence)
    return said(sentence) if report.counts or before else nothing_due(sentence)


def refused(error: Exception) -> State[None]:
    """Nothing was done, and why."""
    get_run_logger().warning("refused: %s", error)
    return Failed(name=REFUSED, message=str(error))


def said(sentence: str) -> State[None]:
    """Completed, with a sentence that stands in the log too."""
    get_run_logger().info(sentence)
    return Completed(message=sentence)
