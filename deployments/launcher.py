"""`seguito up`: everything on one machine, in the foreground, until Ctrl-C."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypeVar

from fastapi import FastAPI
from pydantic import SecretStr

from deployments import desk_links
from deployments.environment import (
    LOGIN_FILE,
    NO_LOGIN,
    for_children,
    for_launch,
    mails_stay_here,
    prefect_login,
    prefect_url,
    reachable,
)
from deployments.mailbox.page import create_app as mailbox_page
from deployments.mailbox.smtp import Keeper, listen
from deployments.mailbox.store import MailboxFolder
from deployments.prefect_login import NoLoginError, is_sample, login_for_launch
from deployments.preflight import LaunchError, migrate, own_state_dir, ports
from deployments.processes import Child
from deployments.serve import serve
from deployments.web.hosts import listed
from models import policy as policies
from models.policy import PolicyError
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings
from tasks.runtime.trial import trial_of

_FIRST_RUNS_DONE = "first runs done"
"""As `deployments.runner` says it, which takes seconds to import."""
_SERVER_GRACE_SECONDS = 5.0
_RUNNER_GRACE_SECONDS = 30.0
T = TypeVar("T")
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(settings: Settings) -> int:
    """Start everything, stay until Ctrl-C, end everything. Returns the exit code."""
    try:
        asyncio.run(up(settings))
    except (LaunchError, NoLoginError, PolicyError) as error:
        print(f"seguito up: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


async def up(settings: Settings) -> None:
    """See `run`.

    Raises:
        LaunchError: see there.
        NoLoginError: the Prefect server would be open to other machines.
        PolicyError: the policy cannot be used.
    """
    stop = _stop_on_signals()
    settings = for_launch(settings, policies.load(settings.policy))
    with own_state_dir(settings.state_dir), ports(settings) as sockets:
        _ = settings.signing_key  # made here, before several processes would make one each
        login, is_new = login_for_launch(settings)
        settings = settings.model_copy(update={"prefect_auth": SecretStr(login or NO_LOGIN)})
        await _unless(stop, asyncio.to_thread(migrate, settings))
        async with _everything(settings, sockets) as (children, status):
            print("seguito: starting …", flush=True)
            if is_new:
                print(f"seguito: the Prefect UI asks for this login, shown only now: {login}", flush=True)
            problem = await _unless(stop, _serve(settings, children, status))
            print("seguito: stopping …", flush=True)
    if problem:
        raise LaunchError(problem)
    print("seguito: stopped. `make up` goes on from here.", flush=True)


async def _serve(settings: Settings, children: list[Child], status: asyncio.StreamReader) -> str:
    """Tell what the runner says until a child ends by itself; returns the sentence about that."""
    telling = asyncio.create_task(_tell(settings, status))
    ends = {asyncio.create_task(child.died()) for child in children}
    try:
        done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()
    finally:
        for task in (telling, *ends):
            task.cancel()


async def _tell(settings: Settings, status: asyncio.StreamReader) -> None:
    async for line in status:
        said = line.decode().strip()
        print(_welcome(settings) if said == "ready" else f"  {said}", flush=True)
        if said == _FIRST_RUNS_DONE and is_sample(settings):
            print(await asyncio.to_thread(_desk, settings), flush=True)


def _desk(settings: Settings) -> str:
    """How to get to the desk of the made-up company."""
    return "\n".join(
        (
            "",
            "The desk, as one of the company. Open a link and press the button: each works once, within an hour.",
            *desk_links.lines(settings),
            f"  Later, ask at {settings.public_url}/desk with the colleague's address: the link comes to the mailbox.",
            "",
        )
    )


def _trial_line(settings: Settings) -> str:
    """Whether customers are written to, for whoever starts it."""
    db = open_database(settings)
    try:
        trial = trial_of(db, policies.load(settings.policy), settings)
    finally:
        db.close()
    if trial is None:
        return ""
    return f"""
