"""`seguito setup`: automations and types of blocks, on the server of PREFECT_API_URL or the one of `seguito up`."""

import asyncio
import sys

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from deployments.automations import set_up
from deployments.environment import prefect_login, prefect_url
from deployments.schedules import SCHEDULED, register_in_pool
from flows.batches import CONNECTIONS
from flows.blocks import register
from models import policy as policies
from models.errors import MendError
from models.policy import Policy
from tasks.runtime.settings import Settings


def run(settings: Settings, pool: str | None = None) -> int:
    """Make or mend them, and say which. Returns the exit code."""
    url = PREFECT_API_URL.value() or f"{prefect_url(settings)}/api"
    login = PREFECT_API_AUTH_STRING.value() or prefect_login(settings)
    try:
        with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: login}):
            names = asyncio.run(_set_up(settings, pool))
    except (MendError, httpx.HTTPError) as error:
        print(f"seguito setup: {error} ({url})", file=sys.stderr)
        return 1
    print("\n".join(names))
    return 0


async def _set_up(settings: Settings, pool: str | None) -> list[str]:
    async with get_client() as client:
        policy = policies.load(settings.policy)
        flows = await _register(client, policy, pool) if pool else []
        names = await register(client) + await set_up(client, settings.notify_block)
        return names + await limit_connections(client, policy) + flows


async def limit_connections(client: PrefectClient, policy: Policy) -> list[str]:
    """Make the policy's limit of connections known to the server; without one there, none is kept."""
    most = policy.sending.pace.connections
    if most is None:
        return []
    await client.upsert_global_concurrency_limit_by_name(CONNECTIONS, most)
    return [f"limit: {CONNECTIONS}, {most}"]


async def _register(client: PrefectClient, policy: Policy, pool: str) -> list[str]:
    """Every flow, for the workers of a pool of processes, which is made where it is missing."""
    try:
        await client.read_work_pool(pool)
    except ObjectNotFound:
        await client.create_work_pool(WorkPoolCreate(name=pool, type="process"))
    for item in SCHEDULED:
        await register_in_pool(item, policy, pool)
    return [f"deployment: {item.entrypoint.rpartition('.')[2]} in {pool}" for item in SCHEDULED]
