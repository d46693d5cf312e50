"""`escalate-unanswered` in a process of its own, to be killed: `python -m tests.integration.escalator TIME`.

The settings come from the environment; the clock runs from TIME (ISO, aware), so that no hour of the day matters.
"""

import asyncio
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta

from flows.sweeping import escalate
from tasks.runtime.settings import Settings
from tasks.services import open_services

LEASE_MINUTES = 1


class FromClock:
    """Runs from a set time."""

    def __init__(self, start: datetime) -> None:
        self._start, self._began = start, time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)


async def main(start: datetime) -> None:
    async with open_services(Settings()) as opened:
        sending = opened.policy.sending.model_copy(update={"lease_minutes": LEASE_MINUTES})
        policy = opened.policy.model_copy(update={"sending": sending})
        services = replace(opened, clock=FromClock(start), policy=policy)
        print(await escalate(services, services.clock.now()), flush=True)


if __name__ == "__main__":
    asyncio.run(main(datetime.fromisoformat(sys.argv[1])))
