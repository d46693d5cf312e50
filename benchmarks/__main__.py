"""`python -m benchmarks [SECTION …] [--scale 1.0] [--rounds 3]`: run, print, and keep in results.md and .json."""

import argparse
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import dispatch, through_prefect, tick, volume
from benchmarks.bases import KINDS, Bases
from benchmarks.ground import ROOT, Sink, sink
from benchmarks.table import keep, middle

MAILS, ORDERS, ANSWERS, REPLAYED = 20_000, 1_000_000, 10_000, 100_000


class Peer(NamedTuple):
    """What a Python team would otherwise use."""

    module: str
    package: str
    """What it needs."""
    part: float
    """Of the mails."""
    records: str = "yes"
    on_postgres: bool = False
    environment: Mapping[str, str] = {}


PEERS = {
    "cron script, smtplib, a commit a mail, sqlite": Peer("cron", "psycopg", 1.0),
    "cron script, smtplib, a commit a mail, postgresql": Peer("cron", "psycopg", 1.0, on_postgres=True),
    "Celery + Redis, with results": Peer("celery_redis", "celery", 0.5, environment={"PEER_RESULTS": "yes"}),
    "Celery + Redis, without results": Peer(
        "celery_redis", "celery", 0.5, "no", environment={"PEER_RESULTS": "no"}
    ),
    "Procrastinate": Peer("procrastinate_jobs", "procrastinate", 0.25, on_postgres=True),
    "DBOS, a step a mail": Peer("dbos_steps", "dbos", 0.25, on_postgres=True),
    "prefect-email in a flow": Peer("prefect_email_flow", "prefect_email", 0.01, "as task runs"),
}


def run_dispatch(bases: Bases, scale: float, rounds: int) -> None:
    """The sweep, aiosmtplib alone, and the peers, in interleaved rounds."""
    number = max(int(MAILS * scale), 200)
    seconds: dict[str, list[float]] = defaultdict(list)
    recorded, notes = {"aiosmtplib alone, bytes ready, 8 connections": "no"}, dict[str, str]()
    with sink() as server, tempfile.TemporaryDirectory() as folder:
        names = {kind: bases.prepared(kind, lambda db: dispatch.prepare(db, number)) for kind in KINDS}
        with bases.copy("sqlite", names["sqlite"]) as db:
            mails = dispatch.ready_mails(db)
        for _ in range(rounds):
            alone = dispatch.alone(mails, server) / number
            seconds["aiosmtplib alone, bytes ready, 8 connections"].append(alone)
            for kind in KINDS:
                with bases.copy(kind, names[kind]) as db:
                    before = server.counted()[0]
                    seconds[f"Seguito, the whole sweep, {kind}"].append(dispatch.ours(db, server) / number)
                    recorded[f"Seguito, the whole sweep, {kind}"] = "yes"
                    assert server.counted()[0] - before == number
            for name, peer in PEERS.items():
                recorded[name] = peer.records
                if (why := _missing(peer)) is not None:
                    notes[name] = why
                    continue
                some = mails[: max(int(number * peer.part), 50)]
                seconds[name].append(_seconds(bases, server, peer, some, Path(folder)) / len(some))
    base = seconds["aiosmtplib alone, bytes ready, 8 connections"]
    rows = [
        {
            "what": name,
            "mails a second": 1 / middle(found) if found else "-",
            "of aiosmtplib alone": middle([one / other for one, other in zip(base, found, strict=True)])
            if found
            else "-",
            "records each outcome": recorded[name],
            "note": notes.get(name, ""),
        }
        for name in recorded
        for found in [seconds[name]]
    ]
    keep(
        "Dispatch",
        rows,
        _about(scale, rounds, f"{number:,} mails; peers send ready-made bytes"),
    )


def _missing(peer: Peer) -> str | None:
    if find_spec(peer.package) is None:
        return f"not run: {peer.package} is not installed (extra `bench`)"
    if peer.module == "celery_redis" and shutil.which("redis-server") is None:
        return "not run: there is no redis-server"
    return None


def _seconds(bases: Bases, server: Sink, peer: Peer, mails: list[Any], folder: Path) -> float:
    work = folder / uuid.uuid4().hex
    work.mkdir()
    ready = [(mail.sender, mail.recipients[0], mail.body) for mail in mails]
    (work / "mails").write_bytes(pickle.dumps(ready))
    state = bases.empty_postgres() if peer.on_postgres else str(work)
    module = f"benchmarks.peers.{peer.module}"
    before = server.counted()[0]
    done = subprocess.run(
        [sys.executable, "-m", module, str(server.port), str(work / "mails"), state],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | peer.environment,
        cwd=ROOT,
    )
    if done.returncode:
        raise SystemExit(f"{module}: {done.stderr[-2000:]}")
    assert server.counted()[0] - before == len(mails), module
    return float(done.stdout.split()[-1])


