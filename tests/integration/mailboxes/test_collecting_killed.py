"""A collection that is killed at any instant loses no mail, and counts none twice."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from models.tables import Inbound, Response, Sighting
from tests import factories
from tests.inbox import Inbox, kind_of
from tests.world import World

KEPT = None
"""Patience until originals are there that no row speaks of."""


def test_killed_anywhere_nothing_is_lost_and_nothing_counts_twice(world: World, tmp_path: Path) -> None:
    inbox = Inbox(world, tmp_path)
    with world.db.write() as session:
        for number in range(30):
            factories.order(session, factories.customer(session, f"C-{number}"), f"SO-{number}")
    world.sweep("welcome-contact")
    welcomes = [mail for mail in world.mailer.mails if kind_of(world, mail.message_id) == "welcome-contact"]
    assert len(welcomes) == 30
    for number in range(210):  # three transactions, see `tasks.mailboxes.collect`
        inbox.reply(welcomes[number % 30], f"Domanda numero {number}?")
    kept, counted = [], []
    # before the rows are written, while they are, and just after
    for patience in (0.03, KEPT, 0.3, 60, KEPT, 0.2, 60):
        kept.append(_originals(tmp_path))
        counted.append(world.count(Response))
        _collect_and_kill(world, tmp_path, patience)
    assert any(
        files > rows for files, rows in zip(kept, counted, strict=True)
    )  # killed with a transaction open
    assert any(0 < rows < 210 for rows in counted)  # and between two of them
    assert inbox.collect().problems == []
    assert (
        world.count(Inbound) == world.count(Sighting) == world.count(Response) == _originals(tmp_path) == 210
    )
    assert {row.state for row in world.follow_ups("welcome-contact")} == {"answered"}


def _collect_and_kill(world: World, folder: Path, patience: float | None) -> None:
    """Kill a run when it has counted something, or when the patience (seconds) is over.

    With `KEPT`, as soon as it has kept mails whose rows are not written yet.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.collector", world.db.url, str(folder)], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    before, until = world.count(Response), time.monotonic() + (patience or 60)
    while world.count(Response) == before and time.monotonic() < until and process.poll() is None:
        if patience is KEPT and _originals(folder) > before:
            break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def _originals(folder: Path) -> int:
    return len(list((folder / "originals").glob("*/*.eml")))
