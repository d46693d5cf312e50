"""`prefect.yaml`, for `prefect deploy`: the list of deployments/schedules.py in Prefect's own form."""

import json
from collections.abc import Iterator

from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment

from deployments.schedules import SCHEDULED, described
from models.policy import Policy

POOL = "seguito"
"""The work pool that the file names, as the compose files do."""

_HEAD = f"""\
# Every deployment, as `seguito setup --pool {POOL}` registers them: written by `seguito prefect-yaml`, not by hand.
#
#   prefect work-pool create {POOL} --type process
#   prefect deploy --all --no-prompt
#
# A schedule that ops paused stays paused. `seguito setup` makes the rest: automations, types of blocks, the limit of
# connections, and forms that know the policy's kinds and reason codes.

name: seguito
pull: []  # the workers have the project installed

deployments:
"""


def text(policy: Policy) -> str:
    """The file for a policy: its time zone is that of the schedules."""
    items = (described(item, policy, POOL) for item in SCHEDULED)
    return _HEAD + "\n".join("\n".join(_deployment(item)) + "\n" for item in items)


def _deployment(item: RunnerDeployment) -> Iterator[str]:
    """Its lines. Scalars and parameters are JSON, which is YAML too."""
    yield f"  - name: {json.dumps(item.name)}"
    yield f"    entrypoint: {json.dumps(item.entrypoint)}"
    yield f"    tags: {json.dumps(item.tags)}"
    yield f"    parameters: {json.dumps(item.parameters)}"
    yield "    description: |-"
    yield from (f"      {line}".rstrip() for line in (item.description or "").splitlines())
    if item.schedules:
        yield "    schedules:"
    for schedule in item.schedules or ():
        if isinstance(schedule.schedule, CronSchedule):
            yield f"      - slug: {json.dumps(schedule.slug)}"
            yield f"        cron: {json.dumps(schedule.schedule.cron)}"
            yield f"        timezone: {json.dumps(schedule.schedule.timezone)}"
    if item.concurrency_limit is not None:
        yield "    concurrency_limit:"
        yield f"      limit: {item.concurrency_limit}"
        yield f"      collision_strategy: {json.dumps(_collision(item))}"
    yield f"    work_pool: {json.dumps({'name': item.work_pool_name})}"


def _collision(item: RunnerDeployment) -> str | None:
    return item.concurrency_options.collision_strategy.value if item.concurrency_options else None
