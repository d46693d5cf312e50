"""Volume: importing and planning very many orders, replaying years, collecting answers. Each in a process of its own.

`python -m benchmarks.volume WHAT NUMBER URL FOLDER` prints seconds, the largest memory the process had (MB), and what
came of it.
"""

import csv
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy

from benchmarks.ground import ROOT, START, company, policy
from benchmarks.table import middle
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tasks.smtp.transaction import Mail
from tests.inbox import Inbox
from tests.world import World

Done = tuple[float, str]
"""Seconds, and what came of it."""

DAYS = 730
_SPOILT = 7
_COLUMNS = ["ref", "customer", "description", "amount", "signed_at", "promised_on", "delivered_at"]


def write_orders(folder: Path, number: int, days: int = 0) -> None:
    """CSV files and SELECTs as a company would have them: one customer for ten orders, spread over `days`.

    One order in a thousand has a day that no calendar knows. With `days` some are early, some late, and customers rate.
    """
    (folder / "data").mkdir(parents=True)
    settings = 'timezone = "Europe/Rome"\ncountry = "IT"\nlanguage = "it"\ncurrency = "EUR"\n'
    (folder / "source.toml").write_text(settings)
    people = ((f"c{n}", f"Nicolò Verdi {n}", f"c{n}@posta.example") for n in range(number // 10 + 1))
    staff = [
        ("a1", "Piero Blu", "after-sale", "p@casa.example"),
        ("m1", "Mara Blu", "manager", "m@casa.example"),
    ]
    _table(folder, "staff", ["ref", "name", "role", "email"], iter(staff))
    _table(folder, "customers", ["ref", "name", "email"], people)
    _table(folder, "orders", _COLUMNS, _orders(number, days))
    if days:
        _table(folder, "responses", ["ref", "order", "rating", "received_at"], _ratings(number, days))


def _orders(number: int, days: int) -> Iterator[tuple[object, ...]]:
    for n in range(number):
        signed, delivered = _signed(n, days), _delivered(n, days)
        promised = "31/02/2026" if n % 1_000 == _SPOILT else (signed + timedelta(days=30)).date()
        end = delivered.replace(tzinfo=None) if delivered < START else ""
        yield f"o{n}", f"c{n // 10}", "Cucina", 1_000 + n % 999, signed.replace(tzinfo=None), promised, end


def _signed(n: int, days: int) -> datetime:
    return START - timedelta(hours=2) - timedelta(days=n % days if days else 0)


def _delivered(n: int, days: int) -> datetime:
    """A third comes a week early, one in ten twelve days late, the rest on the day."""
    return _signed(n, days) + timedelta(days=42 if n % 10 == 0 else 23 if n % 3 == 0 else 30)


def _ratings(number: int, days: int) -> Iterator[tuple[object, ...]]:
    """Every third customer rates ten days after delivery; late ones are not pleased."""
    for n in range(0, number, 3):
        at = _delivered(n, days) + timedelta(days=10)
        if at < START and n % 1_000 != _SPOILT:
            yield f"r{n}", f"o{n}", 2 if n % 10 == 0 else 4 + n % 2, at.replace(tzinfo=None)


def _table(folder: Path, name: str, columns: list[str], rows: Iterator[tuple[object, ...]]) -> None:
    (folder / f"{name}.sql").write_text(
        f"SELECT *, '{name}.csv' AS source_file, row_number() OVER () + 1 AS source_row "
        f"FROM read_csv('{name}.csv', all_varchar = true)"
    )
    _write(folder / f"data/{name}.csv", columns, rows)


def _write(path: Path, columns: list[str], rows: Iterator[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


@contextmanager
def _migrated(url: str) -> Iterator[Database]:
    with closing(Database(url)) as db:
        db.migrate()
        yield db


def import_orders(_number: int, url: str, folder: Path) -> Done:
    """The ordinary import of everything in the folder."""
    from tasks.importing.run import import_source  # noqa: PLC0415 (memory is measured without what is not used)

    with _migrated(url) as db:
        began = time.perf_counter()
        report = import_source(db, folder, None, now=START, policy=policy(), state_dir=folder / "state")
        return time.perf_counter() - began, report.sentence()


def pandas_to_sql(_number: int, url: str, folder: Path) -> Done:
    """pandas: the same files, read and written as they are, in chunks; nothing is checked, matched or kept apart."""
    import pandas as pd  # noqa: PLC0415 (memory is measured without what is not used)

    engine = sqlalchemy.create_engine(url)
    began = time.perf_counter()
    for table in ("customers", "orders"):
        for chunk in pd.read_csv(folder / f"data/{table}.csv", dtype=str, chunksize=50_000):
            chunk.to_sql(f"pandas_{table}", engine, if_exists="append", index=False)
    return time.perf_counter() - began, "spoilt rows are in the table"


def plan_orders(number: int, url: str, _folder: Path) -> Done:
    """Planning of orders that were never planned."""
    from tasks.planning.plan import plan_all  # noqa: PLC0415 (memory is measured without what is not used)

    with _migrated(url) as db:
        company(db, number)
        began = time.perf_counter()
        assert plan_all(db, policy(), START) == number
        return time.perf_counter() - began, ""


def collect_mails(number: int, url: str, folder: Path) -> Done:
    """Mails from a Maildir (six answers, two automatic, two bounces in ten): read, matched, judged, acted on."""
    with _migrated(url) as db:
        company(db, number)
        world = World(db, policy(), SetClock(START), *_fakes())
        world.sweep("welcome-contact")
        inbox = Inbox(world, folder)
        for n, mail in enumerate(world.mailer.mails[:number]):
            _come_in(inbox, n, mail)
        began = time.perf_counter()
        tally = inbox.collect()
        seconds = time.perf_counter() - began
        assert sum(tally.counts.values()) == number, tally
        return seconds, ", ".join(
            f"{found} {became.value}" for became, found in sorted(tally.counts.items()) if found
        )


def _come_in(inbox: Inbox, n: int, mail: Mail) -> None:
    match n % 5:
        case 0:
            inbox.reply(mail, "Sono in ferie fino a lunedì.\n", Auto_Submitted="auto-replied")
        case 1:
            inbox.bounce(mail)
        case _:
            inbox.reply(mail, "Buongiorno,\n\nquando arriva la cucina? Grazie.\n")


def replay_orders(_number: int, _url: str, folder: Path) -> Done:
    """Two years, day by day, as `seguito replay` does it (on a SQLite of its own)."""
    from deployments import replaying  # noqa: PLC0415 (memory is measured without what is not used)

    began = time.perf_counter()
    last = START.date()
    figures = replaying.run(
        folder,
        None,
        last - timedelta(days=DAYS),
        last,
        step="1d",
        policy=policy(),
        progress=lambda _day: None,
    )
    totals = figures["totals"]
    sent = sum(totals["sent"].values())
    return (
        time.perf_counter() - began,
        f"{totals['orders']} orders, {sent} mails, {totals['rejected']} rejected",
    )


def _fakes() -> tuple[object, ...]:
    from tasks.archive.archives import NoArchive  # noqa: PLC0415
    from tasks.mails.links import Links  # noqa: PLC0415
    from tests.fakes import FakeMailer  # noqa: PLC0415

    return (
        FakeMailer(),
        NoArchive(),
        Links("https://answers.example", "a key for benchmarks", SetClock(START)),
    )


WHAT: dict[str, Callable[[int, str, Path], Done]] = {
    "import": import_orders,
    "pandas": pandas_to_sql,
    "plan": plan_orders,
    "collect": collect_mails,
    "replay": replay_orders,
}


def measure(what: str, kind: str, number: int, url: str, folder: Path) -> dict[str, Any]:
    """Run one entry in a process of its own, over files written for it into `folder`; returns a row of the table."""
    if what in {"import", "pandas", "replay"}:
        write_orders(folder / "source", number, DAYS if what == "replay" else 0)
    command = [sys.executable, "-m", "benchmarks.volume", what, str(number), url, str(folder / "source")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{what}: {done.stderr[-2000:]}")
    seconds, peak, came = done.stdout.splitlines()[-1].split(" ", 2)
    return {
        "what": (WHAT[what].__doc__ or what).splitlines()[0],
        "database": kind,
        "number": number,
        "seconds": float(seconds),
        "a second": number / float(seconds),
        "largest memory, MB": float(peak),
        "what came of it": came,
    }


def against_pandas(pairs: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rows of the import and of pandas: the middle of their rounds, the largest memory of any, and their ratio."""
    table = []
    for rounds in zip(*pairs, strict=True):
        seconds = middle([row["seconds"] for row in rounds])
        table.append(
            rounds[0]
            | {
                "seconds": seconds,
                "a second": rounds[0]["number"] / seconds,
                "largest memory, MB": max(row["largest memory, MB"] for row in rounds),
            }
        )
    table[0]["times pandas"] = middle([ours["seconds"] / pandas["seconds"] for ours, pandas in pairs])
    return table


def main() -> None:
    """Do it, and say how long it took, how much memory it needed, and what came of it."""
    _, what, number, url, folder = sys.argv
    seconds, came = WHAT[what](int(number), url, Path(folder))
    print(seconds, _largest_memory(), came)


def _largest_memory() -> float:
    """MB, of this program alone; `ru_maxrss` would start from what the process that started this one had."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    main()
