import asyncio
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from typing import Any

import pytest
from cronsim import CronSim
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.schema_tools.validation import validate

from deployments.schedules import SCHEDULED, deployment, described, register_in_pool
from models.policy import SWEEPS, Policy
from models.rules.health.intervals import EVERY, WAKING
from tests.prefect_server import PrefectServer


async def registered(name: str = "welcome-contact") -> DeploymentResponse:
    async with get_client() as client:
        return await client.read_deployment_by_name(f"{name}/{name}")


async def apply(policy: Policy, timezone: str = "Europe/Rome") -> None:
    here = policy.model_copy(update={"company": policy.company.model_copy(update={"timezone": timezone})})
    for item in SCHEDULED:
        await (await deployment(item, here)).aapply()


def zone(known: DeploymentResponse) -> Any:
    return known.schedules[0].schedule.model_dump()["timezone"]


def test_every_sweep_of_the_policy_runs_by_a_schedule() -> None:
    names = {load_flow_from_entrypoint(item.entrypoint).name for item in SCHEDULED if item.cron}
    assert names >= set(SWEEPS)


def test_every_form_takes_its_own_defaults(policy: Policy) -> None:
    """Else the server refuses the deployment, and with it nothing starts."""
    for item in SCHEDULED:
        known = described(item, policy)
        schema = known._parameter_openapi_schema.model_dump_for_openapi()
        validate(known.parameters, schema, raise_on_error=True, ignore_required=True)


def times(cron: str) -> list[datetime]:
    """When something runs by its schedule in a week."""
    begin = datetime(2026, 3, 16, tzinfo=UTC)
    return list(takewhile(lambda at: at < begin + timedelta(days=7), CronSim(cron, begin)))


def test_runs_that_find_nothing_are_few() -> None:
    """All schedules together: a list of runs that somebody can read. What there is to do starts its run besides."""
    a_week = sum(len(times(item.cron)) for item in SCHEDULED if item.cron)
    assert a_week / 7 < 550


def test_who_watches_knows_how_often_each_should_run() -> None:
    crons = {load_flow_from_entrypoint(item.entrypoint).name: item.cron for item in SCHEDULED if item.cron}
    for name, every in EVERY.items():
        if name != WAKING:
            ran = times(crons[name])
            assert {after - before for before, after in pairwise(ran)} == {every}, name


@pytest.mark.prefect
async def test_the_server_plans_runs_ahead_in_the_companys_zone(
    prefect_server: PrefectServer, policy: Policy
) -> None:
    await apply(policy)
    assert zone(await registered()) == "Europe/Rome"
    deadline = time.monotonic() + 60
    while not prefect_server.count_runs("SCHEDULED"):
        assert time.monotonic() < deadline, "no runs are planned: see the SQLAlchemy pin in pyproject.toml"
        await asyncio.sleep(0.5)


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
async def test_deployments_show_all_parameters_and_run_one_at_a_time(policy: Policy) -> None:
    await apply(policy)
    known = await registered()
    assert known.parameters == {"customers": [], "as_of": None, "dry_run": False}
    assert known.global_concurrency_limit is not None
    assert known.global_concurrency_limit.limit == 1
    assert known.concurrency_options is not None
    assert known.concurrency_options.collision_strategy == "CANCEL_NEW"
    assert known.description
    by_hand = await registered("follow-up-customer")
    assert by_hand.schedules == []
    assert by_hand.concurrency_options is not None
    assert by_hand.concurrency_options.collision_strategy == "ENQUEUE"


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
async def test_a_run_in_a_work_pool_needs_no_folder_of_the_machine_that_deployed_it(policy: Policy) -> None:
    async with get_client() as client:
        await client.create_work_pool(WorkPoolCreate(name="machines", type="process"))
    item = next(one for one in SCHEDULED if one.entrypoint.endswith("welcome_contact"))
    await (await deployment(item, policy)).aapply()  # by `seguito up`, before there was a pool
    await register_in_pool(item, policy, "machines")
    known = await registered()
    assert (known.work_pool_name, known.path, known.pull_steps) == ("machines", ".", [])
    await (await deployment(item, policy)).aapply()
    assert (await registered()).work_pool_name is None


@pytest.mark.prefect
async def test_what_ops_paused_stays_paused_when_registered_again(
    prefect_server: PrefectServer, policy: Policy
) -> None:
    await apply(policy)
    before, other = await registered(), await registered("delay-alert")
    prefect_server.patch(f"/deployments/{before.id}/schedules/{before.schedules[0].id}", active=False)
    prefect_server.patch(f"/deployments/{other.id}", paused=True)
    await apply(policy, "Europe/Warsaw")
    after = await registered()
    assert [schedule.id for schedule in after.schedules] == [schedule.id for schedule in before.schedules]
    assert not after.schedules[0].active
    assert zone(after) == "Europe/Warsaw", "everything else follows the code"
    assert (await registered("delay-alert")).paused
    assert not (await registered("credit-recovery")).paused
