"""Starting further runs of a sweep that found much due."""

from typing import Any

from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.logging import get_run_logger

from tasks.sending.sweep_report import Scope

NAME = "share-sweep"
"""The flow that helps, and its deployment; see `flows.sharing`."""


async def start_more(scope: Scope, runs: int) -> None:
    """Start further runs, wherever a worker is free; without them the sweep does all of it, as it would anyway."""
    parameters: dict[str, Any] = {"sweep": scope.sweep, "as_of": scope.now.isoformat()}
    try:
        for _ in range(runs):
            await run_deployment(f"{NAME}/{NAME}", parameters=parameters, timeout=0, as_subflow=False)  # type: ignore[misc]
    except ObjectNotFound:
        get_run_logger().info("much is due, but %s is not deployed: this run does all of it", NAME)
