"""An escalation that is killed at any instant loses no notice, and nobody gets one twice."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.policy import Policy
from models.tables import FollowUp, Message
from models.words import CommitmentKind
from tasks.commitments.close import promise
from tasks.runtime.database import Database
from tests import factories
from tests.conftest import ROOT
from tests.integration.sending.test_kills import sink

NOW = datetime(2026, 3, 18, 8, 30, tzinfo=UTC)
"""Wednesday, 18 March 2026, 9:30 in Rome: our people are at work, and no rung but the first is due for hours."""
_APART = timedelta(minutes=2)
"""Between two runs: the lease of the one before is over."""
_PATIENCE_SECONDS = 300


def company(db: Database, policy: Policy, matters: int) -> None:
    """As many colleagues as matters, each of whom owes one customer a call."""
    with db.write() as session:
        factories.staff(session, "M-1", "manager", name="Marco Conti")
        for number in range(matters):
            owner = factories.staff(session, f"A-{number}", "after-sale")
            order = factories.order(
                session,
                factories.customer(session, f"C-{number}"),
                f"SO-{number}",
                owner_id=owner.id,
                promised_on=None,
            )
            about = ("order", order.id)
            promise(session, policy, order.customer_id, CommitmentKind.PHONE, about, now=NOW)


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_anywhere_each_notice_arrives_once(
    db: Database, policy: Policy, tmp_path: Path, kills: int
) -> None:
    matters = 20 * kills
    company(db, policy, matters)
    choose = random.Random(7)
    with sink(tmp_path, 2) as port:
        environment = os.environ | {
            "SEGUITO_DATABASE_URL": db.url,
            "SEGUITO_STATE_DIR": str(tmp_path),
            "SEGUITO_SMTP_PORT": str(port),
            "SEGUITO_ARCHIVE_ADDRESS": "archive@casabelvedere.example",
            "SEGUITO_ARCHIVE_MAILDIR": str(tmp_path / "archive"),
        }
        log = tmp_path / "accepted.log"
        for number in range(kills):
            kill_after(choose.randint(1, 16), environment, NOW + number * _APART, log)
        for number in (kills, kills + 1):  # the second sends again what was in doubt and not in the archive
            escalation(environment, NOW + number * _APART).wait(_PATIENCE_SECONDS)
    arrived = Counter(log.read_text().split())
    assert set(arrived.values()) == {1}, "nobody gets a notice twice"
    with db.read() as session:
        notices = session.execute(
            select(FollowUp.subject_id, FollowUp.state, Message.recipient)
            .outerjoin(Message, Message.id == FollowUp.message_id)
            .where(FollowUp.kind == "commitment-notice", FollowUp.step.startswith("asked"))
        ).all()
    assert Counter(state for _, state, _ in notices) == {"sent": matters}, "none is lost"
    assert len({recipient for _, _, recipient in notices}) == matters, "each owner hears of one's own matter"
    assert len(arrived) >= matters


def escalation(environment: dict[str, str], at: datetime) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.integration.escalator", at.isoformat()]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)


def kill_after(mails: int, environment: dict[str, str], at: datetime, log: Path) -> None:
    """Kill an escalation once it has sent that many mails."""
    before = len(log.read_text().split())
    process = escalation(environment, at)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while len(log.read_text().split()) < before + mails and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    assert process.poll() is None, "it ended before it could be killed"
    process.kill()
    process.wait()
