"""A sweep in a process of its own, to be killed: `python -m tests.integration.sweeper MINUTES`.

The settings come from the environment; the clock runs MINUTES ahead, so that leases of those killed before are over.
"""

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from flows.sweeping import sweep
from tasks.runtime.settings import Settings
from tasks.sending.sweep_report import Scope
from tasks.services import open_services


class AheadClock:
    """The machine's clock, some minutes ahead."""

    def __init__(self, minutes: int) -> None:
        self._ahead = timedelta(minutes=minutes)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


async def main(minutes: int) -> None:
    async with open_services(Settings()) as opened:
        # One customer gets thousands of mails here, which the cap per recipient would rightly stop.
        sending = opened.policy.sending.model_copy(update={"max_per_recipient_per_day": 1_000_000})
        policy = opened.policy.model_copy(update={"sending": sending})
        services = replace(opened, clock=AheadClock(minutes), policy=policy)
        # What else falls due by now depends on the hour of the day at which the test runs.
        kinds = frozenset({"order-confirmation"})
        report = await sweep(services, Scope("welcome-contact", services.clock.now(), kinds=kinds))
        print(report.sentence(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
