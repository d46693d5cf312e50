"""What every benchmark stands on: databases, a company of any size, a clock that runs from a set time, processes."""

import contextlib
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from models import policy as policies
from models.policy import Policy
from models.tables import Customer, Order, Staff
from tasks.archive.archives import NoArchive
from tasks.mails.composer import Composer
from tasks.mails.links import Links
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings
from tasks.services import Services
from tasks.smtp.mailer import Mailer

ROOT = Path(__file__).parent.parent
START = datetime(2026, 3, 18, 9, tzinfo=UTC)
"""Wednesday, 18 March 2026, 10:00 in Rome and Warsaw: every window is open."""
_CHUNK = 10_000


class RunningClock:
    """Begins at a set time and runs as the machine's own."""

    def __init__(self, start: datetime = START) -> None:
        self._start, self._began = start, time.monotonic()

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._began)


@dataclass(frozen=True)
class Sink:
    """The mail server of `benchmarks.sink`, running."""

    port: int

    def counted(self) -> tuple[int, int]:
        """Mails taken, and different Message-IDs among them."""
        with smtplib.SMTP("127.0.0.1", self.port) as client:
            _, answer = client.docmd("XCOUNT")
        taken, different = answer.split()
        return int(taken), int(different)


@contextmanager
def sink() -> Iterator[Sink]:
    """A mail server of its own."""
    with process("benchmarks.sink") as child:
        assert child.stdout is not None
        yield Sink(int(child.stdout.readline()))


@contextmanager
def process(module: str, *arguments: str, **options: Any) -> Iterator["subprocess.Popen[str]"]:
    """A Python module as a process; it is ended at the end."""
    command = [sys.executable, "-m", module, *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, **options)
    try:
        yield child
    finally:
        end(child)
        assert child.stdout is not None
        child.stdout.close()


def end(child: "subprocess.Popen[Any]") -> None:
    """Ask a process to end, and see to it: a worker was seen to wait for ever after its last run."""
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(5)
    child.kill()
    child.wait()


def policy() -> Policy:
    """The policy that the project ships."""
    return policies.load(ROOT / "policy.toml")


def services(db: Database, mailer: Mailer) -> Services:
    """As a sweep gets them, but for the clock."""
    rules = policy()
    composer = Composer(rules, Links("https://answers.casabelvedere.example", "a key for benchmarks"), None)
    return Services(db, rules, RunningClock(), composer, mailer, NoArchive())


def settings(port: int) -> Settings:
    """Settings that lead to a mail server on this machine, whatever the environment says."""
    return Settings(smtp_port=port, _env_file=None)


def company(db: Database, orders: int, *, to_plan: bool = True, now: datetime = START) -> None:
    """A desk, and customers in three languages with one order each, signed an hour before `now`."""
    with db.write() as session:
        session.execute(insert(Staff), desk())
    for first in range(1, orders + 1, _CHUNK):
        numbers = range(first, min(first + _CHUNK, orders + 1))
        with db.write() as session:
            session.execute(insert(Customer), [_customer(number) for number in numbers])
            session.execute(insert(Order), [_order(number, now, to_plan=to_plan) for number in numbers])
    analyze(db)


def analyze(db: Database) -> None:
    """Statistics, as a database in use has them."""
    with db.write() as session:
        session.execute(text("ANALYZE"))


def desk() -> list[dict[str, Any]]:
    """Who works here, as rows."""
    people = [
        ("A-1", "after-sale", "Anna Bianchi", "it"),
        ("A-2", "after-sale", "Ewa Nowak", "pl"),
        ("A-3", "after-sale", "Jane Wood", "en"),
        ("M-1", "manager", "Marco Conti", "it"),
        ("D-1", "director", "Dora Greco", "it"),
    ]
    return [
        {
            "ref": ref,
            "role": role,
            "name": name,
            "language": language,
            "country": "IT",
            "active": True,
            "email": f"{ref.lower()}@casabelvedere.example",
            "phone": "+39 0422 555 0101",
            "fingerprint": "",
        }
        for ref, role, name, language in people
    ]


def _customer(number: int) -> dict[str, Any]:
    language, country, timezone, name = (
        ("it", "IT", "Europe/Rome", "Nicolò D'Alò"),
        ("pl", "PL", "Europe/Warsaw", "Żaneta Wiśniewska"),
        ("en", "IT", "Europe/Rome", "John Smith"),
    )[number % 3]
    return {
        "id": number,
        "ref": f"C-{number}",
        "name": f"{name} {number}",
        "email": f"c{number}@posta.example",
        "phone": "+39 333 555 0101",
        "language": language,
        "country": country,
        "timezone": timezone,
        "is_business": False,
        "fingerprint": "",
    }


def _order(number: int, now: datetime, *, to_plan: bool) -> dict[str, Any]:
    signed = now - timedelta(hours=1)
    return {
        "id": number,
        "ref": f"SO-{number}",
        "customer_id": number,
        "description": "Cucina Nives, rovere e grès",
        "is_service": False,
        "amount_cents": 100_000 + number % 5_000 * 100,
        "currency": "EUR",
        "withdrawal_days": 14,
        "signed_at": signed,
        "promised_on": signed.date() + timedelta(days=20 + number % 40),
        "dates": {},
        "to_plan": to_plan,
        "fingerprint": "",
        "seller_promise": "Montaggio compreso",
    }
