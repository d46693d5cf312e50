"""The automations that watch over the sweeps, as code: made once by name, brought up to date ever after."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.events.actions import ActionTypes, DoNothing, RunDeployment, SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.exceptions import ObjectNotFound

from flows.outcomes import NOTHING_DUE
from flows.runs import PARTLY_FAILED
from models.errors import MendError
from models.policy import SWEEPS
from models.rules.health.intervals import silent_after

EVENTS = ("signed", "delayed", "delivered", "paid", "disputed", "changed")
"""What another system may post as `seguito.order.EVENT`."""

_TAG = {"prefect.resource.role": "tag", "prefect.resource.id": "prefect.tag.seguito"}
_RUN = {"prefect.resource.id": "prefect.flow-run.*"}
_OLDER = "Seguito: no sweep has run well for a while"
"""Of an earlier version; a single sweep that was paused rang nothing."""
_DEBOUNCE = timedelta(seconds=2)
_BODY = "{{ flow.name }}: {{ flow_run.state.message }}\n{{ flow_run|ui_url }}"


class BlockMissingError(MendError):
    """The notification block of the settings does not exist; make it in the UI first, under Blocks."""


async def set_up(client: PrefectClient, notify: str | None, quiet: timedelta | None = None) -> list[str]:
    """Make or mend every automation; returns their names. What ops switched off stays off.

    `notify` names a notification block as `type/name`; without one they only show in the event feed. `quiet` is how
    long a sweep may not have run well; by its schedule when not given.

    Raises:
        BlockMissingError: there is no such block.
    """
    block = await _block(client, notify) if notify else None
    wanted = [*_watching(block, quiet), *await _waking(client)]
    for automation in wanted:
        await _apply(client, automation)
    for older in await client.read_automations_by_name(_OLDER):
        await client.delete_automation(older.id)
    return [automation.name for automation in wanted]


def _watching(block: UUID | None, quiet: timedelta | None) -> Sequence[AutomationCore]:
    return (
        _told(
            "Seguito: a run failed, crashed or timed out",
            "Its sentence names the cause and the fix. Nothing is lost: what was not sent stays due.",
            _trigger(
                {"prefect.flow-run.Failed", "prefect.flow-run.Crashed", "prefect.flow-run.TimedOut"}, _TAG
            ),
            block,
            _BODY,
        ),
        _told(
            "Seguito: a run is late",
            "See that the launcher or the worker is running; what is late then runs once.",
            _trigger({"prefect.flow-run.Late"}, _TAG),
            block,
            _BODY,
        ),
        _told(
            "Seguito: some contacts could not be delivered (PartlyFailed)",
            "The table of the run says why; each has its case with a person.",
            _trigger({f"prefect.flow-run.{PARTLY_FAILED}"}, _TAG),
            block,
            _BODY,
        ),
        _told(
            "Seguito: the mail server refuses everybody's mail (MailServerRefuses)",
            "Nothing failed by it: the next runs try a few first. Call whoever runs the mail server, with its words.",
            EventTrigger(
                expect={"seguito.mail-server.refuses"},
                match={"prefect.resource.id": "seguito.mail-server"},
                posture=Posture.Reactive,
                threshold=1,
                within=timedelta(0),
            ),
            block,
            "The mail server refuses everybody's mail: see the sentence of the last run.",
        ),
        *(_has_not_run(name, block, quiet or silent_after(name)) for name in SWEEPS),
        _told(
            "Seguito: a work pool was paused",
            "Nothing runs from it until somebody resumes it under Work Pools.",
            EventTrigger(
                expect={"prefect.work-pool.paused"},
                match={"prefect.resource.id": "prefect.work-pool.*"},
                posture=Posture.Reactive,
                threshold=1,
                within=timedelta(0),
            ),
            block,
            "Nothing runs from this work pool until somebody resumes it.",
        ),
    )


def _has_not_run(name: str, block: UUID | None, quiet: timedelta) -> AutomationCore:
    """One sweep that is paused or dead is not hidden by the others."""
    return _told(
        f"Seguito: {name} has not run well for a while",
        f"It has not in {quiet}. See that its schedule is on, launcher or worker is running, and what it said.",
        EventTrigger(
            expect={f"prefect.flow-run.{name}" for name in ("Completed", NOTHING_DUE, PARTLY_FAILED)},
            match=_RUN,
            match_related={"prefect.resource.role": "deployment", "prefect.resource.name": name},
            posture=Posture.Proactive,
            threshold=1,
            within=quiet,
        ),
        block,
        f"{name} has not ended well. Is its schedule on, and the launcher or the worker running?",
    )


async def _waking(client: PrefectClient) -> Sequence[AutomationCore]:
    """Events of other systems wake one run, which begins after the last event that it stands for.

    The first event of two seconds fires; the run starts when they are over, so that it reads what all of them
    announced. An event that comes later fires again, and that run waits its turn.
    """
    try:
        known = await client.read_deployment_by_name("react-to-events/react-to-events")
    except ObjectNotFound:
        return ()
    trigger = EventTrigger(
        expect={f"seguito.order.{event}" for event in EVENTS},
        match={"prefect.resource.id": "seguito.order.*"},
        posture=Posture.Reactive,
        threshold=1,
        within=_DEBOUNCE,
    )
    action = RunDeployment(
        source="selected", deployment_id=known.id, schedule_after=_DEBOUNCE + _DEBOUNCE / 2
    )
    name = "Seguito: an event of another system wakes the import and the sweeps"
    what = "`seguito.order.*`, posted to `/api/events`, starts react-to-events within seconds: docs/how-to/events.md."
    return (_automation(name, what, trigger, action),)


def _trigger(expect: set[str], related: dict[str, Any]) -> EventTrigger:
    return EventTrigger(
        expect=expect,
        match=_RUN,
        match_related=related,
        posture=Posture.Reactive,
        threshold=1,
        within=timedelta(0),
    )


def _told(name: str, todo: str, trigger: EventTrigger, block: UUID | None, body: str) -> AutomationCore:
    if block is None:
        silent = " It tells nobody yet: name a notification block in SEGUITO_NOTIFY_BLOCK."
        return _automation(name, todo + silent, trigger, DoNothing())
    action = SendNotification(block_document_id=block, subject=name, body=f"{body}\n\n{todo}")
    return _automation(name, todo, trigger, action)


def _automation(name: str, what: str, trigger: EventTrigger, action: ActionTypes) -> AutomationCore:
    description = f"{what} (Made by `seguito setup`.)"
    return AutomationCore(name=name, description=description, trigger=trigger, actions=[action])


async def _apply(client: PrefectClient, wanted: AutomationCore) -> None:
    found = await client.read_automations_by_name(wanted.name)
    if not found:
        await client.create_automation(wanted)
        return
    known, *others = sorted(found, key=lambda one: str(one.id))
    await client.update_automation(known.id, wanted.model_copy(update={"enabled": known.enabled}))
    for other in others:
        await client.delete_automation(other.id)


async def _block(client: PrefectClient, notify: str) -> UUID:
    kind, _, name = notify.partition("/")
    try:
        return (await client.read_block_document_by_name(name, kind)).id
    except ObjectNotFound as error:
        raise BlockMissingError(
            f"there is no block {notify!r}; make it in the Prefect UI under Blocks, or mend SEGUITO_NOTIFY_BLOCK"
        ) from error
