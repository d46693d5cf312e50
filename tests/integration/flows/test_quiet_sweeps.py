"""A single sweep that is paused or dead rings, however well the others run."""

import asyncio
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.orchestration import get_client

from deployments.automations import set_up
from models.policy import SWEEPS
from tests.prefect_server import PrefectServer

pytestmark = pytest.mark.prefect

_QUIET = timedelta(seconds=12)
_DEAD = "delay-alert"


def ran_well(name: str) -> dict[str, Any]:
    """What the server emits when a run of a deployment has ended well."""
    run, deployment = uuid.uuid4(), uuid.uuid5(uuid.NAMESPACE_DNS, name)
    return {
        "id": str(uuid.uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": "prefect.flow-run.Completed",
        "resource": {"prefect.resource.id": f"prefect.flow-run.{run}", "prefect.resource.name": name},
        "related": [
            {
                "prefect.resource.id": f"prefect.deployment.{deployment}",
                "prefect.resource.role": "deployment",
                "prefect.resource.name": name,
            },
            {"prefect.resource.id": "prefect.tag.sweep", "prefect.resource.role": "tag"},
        ],
        "payload": {},
    }


def rung(server: PrefectServer) -> set[str]:
    """The automations that have rung."""
    wanted = {
        "event": {"prefix": ["prefect.automation.triggered"]},
        "occurred": {"since": (datetime.now(UTC) - timedelta(minutes=10)).isoformat()},
    }
    found = server.post("/events/filter", filter=wanted, limit=50)["events"]
    return {one["resource"]["prefect.resource.name"] for one in found}


async def test_one_dead_sweep_rings_and_no_other(tmp_path: Path) -> None:
    with PrefectServer.started(tmp_path) as server, server.used():
        async with get_client() as client:
            await set_up(client, "", _QUIET)
        deadline = time.monotonic() + 90
        while not (names := await asyncio.to_thread(rung, server)) and time.monotonic() < deadline:
            alive = [ran_well(name) for name in SWEEPS if name != _DEAD]
            (await asyncio.to_thread(httpx.post, f"{server.api}/events", json=alive)).raise_for_status()
            await asyncio.sleep(2)
        assert names == {f"Seguito: {_DEAD} has not run well for a while"}
