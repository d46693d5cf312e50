"""Whatever is raised, wherever it waits: a sweep ends, and what it had in hand is sent once by the next run."""

import asyncio
from collections.abc import Coroutine, Generator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.sweeping import sweep
from models.tables import Order
from tasks.runtime.settings import Settings
from tasks.sending.sweep import SweepStoppedError
from tasks.sending.sweep_report import Scope
from tasks.smtp.journal import Journal
from tasks.smtp.mailer import open_mailer
from tests import factories
from tests.conftest import ROOT
from tests.integration.sending.faulty_server import FaultyServer, running
from tests.world import World

_MAILS, _CONNECTIONS = 12, 3
_OURS = (str(ROOT / "tasks" / "smtp"), str(ROOT / "tasks" / "sending"))
_ENDS_WITHIN = 60.0


class Thrown(Exception):  # noqa: N818 (it is what is thrown, whatever went wrong)
    """What nobody expects."""


class Thrower:
    """Raises at the nth time that a task of dispatch or mailer waits."""

    def __init__(self, when: int, error: type[BaseException]) -> None:
        self.left, self._error = when, error

    def factory(
        self, loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **options: Any
    ) -> "asyncio.Task[Any]":
        """Every task of the loop is watched."""
        is_ours = coroutine.cr_code.co_filename.startswith(_OURS)  # type: ignore[attr-defined]
        return asyncio.Task(self._watched(coroutine) if is_ours else coroutine, loop=loop, **options)

    async def _watched(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return await _Steps(self, coroutine)

    def waits(self) -> BaseException | None:
        """Called at every wait."""
        self.left -= 1
        return self._error("thrown") if self.left == 0 else None


class _Steps:
    def __init__(self, thrower: Thrower, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._thrower, self._coroutine = thrower, coroutine

    def __await__(self) -> Generator[Any, Any, Any]:
        send: Any = lambda: self._coroutine.send(None)  # noqa: E731 (what comes next, by turns)
        while True:
            try:
                waited = send()
            except StopIteration as ended:
                return ended.value
            error = self._thrower.waits()
            if error is None:
                try:
                    value = yield waited
                except BaseException as outer:  # noqa: BLE001 (handed on as it is)
                    error = outer
            if error is None:
                send = lambda value=value: self._coroutine.send(value)  # noqa: E731
            else:
                send = lambda error=error: self._coroutine.throw(error)  # noqa: E731


def run(world: World, folder: Path, port: int, thrower: Thrower | None = None) -> None:
    async def main() -> None:
        if thrower is not None:
            asyncio.get_running_loop().set_task_factory(thrower.factory)
        chosen = Settings(smtp_port=port, smtp_timeout_seconds=20, _env_file=None)
        async with open_mailer(chosen, _CONNECTIONS) as mailer:
            services = replace(world.services, mailer=mailer, journal=Journal(folder / "journal"))
            scope = Scope("welcome-contact", world.clock.now(), kinds=frozenset({"order-confirmation"}))
            await asyncio.ensure_future(sweep(services, scope))

    async def bounded() -> None:
        await asyncio.wait_for(main(), _ENDS_WITHIN)

    asyncio.run(bounded())


@pytest.mark.parametrize("error", [Thrown, OSError, asyncio.CancelledError])
@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.slow), 9])
def test_a_sweep_ends_whatever_is_raised_wherever_it_waits(
    world: World, tmp_path: Path, error: type[BaseException], step: int
) -> None:
    with running(FaultyServer()) as server:
        when, sent = 1, 0
        while True:
            with world.db.write() as session:
                for number in range(_MAILS):
                    ref = f"{when}-{number}"
                    factories.order(session, factories.customer(session, f"C-{ref}"), f"SO-{ref}")
            thrower = Thrower(when, error)
            try:
                run(world, tmp_path, server.port, thrower)
            except TimeoutError:
                pytest.fail(f"it never ended: thrown at wait {when}")
            except (Thrown, OSError, asyncio.CancelledError, SweepStoppedError):
                pass
            run(world, tmp_path, server.port)
            world.clock.set(world.clock.now() + timedelta(minutes=11))
            run(world, tmp_path, server.port)
            sent += _MAILS
            states = [row.state for row in world.follow_ups("order-confirmation")]
            assert set(states) <= {"sent", "failed"}, f"at wait {when}"
            assert states.count("failed") <= _CONNECTIONS * when, "in doubt, one a connection at most"
            assert max(server.accepted.values()) == 1, f"doubled at wait {when}"
            assert len(server.accepted) >= states.count("sent")
            if thrower.left > 0:
                break
            when += step
        assert world.count(Order) == sent
