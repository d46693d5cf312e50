"""What runs when: the one list of deployments, for `seguito up` and for work pools alike."""

from dataclasses import dataclass
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema

TAG = "seguito"


@dataclass(frozen=True)
class Scheduled:
    """One deployment: a flow, and the minutes at which it runs by itself."""

    entrypoint: str
    """The flow's module and function, dotted; a path would put `flows/` first on `sys.path`."""
    cron: str | None
    """When it runs, in the company's time zone; None: only by hand."""
    tags: tuple[str, ...]
    first: int | None = None
    """Its turn among the runs that `seguito up` starts at once; None: none. Equal turns run side by side."""


# Sweeps stand at minutes of their own, so that two cores do not start four interpreters at a time. A sweep
# with nothing due costs little; quiet hours are kept by the sweeps themselves, for each customer's place.
SCHEDULED = (
    Scheduled("flows.importing.import_sales", "*/15 * * * *", ("import",), first=1),
    Scheduled("flows.sweeps.welcome_contact", "2-59/10 * * * *", ("sweep",), first=2),
    Scheduled("flows.sweeps.delay_alert", "4-59/10 * * * *", ("sweep",), first=2),
    Scheduled("flows.sweeps.satisfaction_check", "6-59/10 * * * *", ("sweep",), first=2),
    Scheduled("flows.sweeps.credit_recovery", "8-59/10 * * * *", ("sweep",), first=2),
    Scheduled("flows.collecting.collect_responses", "*/2 * * * *", ("responses",)),
    Scheduled("flows.escalating.escalate_unanswered", "1-59/2 * * * *", ("sweep", "escalation"), first=3),
    Scheduled("flows.by_hand.follow_up_customer", None, ("by-hand",)),
    Scheduled("flows.recording.record_response", None, ("by-hand", "responses")),
)


async def deployment(item: Scheduled, timezone: str) -> RunnerDeployment:
    """The deployment of an item, ready to be applied; what ops paused on the server stays paused.

    Two runs of a sweep at once are harmless but useless, so a second one is cancelled: after an outage all
    the runs that were planned ahead start together, and this makes one of them. A run by hand has work of
    its own, and waits.
    """
    flow: Flow[..., Any] = load_flow_from_entrypoint(item.entrypoint, use_placeholder_flow=False)
    result = RunnerDeployment.from_entrypoint(
        item.entrypoint,
        name=flow.name,
        parameters=_defaults(flow),
        description=flow.description,
        tags=[TAG, *item.tags],
        schedules=_schedules(item, timezone),
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=_collision(item)),
        paused=await _paused(f"{flow.name}/{flow.name}"),
    )
    # Said outright, or a deployment that once stood in a work pool would go on waiting for a worker there.
    result.work_pool_name = None
    result.work_queue_name = None
    return result


def _collision(item: Scheduled) -> ConcurrencyLimitStrategy:
    return ConcurrencyLimitStrategy.ENQUEUE if item.cron is None else ConcurrencyLimitStrategy.CANCEL_NEW


def _schedules(item: Scheduled, timezone: str) -> list[DeploymentScheduleCreate]:
    """The slug lets the server find it again; `active` stays unsaid, or ops' pause would be undone."""
    if item.cron is None:
        return []
    schedule = CronSchedule(cron=item.cron, timezone=timezone)
    return [DeploymentScheduleCreate(schedule=schedule, slug="clock")]


def _defaults(flow: Flow[..., Any]) -> dict[str, Any]:
    """Every parameter that has a default; without them the UI's Parameters tab reads `{}`."""
    properties = parameter_schema(flow).properties
    return {name: field["default"] for name, field in properties.items() if "default" in field}


async def _paused(full_name: str) -> bool:
    """Whether ops paused the deployment as a whole; registering it would say "not paused" otherwise."""
    async with get_client() as client:
        try:
            return (await client.read_deployment_by_name(full_name)).paused
        except ObjectNotFound:
            return False
