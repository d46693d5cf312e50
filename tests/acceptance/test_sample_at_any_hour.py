"""Whoever tries the made-up company in the evening sees what the README says to look at, at any hour of any day."""

from contextlib import closing
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models import policy as policies
from tasks.archive.archives import NoArchive
from tasks.importing.run import import_source
from tasks.mails.links import Links
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings
from tests.command import ROOT
from tests.fakes import FakeMailer, plain
from tests.world import World

ROME = ZoneInfo("Europe/Rome")
SWEEPS = ("welcome-contact", "satisfaction-check", "delay-alert", "credit-recovery")


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ROME)  # type: ignore[arg-type]


TIMES = {
    "a Wednesday morning": at(2026, 3, 18, 10),
    "a Saturday night": at(2026, 11, 28, 23, 50),
    "Christmas": at(2026, 12, 25, 15),
    "the middle of August, at night": at(2026, 8, 15, 3),
    "a Sunday in the hour that comes twice": at(2026, 10, 25, 2, 30),
}


def test_the_sample_has_a_policy_of_its_own_unless_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for name in ("SEGUITO_POLICY", "SEGUITO_SOURCE", "SEGUITO_SMTP_HOST"):
        monkeypatch.delenv(name, raising=False)
    assert Settings(_env_file=None).policy == Path("sources/sample/demo.toml")
    assert Settings(_env_file=None, policy=Path("policy.toml")).policy == Path("policy.toml")
    assert Settings(_env_file=None, source=Path("sources/danea")).policy == Path("policy.toml")
    monkeypatch.setenv("SEGUITO_SMTP_HOST", "mail.example.org")
    assert Settings(_env_file=None).policy == Path("policy.toml"), "mails that go out keep the hours"


@pytest.mark.parametrize("time", TIMES)
def test_what_the_readme_says_to_look_at_is_there(time: str, migrated_sqlite: Path, tmp_path: Path) -> None:
    path = tmp_path / "seguito.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    policy = policies.load(ROOT / "sources/sample/demo.toml")
    now = TIMES[time].astimezone(ZoneInfo("UTC"))
    with closing(Database(f"sqlite:///{path}")) as db:
        import_source(db, ROOT / "sources/sample", None, now=now, policy=policy, state_dir=tmp_path)
        clock = SetClock(now)
        links = Links("http://pages.example", "test key", clock)
        world = World(db, policy, clock, FakeMailer(), NoArchive(), links, imports_run=False)
        for name in SWEEPS:
            report = world.sweep(name)
            assert report.total("sent") > 0, (name, report.sentence())
        world.escalate()
        heads = [message_from_bytes(mail.body, policy=default) for mail in world.mailer.mails]
        shared = [plain(mail) for mail in world.mailer.mails if "insieme" in mail.subject]
    told = [f"{head['to']} {head['subject']}" for head in heads]
    assert any("giulia.zanatta" in one and "ritardo" in one for one in told), (
        "the delay that the README opens"
    )
    assert any("Marco Visentin" in one for one in shared), "the case, among those that came together"
    assert sum("@casabelvedere.example" not in one for one in told) > 90
