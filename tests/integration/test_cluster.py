"""Several machines, as processes: two API servers, two workers, PostgreSQL, Redis; `make test-cluster`.

SEGUITO_CLUSTER_MAILS sets the backlog (50,000 in `make test-cluster`).
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text

from benchmarks import ground
from deployments.environment import for_children
from models.tables import FollowUp
from tasks.database import Database
from tasks.settings import Settings
from tests.conftest import ROOT
from tests.ports import free_port
from tests.postgres import PostgresServer

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

MAILS = int(os.environ.get("SEGUITO_CLUSTER_MAILS", "10000"))
_PATIENCE = 120 + MAILS / 10
_POOL = "seguito"
_OVER = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@pytest.fixture(scope="module")
def _needs() -> None:
    missing = [name for name in ("redis-server",) if shutil.which(name) is None]
    missing += (
        ["the extra `cluster` (pip install -e '.[cluster]')"] if find_spec("prefect_redis") is None else []
    )
    if missing:
        pytest.skip(f"a cluster cannot be tried here, missing: {', '.join(missing)}")


class Cluster:
    """The running processes, and what can be asked of them."""

    def __init__(self, folder: Path, url: str, apis: list[str], environment: dict[str, str]) -> None:
        self.folder, self.apis, self.environment = folder, apis, environment
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
        deadline = time.monotonic() + _PATIENCE
        while not until():
            assert time.monotonic() < deadline, f"{what}; logs in {self.folder}"
            time.sleep(0.3)

    def states(self) -> dict[str, int]:
        query = select(FollowUp.state, func.count()).where(FollowUp.kind == "order-confirmation")
        with self.db.read() as session:
            return dict(session.execute(query.group_by(FollowUp.state)).tuples().all())

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


@pytest.fixture(scope="module")
def cluster(_needs: None, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Cluster]":
    folder = tmp_path_factory.mktemp("cluster")
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
        environment = _environment(folder, url, prefect_url, redis, ports[0], sink_port)
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
            command = _prefect("server", "start", "--no-services", "--host", "127.0.0.1", "--port", str(port))
            stack.enter_context(_process(command, own, folder / f"api{number}.log"))
            _healthy(apis[number], folder / f"api{number}.log")
        services = environment | {"PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false"}
        stack.enter_context(
            _process(_prefect("server", "services", "start"), services, folder / "services.log")
        )
        made = Cluster(folder, url, apis, environment)
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
    folder: Path, url: str, prefect_url: str, redis: int, port: int, sink: int
) -> dict[str, str]:
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    for old, new in (
        ("fan_out_over = 5000", f"fan_out_over = {max(MAILS // 8, 1)}"), ("max_runs = 2", "max_runs = 4"),
        ("max_per_run = 20000", "max_per_run = 100000"), ("lease_minutes = 10", "lease_minutes = 1"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    (folder / "policy.toml").write_text(text, encoding="utf-8")
    settings = Settings(
        _env_file=None, state_dir=folder, database_url=url, policy=folder / "policy.toml", prefect_port=port,
        smtp_port=sink, secret="a key for tests alone",  # type: ignore[arg-type]
        archive_address="archive@casabelvedere.example", archive_maildir=folder / "archive",
    )  # fmt: skip
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


def test_two_workers_share_a_backlog_and_one_may_die(cluster: Cluster) -> None:
    now = datetime.now(UTC)
    ground.company(cluster.db, MAILS, now=now)
    began = time.monotonic()
    cluster.start("welcome-contact")
    cluster.wait(lambda: cluster.states().get("sent", 0) == MAILS and _all_over(cluster), "not all was sent")
    accepted = cluster.accepted()
    assert len(accepted) == MAILS
    assert max(accepted.values()) == 1
    by_worker = _sent_by_worker(cluster)
    print(f"{MAILS} mails in {time.monotonic() - began:.0f} s, by worker: {dict(by_worker)}")
    assert sum(by_worker.values()) == MAILS
    assert set(by_worker) == {"north", "south"}
    assert min(by_worker.values()) > MAILS / 20

    with cluster.db.write() as session:  # the same number once more: orders of customers who are known
        session.execute(_MORE, {"mails": MAILS})
    began = time.monotonic()
    cluster.start("welcome-contact")
    cluster.wait(lambda: cluster.states().get("sent", 0) > MAILS * 1.2, "the second backlog did not start")
    dying = next(name for name in cluster.workers if name not in _busy_with(cluster, "welcome-contact"))
    for process in (worker := cluster.workers[dying].pid, *_below(worker)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    print(f"killed {dying} at {cluster.states()}")
    _finish(cluster)
    print(
        f"{MAILS} more in {time.monotonic() - began:.0f} s, with the lease of what was in the dead worker's hands"
    )
    accepted = cluster.accepted()
    assert cluster.states() == {"sent": 2 * MAILS}
    assert len(accepted) == 2 * MAILS
    assert max(accepted.values()) == 1


_MORE = text(
    "INSERT INTO orders (id, ref, customer_id, description, is_service, amount_cents, currency, withdrawal_days,"
    " signed_at, promised_on, dates, to_plan, fingerprint) "
    "SELECT id + :mails, 'SP-' || id, customer_id, description, is_service, amount_cents, currency, withdrawal_days,"
    " signed_at, promised_on, dates, true, fingerprint FROM orders"
)


def _all_over(cluster: Cluster) -> bool:
    return all(run["state_type"] in _OVER for run in cluster.runs())


def _worker_of(run: dict[str, Any]) -> str:
    return str(run["labels"].get("prefect.worker.name"))


def _sent_by_worker(cluster: Cluster) -> "Counter[str]":
    found: Counter[str] = Counter()
    for run in cluster.runs():
        if number := re.match(r"(\d+) sent", run["state"]["message"] or ""):
            found[_worker_of(run)] += int(number[1])
    return found


def _busy_with(cluster: Cluster, flow: str) -> set[str]:
    return {
        _worker_of(run)
        for run in cluster.runs()
        if run["state_type"] == "RUNNING" and run["name"].startswith(flow)
    }


def _below(parent: int) -> list[int]:
    """The processes that a process started, and theirs."""
    found: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                child = int(path.parent.name)
                found += [child, *_below(child)]
    return found


def _finish(cluster: Cluster) -> None:
    """Sweep as the schedule would, until what the dead worker had in hand is settled and sent."""
    deadline = time.monotonic() + _PATIENCE + 300
    while cluster.states() != {"sent": 2 * MAILS}:
        assert time.monotonic() < deadline, f"{cluster.states()}; logs in {cluster.folder}"
        if not _busy_with(cluster, "welcome-contact"):
            cluster.start("welcome-contact")
        time.sleep(10)
