"""Several machines, as processes: two API servers, two workers, PostgreSQL, Redis; `make test-cluster`.

SEGUITO_CLUSTER_MAILS sets the backlog (50,000 in `make test-cluster`).
"""

import contextlib
import os
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

import pytest
from sqlalchemy import text

from benchmarks import ground
from tests.cluster import Cluster, below, started

pytestmark = [pytest.mark.slow, pytest.mark.cluster]

MAILS = int(os.environ.get("SEGUITO_CLUSTER_MAILS", "10000"))
_OVER = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@pytest.fixture(scope="module")
def _needs() -> None:
    missing = [name for name in ("redis-server",) if shutil.which(name) is None]
    missing += (
        ["the extra `cluster` (pip install -e '.[cluster]')"] if find_spec("prefect_redis") is None else []
    )
    if missing:
        pytest.skip(f"a cluster cannot be tried here, missing: {', '.join(missing)}")


@pytest.fixture(scope="module")
def cluster(_needs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with started(tmp_path_factory.mktemp("cluster"), MAILS) as made:
        yield made


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
    for process in (worker := cluster.workers[dying].pid, *below(worker)):
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


def _finish(cluster: Cluster) -> None:
    """Sweep as the schedule would, until what the dead worker had in hand is settled and sent."""
    deadline = time.monotonic() + cluster.patience + 300
    while cluster.states() != {"sent": 2 * MAILS}:
        assert time.monotonic() < deadline, f"{cluster.states()}; logs in {cluster.folder}"
        if not _busy_with(cluster, "welcome-contact"):
            cluster.start("welcome-contact")
        time.sleep(10)
