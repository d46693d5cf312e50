"""`prefect.yaml` lists what `seguito setup` registers, and `prefect deploy` takes it."""

import subprocess
import sys
from typing import Any

import pytest
import yaml

from deployments.prefect_yaml import POOL, text
from deployments.schedules import SCHEDULED, register_in_pool
from models.policy import Policy
from tests.conftest import ROOT
from tests.prefect_server import PrefectServer


def prefect(server: PrefectServer, *words: str) -> str:
    command = [sys.executable, "-m", "prefect", "--no-prompt", *words]
    ended = subprocess.run(
        command, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def deployments(server: PrefectServer) -> dict[str, dict[str, Any]]:
    """What the server knows of each deployment and a run's start hangs on, by name."""
    return {known["name"]: known for known in server.post("/deployments/filter")}


def compared(known: dict[str, Any]) -> dict[str, Any]:
    same = (
        *(
            "entrypoint",
            "tags",
            "parameters",
            "description",
            "concurrency_options",
            "work_pool_name",
            "pull_steps",
        ),
        *("paused", "enforce_parameter_schema"),  # `path` is read for entrypoints that are files alone
    )
    schedules = [(item["slug"], item["active"], item["schedule"]) for item in known["schedules"]]
    limit = (known["global_concurrency_limit"] or {}).get("limit")
    return {name: known[name] for name in same} | {"schedules": schedules, "limit": limit}


def test_the_file_is_what_the_command_writes(policy: Policy) -> None:
    written = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    assert written == text(policy), "run `seguito prefect-yaml`"


def test_every_deployment_stands_in_it(policy: Policy) -> None:
    listed = [item["entrypoint"] for item in yaml.safe_load(text(policy))["deployments"]]
    assert listed == [item.entrypoint for item in SCHEDULED]


@pytest.mark.prefect
async def test_prefect_deploy_makes_what_setup_makes_and_leaves_paused_what_ops_paused(
    prefect_server: PrefectServer, policy: Policy
) -> None:
    prefect(prefect_server, "work-pool", "create", POOL, "--type", "process", "--overwrite")
    prefect(prefect_server, "deploy", "--all")
    deployed = deployments(prefect_server)
    clock = deployed["welcome-contact"]["schedules"][0]["id"]
    prefect_server.patch(f"/deployments/{deployed['welcome-contact']['id']}/schedules/{clock}", active=False)

    prefect(prefect_server, "deploy", "--name", "welcome-contact")
    again = deployments(prefect_server)
    assert [(item["id"], item["active"]) for item in again["welcome-contact"]["schedules"]] == [
        (clock, False)
    ]

    prefect_server.patch(f"/deployments/{deployed['welcome-contact']['id']}/schedules/{clock}", active=True)
    for item in SCHEDULED:
        await register_in_pool(item, policy, POOL)
    registered = deployments(prefect_server)
    assert {name: compared(known) for name, known in deployed.items()} == {
        name: compared(registered[name]) for name in deployed
    }
    assert len(deployed) == len(SCHEDULED)
