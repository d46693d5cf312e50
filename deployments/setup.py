"""`seguito setup`: automations and types of blocks, on the server of PREFECT_API_URL or the one of `seguito up`."""

import asyncio
import sys

import httpx
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.automations import QUIET, BlockMissingError, set_up
from deployments.environment import prefect_url
from flows.batches import CONNECTIONS
from flows.blocks import register
from models import policy as policies
from models.policy import PolicyError
from tasks.settings import Settings


def run(settings: Settings) -> int:
    """Make or mend them, and say which. Returns the exit code."""
    url = PREFECT_API_URL.value() or f"{prefect_url(settings)}/api"
    try:
        with temporary_settings({PREFECT_API_URL: url}):
            names = asyncio.run(_set_up(settings))
    except (BlockMissingError, PolicyError, httpx.HTTPError) as error:
        print(f"seguito setup: {error} ({url})", file=sys.stderr)
        return 1
    print("\n".join(names))
    return 0


async def _set_up(settings: Settings) -> list[str]:
    async with get_client() as client:
        names = await register(client) + await set_up(client, settings.notify_block, QUIET)
        if (most := policies.load(settings.policy).sending.pace.connections) is not None:
            await client.upsert_global_concurrency_limit_by_name(CONNECTIONS, most)
            names.append(f"limit: {CONNECTIONS}, {most}")
        return names
