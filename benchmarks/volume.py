"""Volume: importing and planning very many orders, replaying years, collecting answers. Each in a process of its own.

`python -m benchmarks.volume WHAT NUMBER URL FOLDER` prints seconds, and the largest memory the process had (MB).
"""

import csv
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import sqlalchemy

from benchmarks.ground import START, company, policy
from tasks.clock import SetClock
from tasks.database import Database
from tests.inbox import Inbox
from tests.world import World

_COLUMNS = ["ref", "customer", "description", "amount", "signed_at", "promised_on", "delivered_at"]


def write_orders(folder: Path, number: int, days: int = 0) -> None:
    """CSV files and SELECTs as a company would have them: one customer for ten orders, spread over `days`."""
    (folder / "data").mkdir(parents=True)
    settings = 'timezone = "Europe/Rome"\ncountry = "IT"\nlanguage = "it"\ncurrency = "EUR"\n'
    (folder / "source.toml").write_text(settings)
    for table in ("staff", "customers", "orders"):
        (folder / f"{table}.sql").write_text(
            f"SELECT *, '{table}.csv' AS source_file, row_number() OVER () + 1 AS source_row "
            f"FROM read_csv('{table}.csv', all_varchar = true)"
        )
    _write(
        folder / "data/staff.csv",
        ["ref", "name", "role", "email"],
        iter([("a1", "Piero Blu", "after-sale", "p@casa.example")]),
    )
    people = ((f"c{n}", f"Nicolò Verdi {n}", f"c{n}@posta.example") for n in range(number // 10 + 1))
    _write(folder / "data/customers.csv", ["ref", "name", "email"], people)
    _write(folder / "data/orders.csv", _COLUMNS, _orders(number, days))


def _orders(number: int, days: int) -> Iterator[tuple[object, ...]]:
    for n in range(number):
        signed = START - timedelta(hours=2) - timedelta(days=n % days if days else 0)
        promised = signed + timedelta(days=30)
        delivered = promised.replace(tzinfo=None) if promised < START else ""
        yield (
            f"o{n}",
            f"c{n // 10}",
            "Cucina",
            1_000 + n % 999,
            signed.replace(tzinfo=None),
            promised.date(),
            delivered,
        )


def _write(path: Path, columns: list[str], rows: Iterator[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def import_orders(_number: int, url: str, folder: Path) -> float:
    """The ordinary import of everything in the folder."""
    from tasks.importing.run import import_source  # noqa: PLC0415 (memory is measured without what is not used)

    db = Database(url)
    db.migrate()
    began = time.perf_counter()
    import_source(db, folder, None, now=START, policy=policy(), state_dir=folder / "state")
    return time.perf_counter() - began


def pandas_to_sql(_number: int, url: str, folder: Path) -> float:
    """pandas: the same files, read and written as they are, in chunks; nothing is checked, matched or kept apart."""
    import pandas as pd  # noqa: PLC0415 (memory is measured without what is not used)

    engine = sqlalchemy.create_engine(url)
    began = time.perf_counter()
    for table in ("customers", "orders"):
        for chunk in pd.read_csv(folder / f"data/{table}.csv", dtype=str, chunksize=50_000):
            chunk.to_sql(f"pandas_{table}", engine, if_exists="append", index=False)
    return time.perf_counter() - began


def plan_orders(number: int, url: str, _folder: Path) -> float:
    """Planning of orders that were never planned."""
    from tasks.planning import plan_all  # noqa: PLC0415 (memory is measured without what is not used)

    db = Database(url)
    db.migrate()
    company(db, number)
    began = time.perf_counter()
    assert plan_all(db, policy(), START) == number
    return time.perf_counter() - began


def collect_mails(number: int, url: str, folder: Path) -> float:
    """Answers by mail, from a Maildir: read, matched, judged, given an owner."""
    db = Database(url)
    db.migrate()
    company(db, number)
    world = World(db, policy(), SetClock(START), *_fakes())
    world.sweep("welcome-contact")
    inbox = Inbox(world, folder)
    for mail in world.mailer.mails[:number]:
        inbox.reply(mail, "Buongiorno,\n\nquando arriva la cucina? Grazie.\n")
    began = time.perf_counter()
    tally = inbox.collect()
    seconds = time.perf_counter() - began
    assert sum(tally.counts.values()) == number, tally
    return seconds


def _fakes() -> tuple[object, ...]:
    from tasks.mails.links import Links  # noqa: PLC0415
    from tasks.settling import NoArchive  # noqa: PLC0415
    from tests.fakes import FakeMailer  # noqa: PLC0415

    return (
        FakeMailer(),
        NoArchive(),
        Links("https://answers.example", "a key for benchmarks", SetClock(START)),
    )


WHAT: dict[str, Callable[[int, str, Path], float]] = {
    "import": import_orders, "pandas": pandas_to_sql, "plan": plan_orders, "collect": collect_mails,
}  # fmt: skip


def main() -> None:
    """Do it, and say how long it took and how much memory it needed."""
    _, what, number, url, folder = sys.argv
    seconds = WHAT[what](int(number), url, Path(folder))
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
