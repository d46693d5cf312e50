"""What Prefect adds: the sweep, run by a worker of a real Prefect server, and the same sweep without Prefect."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate

from benchmarks.ground import ROOT, Sink, company, end, sink
from benchmarks.table import middle
from deployments.schedules import SCHEDULED, register_in_pool
from models import policy as policies
from tasks.planning.plan import plan_all
from tasks.runtime.database import Database
from tests.prefect_server import PrefectServer

SWEEP = "welcome-contact"
_ENTRYPOINT = "flows.sweeps.welcome_contact"
WAYS = ("without", "deployed")
_POOL = "measured"
_RUN_SECONDS = 900.0
_LOOK_SECONDS = 0.5
_OVER = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
_FAN_OUT = ("max_runs = 2", "max_runs = 1")
"""Both ways do all of it in one run; further runs would be compared with nothing."""

Seconds = Mapping[tuple[str, str], Sequence[float]]
"""By way and part: "work" with all due, "idle" with nothing due, "start" before the work begins."""


def compare(number: int, rounds: int) -> dict[tuple[str, str], list[float]]:
    """Measure both ways in turns, each with everything due and then with nothing due; for `rows`."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="seguito-bench-") as name, sink() as server:
        folder = Path(name)
        _prepare(folder, number)
        with PrefectServer.started(folder) as prefect:
            environment = prefect.environment | {
                "SEGUITO_SMTP_PORT": str(server.port),
                "SEGUITO_POLICY": f"{folder}/policy.toml",
                "PREFECT_WORKER_QUERY_SECONDS": "2",
            }
            with _worker(prefect, environment, folder):
                ways = {"without": lambda: _alone(environment), "deployed": lambda: _deployed(prefect)}
                for turn in range(rounds):
                    for way in WAYS[:: -1 if turn % 2 else 1]:
                        _fresh(folder)
                        for part, sent in (("work", number), ("idle", 0)):
                            start, work = _counted(server, sent, ways[way])
                            found[way, part].append(work)
                            if part == "idle":
                                found[way, "start"].append(start)
    return found


def rows(found: Seconds, number: int) -> list[dict[str, Any]]:
    """The table: what each way took, what Prefect's part of it is, and what of that comes with every mail."""
    work, idle = ({way: found[way, part] for way in WAYS} for part in ("work", "idle"))
    parts = [1 - plain / flow for plain, flow in zip(work["without"], work["deployed"], strict=True)]
    each = {
        way: middle([one - none for one, none in zip(work[way], idle[way], strict=True)]) / number
        for way in WAYS
    }
    table: list[dict[str, Any]] = [
        {
            "what": what,
            "start of the process, s": middle(found[way, "start"]),
            "work with nothing due, s": middle(idle[way]),
            "work with all due, s": middle(work[way]),
            "a mail, ms": 1000 * each[way],
            "rounds, s": " ".join(f"{one:.1f}" for one in work[way]),
        }
        for way, what in zip(WAYS, ("without Prefect", "deployed, by a worker"), strict=True)
    ]
    table[1] |= {"part of Prefect": middle(parts), "of it a mail": 1 - each["without"] / each["deployed"]}
    return table


def _prepare(folder: Path, number: int) -> None:
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    assert _FAN_OUT[0] in text
    (folder / "policy.toml").write_text(text.replace(*_FAN_OUT), encoding="utf-8")
    now = datetime.now(UTC)
    with closing(Database(f"sqlite:///{folder}/base.db")) as db:
        db.migrate()
        company(db, number, now=now)
        plan_all(db, policies.load(folder / "policy.toml"), now)


def _fresh(folder: Path) -> None:
    for path in folder.glob("seguito.db*"):
        path.unlink()
    shutil.copy(folder / "base.db", folder / "seguito.db")


def _counted(server: Sink, expected: int, run: Any) -> tuple[float, float]:
    before = server.counted()[0]
    start, work = run()
    sent = server.counted()[0] - before
    assert sent == expected, f"{sent} mails instead of {expected}"
    return start, work


def _alone(environment: Mapping[str, str]) -> tuple[float, float]:
    command = [sys.executable, "-m", "benchmarks.sweep_alone", SWEEP]
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    whole, work = time.perf_counter() - began, float(done.stdout)
    return whole - work, work


async def _deploy(folder: Path) -> None:
    """The sweep in a work pool, as `seguito setup --pool` does it, but for its schedule."""
    item = next(one for one in SCHEDULED if one.entrypoint == _ENTRYPOINT)
    async with get_client() as client:
        await client.create_work_pool(WorkPoolCreate(name=_POOL, type="process"))
    policy = policies.load(folder / "policy.toml")
    await register_in_pool(replace(item, cron=None), policy, _POOL)


@contextmanager
def _worker(prefect: PrefectServer, environment: Mapping[str, str], folder: Path) -> Iterator[None]:
    """The sweep deployed, and one worker that takes its runs."""
    with prefect.used():
        asyncio.run(_deploy(folder))
    bound = ["deployments.with_parent", "SIGTERM", str(os.getpid()), sys.executable, "-m"]
    worker = ["prefect", "worker", "start", "--pool", _POOL, "--type", "process", "--name", "bench"]
    with (folder / "worker.log").open("wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", *bound, *worker], env=environment, cwd=ROOT, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        end(child)


def _deployed(prefect: PrefectServer) -> tuple[float, float]:
    """One run, by the times of its states: from Pending, when the worker takes it, to Running, and on to its end."""
    known = prefect.get(f"/deployments/name/{SWEEP}/{SWEEP}")
    key = prefect.post(f"/deployments/{known['id']}/create_flow_run")["id"]
    deadline = time.monotonic() + _RUN_SECONDS
    while (run := prefect.get(f"/flow_runs/{key}"))["state_type"] not in _OVER:
        assert time.monotonic() < deadline, run["state"]
        time.sleep(_LOOK_SECONDS)
    assert run["state_type"] == "COMPLETED", run["state"]
    states = {one["type"]: one["timestamp"] for one in prefect.get(f"/flow_run_states/?flow_run_id={key}")}
    pending, running, over = (
        datetime.fromisoformat(states[one]) for one in ("PENDING", "RUNNING", "COMPLETED")
    )
    return (running - pending).total_seconds(), (over - running).total_seconds()
