"""A sweep that is killed hard, at any instant, loses nothing and doubles nothing."""

import os
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from models.tables import FollowUp, Message, Order
from models.words import MessageState
from tasks.runtime.database import Database
from tasks.smtp.journal import Journal
from tests import factories
from tests.conftest import ROOT

_LEASE_MINUTES = 10
_CONNECTIONS = 8
_WINDOW = 64
"""Mails that a sweep has in hand at once, under the policy of the project."""
_MAILS_A_KILL = 200
_PATIENCE_SECONDS = 60


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_killed_hard_in_the_middle_nothing_is_lost_and_nothing_doubled(
    db: Database, tmp_path: Path, kills: int
) -> None:
    """What a kill leaves in doubt goes out first in the next run, and before the next kill."""
    states, accepted = _sweep_under_kills(db, tmp_path, kills, (2 * _WINDOW, 180))
    assert states == {"sent": _MAILS_A_KILL * kills}
    assert len(accepted) == _MAILS_A_KILL * kills
    assert max(accepted.values()) == 1


@pytest.mark.slow
def test_a_mail_that_is_hit_by_two_kills_goes_out_once_or_a_person_is_asked(
    db: Database, tmp_path: Path
) -> None:
    states, accepted = _sweep_under_kills(db, tmp_path, 20, (1, _WINDOW))
    asked = states.pop("failed", 0)
    assert states == {"sent": _MAILS_A_KILL * 20 - asked}
    assert len(accepted) >= _MAILS_A_KILL * 20 - asked
    assert max(accepted.values()) == 1
    assert len(_asked(db)) == asked


@pytest.mark.parametrize(
    ("milliseconds", "kills", "mails"),
    [
        (5, 3, 300),
        *(pytest.param(wait, 50, 3_000, marks=pytest.mark.slow) for wait in (0, 5, 50)),
    ],
)
def test_without_an_archive_a_kill_leaves_at_most_one_mail_a_connection_in_doubt(
    db: Database,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    milliseconds: int,
    kills: int,
    mails: int,
) -> None:
    _company(db, mails)
    choose = random.Random(7)
    doubts: list[int] = []
    known: set[str] = set()
    with sink(tmp_path, milliseconds) as port:
        environment = _environment(db, tmp_path, port)
        del environment["SEGUITO_ARCHIVE_MAILDIR"]
        for number in range(kills):
            _kill_after(
                choose.randint(1, mails // kills), environment, number * (_LEASE_MINUTES + 1), tmp_path
            )
            found = _in_doubt(tmp_path / "journal") | _asked(db)
            doubts.append(len(found - known))
            known |= found
        for number in (kills, kills + 1):
            _sweep(environment, number * (_LEASE_MINUTES + 1)).wait(10 * _PATIENCE_SECONDS)
    states, accepted = _outcome(db, tmp_path)
    asked = states.pop("failed", 0)
    assert states == {"sent": mails - asked}, "nothing is lost"
    assert max(accepted.values()) == 1, "nothing is doubled"
    assert len(accepted) >= mails - asked
    assert max(doubts) <= _CONNECTIONS
    assert asked == sum(doubts)
    with capsys.disabled():
        print(f"\n{milliseconds} ms: in doubt a kill: median {statistics.median(doubts)}, most {max(doubts)}")


def _in_doubt(journal: Path) -> set[str]:
    """Mails of which the journals know that their body began, and no reply."""
    return {key for left in Journal(journal).left() for key in left.begun - left.heard.keys()}


def _asked(db: Database) -> set[str]:
    with db.read() as session:
        return set(session.scalars(select(Message.key).where(Message.state == MessageState.ASKED)))


def _sweep_under_kills(
    db: Database, folder: Path, kills: int, after: tuple[int, int]
) -> tuple[dict[str, int], Counter[str]]:
    """Sweep until everything is settled, killed so many times after a number of mails; states, and what arrived."""
    _company(db, _MAILS_A_KILL * kills)
    choose = random.Random(7)
    with sink(folder) as port:
        environment = _environment(db, folder, port)
        ahead = 0
        for _ in range(kills):
            _kill_after(choose.randint(*after), environment, ahead, folder)
            ahead += _LEASE_MINUTES + 1
        for _ in range(2):  # the second one sends again what was in doubt and not in the archive
            _sweep(environment, ahead).wait(_PATIENCE_SECONDS)
            ahead += _LEASE_MINUTES + 1
    return _outcome(db, folder)


def _outcome(db: Database, folder: Path) -> tuple[dict[str, int], Counter[str]]:
    """Contacts by state, and how often each mail arrived."""
    with db.read() as session:
        states = (
            select(FollowUp.state, func.count())
            .where(FollowUp.kind == "order-confirmation")
            .group_by(FollowUp.state)
        )
        return dict(session.execute(states).all()), Counter((folder / "accepted.log").read_text().split())


def _company(db: Database, orders: int) -> None:
    """Orders of a customer each: one customer's orders of a day share a mail."""
    signed = datetime.now(UTC) - timedelta(hours=1)
    with db.write() as session:
        factories.desk(session)
        promised = signed.date() + timedelta(30)
        rows = [
            factories.order_values(
                factories.customer(session, f"C-{number}"),
                f"SO-{number}",
                signed_at=signed,
                promised_on=promised,
            )
            for number in range(orders)
        ]
        session.execute(insert(Order), rows)


@contextmanager
def sink(folder: Path, milliseconds: int = 0) -> Iterator[int]:
    """The mail server of `tests.integration.sink`; gives its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.sink", str(folder), str(milliseconds)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _environment(db: Database, folder: Path, port: int) -> dict[str, str]:
    return os.environ | {
        "SEGUITO_DATABASE_URL": db.url,
        "SEGUITO_STATE_DIR": str(folder),
        "SEGUITO_SMTP_PORT": str(port),
        "SEGUITO_ARCHIVE_ADDRESS": "archive@casabelvedere.example",
        "SEGUITO_ARCHIVE_MAILDIR": str(folder / "archive"),
    }


def _sweep(environment: dict[str, str], ahead: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.sweeper", str(ahead)], env=environment, cwd=ROOT
    )


def _kill_after(mails: int, environment: dict[str, str], ahead: int, folder: Path) -> None:
    """Kill a sweep once it has sent that many mails."""
    log = folder / "accepted.log"
    before = len(log.read_text().split()) if log.exists() else 0
    process = _sweep(environment, ahead)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while len(log.read_text().split()) < before + mails and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    assert process.poll() is None, "the sweep ended before it could be killed"
    process.kill()
    process.wait()