TRIAL: no customer is written to; their mails go {f"to {trial.send_to}" if trial.send_to else "nowhere"}.
`seguito go-live` shows what is open of the past, and begins in earnest (docs/how-to/first-day.md).
"""


def _welcome(settings: Settings) -> str:
    host = reachable(settings.bind)
    mails = (
        f"http://{host}:{settings.mailbox_port}" if mails_stay_here(settings) else f"on {settings.smtp_host}"
    )
    return f"""
Seguito is up.
  Prefect UI        {prefect_url(settings)}/v2{_asks(settings)}
  Today             {prefect_url(settings)}/v2/artifacts/key/overview (at a glance, after the first runs)
  Mailbox           {mails}
  Customers' pages  {settings.public_url}
  Desk              {settings.public_url}/desk
  Mail server       {settings.smtp_host}:{settings.smtp_port} (SMTP)

What to look at first: the runs in the Prefect UI, one flow each for the welcome, the delays, the
satisfaction checks and the payments; then a mail in the mailbox, and the link in it, to answer as the
customer. Everything is kept in {settings.state_dir}; Ctrl-C stops all of it.

{_trial_line(settings)}
Everything runs once now:"""


def _asks(settings: Settings) -> str:
    kept = settings.state_dir / LOGIN_FILE
    return "" if prefect_login(settings) is None else f" (login: {kept if kept.exists() else 'as it is set'})"


@asynccontextmanager
async def _everything(
    settings: Settings, sockets: dict[str, socket.socket]
) -> AsyncIterator[tuple[list[Child], asyncio.StreamReader]]:
    """All that runs: mailbox and pages in this process, the Prefect server and the runner as children.

    They end in the opposite order, so the runner can still tell the server how its runs ended.
    """
    async with AsyncExitStack() as stack:
        if mails_stay_here(settings):
            mailbox = MailboxFolder(settings.state_dir / "mailbox")
            archive = MailboxFolder(settings.archive_maildir) if settings.archive_maildir else None
            server = await listen(sockets["smtp"], Keeper(mailbox, archive, settings.archive_address))
            stack.callback(server.close)
            await stack.enter_async_context(
                serve(mailbox_page(mailbox, listed(settings.allowed_hosts)), sockets["mailbox"])
            )
        await stack.enter_async_context(serve(_customers_pages(settings), sockets["web"]))
        environment = for_children(settings)
        prefect = await _start_prefect(settings, environment)
        stack.push_async_callback(prefect.stop, _SERVER_GRACE_SECONDS)
        runner, status = await _start_runner(settings, environment)
        stack.push_async_callback(runner.stop, _RUNNER_GRACE_SECONDS)
        yield [prefect, runner], status


def _customers_pages(settings: Settings) -> FastAPI:
    from deployments.web.app import create_app  # noqa: PLC0415 (it reads templates; a refused start need not wait)

    return create_app(settings)


async def _start_prefect(settings: Settings, environment: Mapping[str, str]) -> Child:
    """SIGKILL at the launcher's death: its database stands it, and browsers would hold an orderly end up."""
    return await Child.start(
        "the Prefect server",
        *("-m", "deployments.prefect_server", settings.bind, str(settings.prefect_port)),
        log=settings.state_dir / "logs" / "prefect-server.log",
        environment=environment,
        with_parent=signal.SIGKILL,
    )


async def _start_runner(
    settings: Settings, environment: Mapping[str, str]
) -> tuple[Child, asyncio.StreamReader]:
    """The runner, and what it says."""
    reading, writing = os.pipe()
    child = await Child.start(
        "the runner of the flows",
        *("-m", "deployments.runner", str(writing)),
        log=settings.state_dir / "logs" / "runner.log",
        environment=environment,
        keep=(writing,),
    )
    os.close(writing)
    status = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(status), os.fdopen(reading, "rb")
    )
    return child, status


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _unless(stop: asyncio.Event, work: Coroutine[object, object, T]) -> T | None:
    """The work's result, or None as soon as the user wants to stop."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.wait({working})
    return None
