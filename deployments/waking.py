"""Waking runs by what there is to do, so that schedules may be rare and answers still act within two minutes.

Part of the runner of `seguito up`; on several machines a process of its own, `seguito wake`. Without it everything
runs by its schedule, only later.
"""

import asyncio
import sys
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.exceptions import ObjectNotFound
from sqlalchemy.exc import SQLAlchemyError

from flows.blocks import settings as settings_with_blocks
from models import policy as policies
from models.errors import SeguitoError
from models.policy import ESCALATION
from models.rules.health.intervals import COLLECT, EVERY, WAKING
from tasks.health import good_runs
from tasks.mailboxes.opening import mailboxes
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings
from tasks.waking.arrivals import AnswerSource, has_mail
from tasks.waking.due import sweeps_with_work

LOOK_SECONDS = 15.0
_MAIL_EVERY = timedelta(seconds=45)
"""How often mailboxes are looked into: an IMAP server counts logins."""
_SOON, _LATER = timedelta(minutes=1), timedelta(minutes=5)
_AT_WORK = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_MOST_DOUBLED = 8
TAG = "woken"


@dataclass
class Turn:
    """When one deployment was woken last, and how often in a row there was as much to do afterwards."""

    at: datetime
    in_vain: int = 0


class Turns:
    """Who may be woken again: soon after a quiet time, and less and less often where waking does not help.

    A mail server that is away leaves mails due however often a run looks at them; its schedule is the least.
    """

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}

    def chosen(self, wanted: Collection[str], now: datetime) -> list[str]:
        """Those of `wanted` whose turn it is; what is not wanted any more has been helped."""
        for name, turn in self._turns.items():
            if name not in wanted:
                turn.in_vain = 0
        return [name for name in wanted if self._rested(name, now)]

    def woke(self, name: str, now: datetime) -> None:
        """A run was started at `now`."""
        last = self._turns.get(name)
        self._turns[name] = Turn(now, last.in_vain + 1 if last else 0)

    def _rested(self, name: str, now: datetime) -> bool:
        turn = self._turns.get(name)
        if turn is None:
            return True
        least = _SOON if name in {ESCALATION, COLLECT} else _LATER
        pause: timedelta = min(least * 2 ** min(turn.in_vain, _MOST_DOUBLED), EVERY[name])
        return now - turn.at >= pause


def is_over(since: datetime | None, span: timedelta, now: datetime) -> bool:
    """Whether a span has passed since a time, or there never was one."""
    return since is None or now - since >= span


class Waker:
    """Looks again and again at what there is to do, and starts the runs that do it."""

    def __init__(self, client: PrefectClient, settings: Settings) -> None:
        self._client, self._settings = client, settings
        self._turns, self._answers = Turns(), AnswerSource(settings)
        self._mail_at: datetime | None = None
        self._noted_at: datetime | None = None
        self._mail = False

    async def watch(self) -> None:
        """Look until cancelled. What cannot be asked is asked at the next look; runs by schedule say what is wrong."""
        while True:
            try:
                await self.look()
            except (SeguitoError, SQLAlchemyError, httpx.HTTPError, OSError) as error:
                print(f"seguito wake: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> list[str]:
        """One look; returns the names of the deployments that were woken."""
        now = datetime.now(UTC)
        known = await settings_with_blocks()
        wanted = await asyncio.to_thread(self._wanted, known, now)
        woken = []
        for name in self._turns.chosen(wanted, now):
            if await self._wake(name):
                self._turns.woke(name, now)
                self._mail = self._mail and name != COLLECT
                woken.append(name)
        return woken

    def _wanted(self, known: Settings, now: datetime) -> list[str]:
        """What has something to do, answers first."""
        policy = policies.load(known.policy)
        with closing(open_database(known)) as db:
            if is_over(self._mail_at, _MAIL_EVERY, now):
                self._mail, self._mail_at = has_mail(db, mailboxes(known, policy)), now
            with db.read() as session:
                wanted = sweeps_with_work(session, policy, now)
            if is_over(self._noted_at, EVERY[WAKING], now):
                good_runs.note(db, WAKING, now)
                self._noted_at = now
        answers = self._mail or self._answers.may_have_come(now)
        return [COLLECT, *wanted] if answers else wanted

    async def _wake(self, name: str) -> bool:
        """Start a run of a deployment, unless ops paused it, or one is at work that will look at the same."""
        try:
            known = await self._client.read_deployment_by_name(f"{name}/{name}")
        except ObjectNotFound:
            return False
        if (
            known.paused
            or not all(schedule.active for schedule in known.schedules)
            or await self._at_work(known)
        ):
            return False
        await self._client.create_flow_run_from_deployment(known.id, tags=[TAG])
        return True

    async def _at_work(self, known: DeploymentResponse) -> bool:
        states = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(_AT_WORK)))
        return bool(
            await self._client.read_flow_runs(
                flow_run_filter=FlowRunFilter(state=states),
                deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[known.id])),
                limit=1,
            )
        )


def run(settings: Settings) -> int:
    """Watch until Ctrl-C, for the Prefect server of PREFECT_API_URL."""

    async def watch() -> None:
        async with get_client() as client:
            print(
                f"seguito wake: looking every {LOOK_SECONDS:.0f} seconds for what there is to do", flush=True
            )
            await Waker(client, settings).watch()

    asyncio.run(watch())
    return 0
