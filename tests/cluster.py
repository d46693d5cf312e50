"""Several machines, as processes: two API servers, two workers, PostgreSQL, Redis."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from deployments.environment import for_children
from models.tables import FollowUp
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings
from tests.conftest import ROOT
from tests.ports import free_port
from tests.postgres import PostgresServer

_POOL = "seguito"


class Cluster:
    """The running processes, and what can be asked of them."""

    def __init__(self, folder: Path, url: str, apis: list[str], patience: float) -> None:
        self.folder, self.apis = folder, apis
        self.patience = patience
        """Seconds, for a backlog."""
        self.db = Database(url)
        self.workers: dict[str, subprocess.Popen[bytes]] = {}

    def post(self, path: str, **body: object) -> Any:
        return httpx.post(f"{self.apis[0]}{path}", json=body, timeout=60).raise_for_status().json()

    def start(self, name: str) -> str:
        """Start a run of a deployment, and return its id."""
        found = httpx.get(f"{self.apis[0]}/deployments/name/{name}/{name}").raise_for_status().json()
        return str(self.post(f"/deployments/{found['id']}/create_flow_run")["id"])

    def runs(self) -> list[dict[str, Any]]:
        sweeps = {"name": {"any_": ["welcome-contact", "share-sweep"]}}
        return list(self.post("/flow_runs/filter", flows=sweeps, limit=200))

    def wait(self, until: Any, what: str) -> None:
        deadline = time.monotonic() + self.patience
        while not until():
            assert time.monotonic() < deadline, f"{what}; logs in {self.folder}"
            time.sleep(0.3)

    def states(self) -> dict[str, int]:
        query = select(FollowUp.state, func.count()).where(FollowUp.kind == "order-confirmation")
        with self.db.read() as session:
            return dict(session.execute(query.group_by(FollowUp.state)).all())

    def accepted(self) -> "Counter[str]":
        return Counter((self.folder / "accepted.log").read_text().split())


@contextmanager
def _process(
    command: list[str], environment: dict[str, str], log: Path, home: Path = ROOT
) -> "Iterator[subprocess.Popen[bytes]]":
    with log.open("wb") as out:
        child = subprocess.Popen(
            command, env=environment, stdout=out, stderr=out, cwd=home, start_new_session=True
        )
    try:
        yield child
    finally:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(10)


def _prefect(*words: str) -> list[str]:
    return [sys.executable, "-m", "prefect", *words]


@contextmanager
def started(folder: Path, mails: int) -> "Iterator[Cluster]":
    """All processes, with a policy that shares a backlog of `mails` among four runs."""
    (folder / "tmp").mkdir()
    redis, sink_port = free_port(), 0
    with ExitStack() as stack:
        postgres = stack.enter_context(PostgresServer.started("fsync=off", "max_connections=300"))
        url = postgres.create_database("cluster")
        prefect_url = postgres.create_database("prefect").replace("+psycopg", "+asyncpg")
        sink = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.sink", str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        stack.callback(sink.wait)
        stack.callback(sink.kill)
        assert sink.stdout is not None
        stack.callback(sink.stdout.close)
        sink_port = int(sink.stdout.readline())
        ports = [free_port(), free_port()]
        environment = _environment(folder, mails, url, prefect_url, redis, ports[0], sink_port)
        command = [
            "redis-server",
            "--port",
            str(redis),
            "--dir",
            str(folder),
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        stack.enter_context(_process(command, environment, folder / "redis.log"))
        apis = [f"http://127.0.0.1:{port}/api" for port in ports]
        for number, port in enumerate(ports):
            own = environment | {"PREFECT_SERVER_DATABASE_MIGRATE_ON_START": str(number == 0).lower()}
            command = [
                sys.executable,
                "-m",
                "deployments.prefect_server",
                "--no-services",
                "127.0.0.1",
                str(port),
            ]
            stack.enter_context(_process(command, own, folder / f"api{number}.log"))
            _healthy(apis[number], folder / f"api{number}.log")
        services = environment | {"PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false"}
        stack.enter_context(
            _process(_prefect("server", "services", "start"), services, folder / "services.log")
        )
        made = Cluster(folder, url, apis, patience=120 + mails / 10)
        stack.callback(made.db.close)
        made.db.migrate()
        setup = [Path(sys.executable).with_name("seguito"), "setup", "--pool", _POOL]
        subprocess.run(setup, env=environment, cwd=folder, check=True, capture_output=True, timeout=120)
        _pause_schedules(made)
        for number, name in enumerate(("north", "south")):
            own = environment | {"PREFECT_API_URL": apis[number]}
            command = _prefect(
                "worker", "start", "--pool", _POOL, "--name", name, "--type", "process", "--limit", "2"
            )
            (home := folder / name).mkdir()  # machines do not have the same folders
            log = folder / f"worker-{name}.log"
            made.workers[name] = stack.enter_context(_process(command, own, log, home))
        yield made


def _environment(
    folder: Path, mails: int, url: str, prefect_url: str, redis: int, port: int, sink: int
) -> dict[str, str]:
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    for old, new in (
        ("fan_out_over = 5000", f"fan_out_over = {max(mails // 8, 1)}"),
        ("max_runs = 2", "max_runs = 4"),
        ("max_per_run = 20000", "max_per_run = 100000"),
        ("lease_minutes = 10", "lease_minutes = 1"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "policy.toml").write_text(text, encoding="utf-8")
    settings = Settings(
        _env_file=None,
        state_dir=folder,
        database_url=url,
        policy=folder / "policy.toml",
        prefect_port=port,
        smtp_port=sink,
        secret="a key for tests alone",  # type: ignore[arg-type]
        archive_address="archive@casabelvedere.example",
        archive_maildir=folder / "archive",
    )
    at = f"redis://127.0.0.1:{redis}"
    environment = for_children(settings) | {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": prefect_url,
        "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_REDIS_MESSAGING_URL": f"{at}/0",
        "PREFECT_SERVER_DOCKET_URL": f"{at}/1",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_LOGGING_LEVEL": "INFO",
    }
    environment.pop("PREFECT_API_DATABASE_CONNECTION_URL")
    return environment


def _healthy(api: str, log: Path) -> None:
    deadline = time.monotonic() + 180
    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{api}/health").is_success:
                return
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.3)


def _pause_schedules(cluster: Cluster) -> None:
    """Only the runs that a test starts: what is shared is then known."""
    for found in cluster.post("/deployments/filter", limit=100):
        for schedule in found["schedules"]:
            path = f"{cluster.apis[0]}/deployments/{found['id']}/schedules/{schedule['id']}"
            httpx.patch(path, json={"active": False}).raise_for_status()


def below(parent: int) -> list[int]:
    """The processes that a process started, and theirs."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                child = int(path.parent.name)
                found += [child, *below(child)]
    return found
