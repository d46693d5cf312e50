"""What Prefect adds: the sweep as a flow on a real Prefect server, and the same sweep without."""

import asyncio
import os
import shutil
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.bases import Bases
from benchmarks.ground import ROOT, company, policy, sink
from benchmarks.table import middle
from tasks.database import Database
from tasks.planning import plan_all
from tests.prefect_server import PrefectServer


def compare(bases: Bases, number: int, rounds: int) -> list[dict[str, Any]]:
    """Rows: seconds for each way, and the part of the flow's time that Prefect takes."""
    found: dict[str, list[float]] = defaultdict(list)
    now = datetime.now(UTC)

    def fill(db: Database) -> None:
        company(db, number, now=now)
        plan_all(db, policy(), now)

    name = bases.prepared("sqlite", fill)
    with (
        tempfile.TemporaryDirectory() as folder,
        sink() as server,
        PrefectServer.started(Path(folder)) as prefect,
    ):
        shutil.copy(ROOT / "policy.toml", folder)
        for _ in range(rounds):
            for way in ("without", "flow"):
                with bases.copy("sqlite", name) as db:
                    os.environ |= {
                        "SEGUITO_DATABASE_URL": db.url, "SEGUITO_SMTP_PORT": str(server.port),
                        "SEGUITO_STATE_DIR": folder, "SEGUITO_POLICY": f"{folder}/policy.toml",
                    }  # fmt: skip
                    with prefect.used():
                        found[way].append(asyncio.run(_timed(way)))
    parts = [1 - plain / flow for plain, flow in zip(found["without"], found["flow"], strict=True)]
    return [
        {"what": "the sweep without Prefect", "seconds": middle(found["without"])},
        {
            "what": "the flow on a Prefect server",
            "seconds": middle(found["flow"]),
            "part of Prefect": middle(parts),
        },
    ]


async def _timed(way: str) -> float:
    from flows.running import services  # noqa: PLC0415 (Prefect is imported only for this)
    from flows.sweeping import sweep  # noqa: PLC0415
    from flows.sweeps import welcome_contact  # noqa: PLC0415
    from tasks.report import Scope  # noqa: PLC0415

    began = time.perf_counter()
    if way == "flow":
        await welcome_contact(return_state=True)
    else:
        async with services() as opened:
            await sweep(opened, Scope("welcome-contact", opened.clock.now()))
    return time.perf_counter() - began
