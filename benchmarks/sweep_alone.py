"""The sweep in a process of its own, without Prefect: prints how many seconds its work took."""

import asyncio
import sys
import time

from flows.sweeping import sweep
from tasks.runtime.settings import Settings
from tasks.sending.sweep_report import Scope
from tasks.services import open_services


async def main(name: str) -> float:
    """Sweep by the settings of this process; returns seconds, the opening of the services among them."""
    began = time.perf_counter()
    async with open_services(Settings()) as services:
        await sweep(services, Scope(name, services.clock.now()))
    return time.perf_counter() - began


if __name__ == "__main__":
    print(asyncio.run(main(sys.argv[1])))
    assert "prefect" not in sys.modules
