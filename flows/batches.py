"""Batches as Prefect task runs: tried again while no mail server answers, and counted on long sweeps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from prefect import task
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.asyncio import concurrency

from flows.blocks import settings
from tasks.runtime.database_faults import DatabaseBusyError
from tasks.sending.record_outcome import NO_SERVER
from tasks.sending.sweep import SweepStoppedError, remaining, run_batch
from tasks.sending.sweep_report import Report, Scope
from tasks.services import Services
from tasks.smtp.mailer import open_mailer

CONNECTIONS = "seguito-connections"
"""The limit, on the Prefect server, of connections to the mail server that all runs have open together."""
_TELL_EVERY = timedelta(seconds=5)
"""Between two steps of the progress bar: for each batch it would cost as much as the batch's task run."""
_LEASE_SECONDS = 60.0
"""How long the server believes in a run that died with connections; the least that it takes. Renewed meanwhile."""


class Batches:
    """Runs the batches of one sweep. Their parameters name the sweep and nobody.

    A batch that found no mail server, or a database that was away for a moment, is run again after the waits of the
    policy. That is safe: what it had in hand is due again, and a run claims only what is due.
    """

    def __init__(self, sweep_name: str) -> None:
        self._name = sweep_name
        self._done = Report()
        self._stopped: SweepStoppedError | DatabaseBusyError | None = None
        self._progress: UUID | None = None
        self._told: datetime | None = None

    async def __call__(self, services: Services, scope: Scope) -> Report:
        """One batch.

        Raises:
            SweepStoppedError: no mail server after all the waits; its report holds the whole sweep so far.
            DatabaseBusyError: no database after all the waits.
        """
        waits = list(services.policy.sending.server_retry_seconds)
        before = self._done

        @task(
            name="send a batch",
            task_run_name="batch of {sweep_name}",
            retries=len(waits),
            retry_delay_seconds=[float(wait) for wait in waits],
            retry_condition_fn=lambda *_: self._may_help,
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        async def send_a_batch(sweep_name: str) -> Report:
            del sweep_name  # shown in the Prefect UI; the work itself is in the closure
            return await self._try(services, scope)

        try:
            last = await send_a_batch(self._name)
        except SweepStoppedError as error:
            raise type(error)(error.cause, self._done, again=error.again) from error
        await self._tell(services, scope, last)
        return self._done.since(before, last)

    @property
    def _may_help(self) -> bool:
        """Whether trying again may help, without anybody mending anything."""
        stopped = self._stopped
        return stopped.again if isinstance(stopped, SweepStoppedError) else stopped is not None

    async def _try(self, services: Services, scope: Scope) -> Report:
        self._stopped = None
        self._done = self._done.without(NO_SERVER)
        try:
            async with _within_the_limit(services) as allowed:
                report = await run_batch(allowed, scope)
        except SweepStoppedError as error:
            self._stopped = error
            self._done += error.report
            raise
        except DatabaseBusyError as error:
            self._stopped = error
            raise
        self._done += report
        return report

    async def _tell(self, services: Services, scope: Scope, last: Report) -> None:
        """Progress, once a sweep turns out to be long: a full batch, and more is due. Now and then, and at the end."""
        over = last.claimed < scope.limit or self._done.claimed >= services.policy.sending.max_per_run
        now = services.clock.now()
        if (self._told is None) if over else (self._told is not None and now - self._told < _TELL_EVERY):
            return
        left = 0 if over else remaining(services, scope)
        percent = 100 * self._done.claimed / max(self._done.claimed + left, 1)
        self._told = now
        if self._progress is None:
            self._progress = await acreate_progress_artifact(
                percent, key=f"progress-{self._name}", description=f"How far {self._name} has come."
            )
        else:
            await aupdate_progress_artifact(self._progress, percent)


@asynccontextmanager
async def _within_the_limit(services: Services) -> AsyncIterator[Services]:
    """The services with connections that count against the limit: closed before another run may have its share."""
    sending = services.policy.sending
    if sending.pace.connections is None:
        yield services
        return
    async with (
        concurrency(CONNECTIONS, occupy=sending.connections, lease_duration=_LEASE_SECONDS),
        open_mailer(await settings(), sending.connections) as mailer,
    ):
        yield replace(services, mailer=mailer)
