"""What runs when: the one list of deployments, for `seguito up` and for work pools alike."""

from dataclasses import dataclass
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow, load_flow_from_entrypoint

from deployments.forms import defaults, form
from models.policy import Policy
from tasks.cases.holds import kinds_for_hand

TAG = "seguito"


@dataclass(frozen=True)
class Scheduled:
    """One deployment: a flow, and the minutes at which it runs by itself."""

    entrypoint: str
    """The flow's module and function, dotted; a path would put `flows/` first on `sys.path`."""
    cron: str | None
    """When it runs, in the company's time zone; None: by hand, or woken by an event."""
    tags: tuple[str, ...]
    when: str
    """The same in words, and what to do when it fails: both stand under the flow's own words in the UI."""
    fails: str
    first: int | None = None
    """Its turn among the runs that `seguito up` starts at once; None: none. Equal turns run side by side."""
    together: bool = False
    """Any number of its runs at once; else one."""


_AGAIN = (
    "Nothing is lost or doubled by a failure: the next run goes on. `Failed` names the cause; a mail server that is "
    "away is tried again for some minutes first. `PartlyFailed` means that single contacts could not be delivered: the "
    "table on the Artifacts page says why, and each has its case. Running it again by hand does no harm."
)
_BY_HAND = (
    "`Refused` names what is wrong with the form; nothing was done, so mend it and run it again. Your reference and "
    "your reason go into the history of the customer, and leave Prefect."
)
_READS = "`Refused` names what is wrong with the form. It only reads; run it again."
_WOKEN = "Within a minute once there is something to do"
_HALF_HOURLY = (
    f"{_WOKEN}, twice an hour at least, day and night; quiet hours and holidays of each customer are kept by the flow "
    "itself."
)
_WHEN_YOU_LIKE = "Only when you start it: *Run*, *Custom run*, fill in the form."