def run_tick(bases: Bases, scale: float, rounds: int) -> None:
    """Planning and claiming at bases of very different sizes."""
    sizes = [10_000, max(int(1_000_000 * scale), 50_000), max(int(5_000_000 * scale), 100_000)]
    rows = []
    for kind in KINDS:
        built = [tick.build(bases, kind, size) for size in sizes]
        tick.busy(bases, built[0])  # statements are compiled once a process
        idle: dict[int, list[float]] = defaultdict(list)
        busy: dict[int, list[tick.Seconds]] = defaultdict(list)
        for _ in range(rounds):
            for base in built:
                idle[base.past.follow_ups].append(tick.idle(bases, base))
                busy[base.past.follow_ups].append(tick.busy(bases, base))
        for base in built:
            bases.drop(kind, base.name)
        rows += [_ticked(kind, size, idle[size], busy[size], busy[sizes[0]]) for size in sizes]
    what = f"{tick.DUE:,} new orders planned, and {tick.DUE:,} due contacts, scattered over the base, claimed"
    keep("The tick", rows, _about(scale, rounds, f"{what}; rolled back"))


def _ticked(
    kind: str, size: int, idle: list[float], busy: list[tick.Seconds], smallest: list[tick.Seconds]
) -> dict[str, Any]:
    return {
        "database": kind,
        "follow-ups in the base": size,
        "nothing due, ms": 1000 * middle(idle),
        f"{tick.DUE:,} planned, s": middle([one.planning for one in busy]),
        f"{tick.DUE:,} claimed, s": middle([one.claiming for one in busy]),
        "both, s": middle([one.together for one in busy]),
        "against the smallest": middle(
            [one.together / other.together for one, other in zip(busy, smallest, strict=True)]
        ),
    }


def run_volume(bases: Bases, scale: float, rounds: int) -> None:
    """Import against pandas, in interleaved rounds; the rest once. Each in a process of its own."""
    orders, answers, replayed = (max(int(full * scale), 100) for full in (ORDERS, ANSWERS, REPLAYED))
    rows: list[dict[str, Any]] = []

    def told(*more: dict[str, Any]) -> None:
        rows.extend(more)
        keep("Volume", rows, _about(scale, rounds, "Import and pandas in interleaved rounds, the rest once"))

    for kind in KINDS:
        pairs = [[_volume(bases, what, kind, orders) for what in ("import", "pandas")] for _ in range(rounds)]
        told(*volume.against_pandas(pairs))
    for what, number in (("plan", orders), ("collect", answers)):
        for kind in KINDS:
            told(_volume(bases, what, kind, number))
    told(_volume(bases, "replay", "sqlite", replayed))


def _volume(bases: Bases, what: str, kind: str, number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/volume.db" if kind == "sqlite" else bases.empty_postgres()
        row = volume.measure(what, kind, number, url, Path(name))
    print(row, flush=True)
    return row


def run_prefect(_bases: Bases, scale: float, rounds: int) -> None:
    """The same sweep deployed on a Prefect server, and without Prefect; a small difference, so in more rounds."""
    number, rounds = max(int(MAILS * scale), 500), 2 * rounds + 1
    found = through_prefect.compare(number, rounds)
    what = f"{number:,} mails, SQLite, a task run for 500 mails; no further runs"
    keep("Through Prefect", through_prefect.rows(found, number), _about(scale, rounds, what))


def _about(scale: float, rounds: int, what: str) -> str:
    return f"{what}. Scale {scale:g}, {rounds} round(s), {datetime.now(UTC):%Y-%m-%d}."


SECTIONS: dict[str, Callable[[Bases, float, int], None]] = {
    "dispatch": run_dispatch,
    "tick": run_tick,
    "volume": run_volume,
    "prefect": run_prefect,
}


def main() -> None:
    """Run the sections that were asked for, or all."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with ExitStack() as stack:
        bases = stack.enter_context(Bases.opened())
        for name in asked.sections or SECTIONS:
            SECTIONS[name](bases, asked.scale, asked.rounds)


if __name__ == "__main__":
    main()