# Between these times `deployments.waking` starts what has something to do. Sweeps stand at minutes of their own, so
# that two cores do not start four interpreters at a time; the sweeps keep the quiet hours of each customer's place.
SCHEDULED = (
    Scheduled(
        "flows.importing.import_sales",
        "*/15 * * * *",
        ("import",),
        "Every quarter of an hour.",
        "The state names the file or table and what to do. Customers go on being followed up by what is known; "
        "rows that could not be used are kept in the rejects file, and come in once mended.",
        first=1,
    ),
    Scheduled("flows.sweeps.welcome_contact", "2,32 * * * *", ("sweep",), _HALF_HOURLY, _AGAIN, first=2),
    Scheduled("flows.sweeps.delay_alert", "4,34 * * * *", ("sweep",), _HALF_HOURLY, _AGAIN, first=2),
    Scheduled("flows.sweeps.satisfaction_check", "6,36 * * * *", ("sweep",), _HALF_HOURLY, _AGAIN, first=2),
    Scheduled("flows.sweeps.credit_recovery", "8,38 * * * *", ("sweep",), _HALF_HOURLY, _AGAIN, first=2),
    Scheduled(
        "flows.collecting.collect_responses",
        "*/15 * * * *",
        ("responses",),
        f"{_WOKEN}, every quarter of an hour at least.",
        "Answers stay where they are and are taken in by the next run; each counts once, however often it is read.",
    ),
    Scheduled(
        "flows.escalating.escalate_unanswered",
        "1-59/15 * * * *",
        ("sweep", "escalation"),
        f"{_WOKEN}, every quarter of an hour at least.",
        _AGAIN,
        first=3,
    ),
    Scheduled(
        "flows.reporting.weekly_report",
        "0 7 * * 1",
        ("report",),
        "Mondays at seven, on the week before.",
        "It only reads; run it again. The report of an earlier week: *Custom run*, with a day of that week.",
    ),
    Scheduled(
        "flows.checking.check_ladders_of_the_week",
        "40 5 * * *",
        ("report", "escalation"),
        "Every night at 5:40.",
        "It only reads; run it again. `Gaps` names rungs at which nobody can be reached: name a deputy, or an address.",
    ),
    Scheduled(
        "flows.privacy.erase_expired",
        "10 4 * * *",
        ("privacy",),
        "Every night at 4:10; does nothing unless `[retention]` names a time.",
        "`Waits` says how many are due: look at them with `seguito retention`, and let them go with `--by`.",
    ),
    Scheduled(
        "flows.health.check_health",
        "25,55 * * * *",
        ("report",),
        "Twice an hour.",
        "It only reads, and mails those who run this installation. `Trouble` names what does not work; `Failed`: "
        "nobody could be told.",
    ),
    Scheduled(
        "flows.on_event.react_to_events",
        None,
        ("import", "sweep", "events"),
        "Within seconds after another system posts `seguito.order.*` to `/api/events`: docs/how-to/events.md.",
        _AGAIN,
    ),
    Scheduled(
        "flows.sharing.share_sweep",
        None,
        ("sweep",),
        "A sweep starts it when much is due (`fan_out_over`).",
        _AGAIN,
        together=True,
    ),
    Scheduled("flows.by_hand.follow_up_customer", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.showing.show_customer", None, ("by-hand",), _WHEN_YOU_LIKE, _READS),
    Scheduled("flows.showing.show_order", None, ("by-hand",), _WHEN_YOU_LIKE, _READS),
    Scheduled("flows.by_hand.hold_follow_ups", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.by_hand.release_follow_ups", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.by_hand.stop_delay_alert", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.addresses.suppress_address", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.addresses.lift_suppression", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.by_hand.re_plan", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.by_hand.send_now", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.first_day.preview_message", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.first_day.go_live", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.by_hand.let_import_through", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled(
        "flows.recording.record_response",
        None,
        ("by-hand", "responses"),
        _WHEN_YOU_LIKE,
        "The state names what is wrong with the form; nothing was recorded, so mend it and run it again.",
    ),
    Scheduled("flows.case_outcome.record_outcome", None, ("by-hand", "cases"), _WHEN_YOU_LIKE, _BY_HAND),
    *(
        Scheduled(f"flows.cases.{name}", None, ("by-hand", "cases"), _WHEN_YOU_LIKE, _BY_HAND)
        for name in (
            "show_case",
            "take_case",
            "add_statement",
            "re_promise_call",
            "snooze_case",
            "hand_over_case",
            "raise_case",
            "ask_for_help",
            "set_appointment",
            "record_contract_end",
            "send_own_page",
        )
    ),
    Scheduled("flows.desk.sign_out", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.privacy.export_customer", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.privacy.erase_customer", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.credit.sign_warning", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.credit.hand_over_to_recovery", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.credit.take_invoice_back", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
    Scheduled("flows.credit.let_invoice_go_on", None, ("by-hand",), _WHEN_YOU_LIKE, _BY_HAND),
)


def described(item: Scheduled, policy: Policy, pool: str | None = None) -> RunnerDeployment:
    """The deployment of an item, as it is before anybody changes it on a server.

    `pool` is the work pool whose workers run it; None: the runner of `seguito up` does.

    Two runs of a sweep at once are harmless but useless, so a second one is cancelled: after an outage all
    the runs that were planned ahead start together, and this makes one of them. A run by hand or by an event
    has work of its own, and waits.
    """
    flow: Flow[..., Any] = load_flow_from_entrypoint(item.entrypoint, use_placeholder_flow=False)
    schema = form(flow, kinds_for_hand(policy), policy.ledger.reasons)
    result = RunnerDeployment.from_entrypoint(
        item.entrypoint,
        name=flow.name,
        parameters=defaults(schema),
        description=f"{flow.description}\n\n**When it runs:** {item.when}\n\n**When it fails:** {item.fails}",
        tags=[TAG, *item.tags],
        schedules=_schedules(item, policy.company.timezone),
        concurrency_limit=None
        if item.together
        else ConcurrencyLimitConfig(limit=1, collision_strategy=_collision(item)),
    )
    result._parameter_openapi_schema = schema  # noqa: SLF001 (there is no other way to give a form of one's own)
    # Said outright, or a deployment that once stood in a work pool would go on waiting for a worker there.
    result.work_pool_name = pool
    result.work_queue_name = None
    return result


async def deployment(item: Scheduled, policy: Policy, pool: str | None = None) -> RunnerDeployment:
    """The deployment of an item, ready to be applied; what ops paused on the server stays paused."""
    result = described(item, policy, pool)
    result.paused = await _paused(f"{result.flow_name}/{result.name}")
    return result


async def register_in_pool(item: Scheduled, policy: Policy, pool: str) -> None:
    """Tell the server of an item that the workers of a pool run; they have the code installed.

    Left alone, a worker would copy the folder that this was called in, or that of the first time, for every run.
    """
    key = await (await deployment(item, policy, pool)).aapply()
    async with get_client() as client:
        await client.update_deployment(key, DeploymentUpdate(path=".", pull_steps=[]))


def _collision(item: Scheduled) -> ConcurrencyLimitStrategy:
    return ConcurrencyLimitStrategy.ENQUEUE if item.cron is None else ConcurrencyLimitStrategy.CANCEL_NEW


def _schedules(item: Scheduled, timezone: str) -> list[DeploymentScheduleCreate]:
    """The slug lets the server find it again; `active` stays unsaid, or ops' pause would be undone."""
    if item.cron is None:
        return []
    schedule = CronSchedule(cron=item.cron, timezone=timezone)
    return [DeploymentScheduleCreate(schedule=schedule, slug="clock")]


async def _paused(full_name: str) -> bool:
    """Whether ops paused the deployment as a whole; registering it would say "not paused" otherwise."""
    async with get_client() as client:
        try:
            return (await client.read_deployment_by_name(full_name)).paused
        except ObjectNotFound:
            return False
