"""What came from outside is noticed without a run: mails for us, and files that are whole."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tasks.mailboxes.maildir import MaildirMailbox
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings
from tasks.waking.arrivals import AnswerSource, has_mail
from tests.command import ROOT

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)


def test_only_a_mail_for_us_is_one(db: Database, tmp_path: Path) -> None:
    for part in ("new", "cur"):
        (tmp_path / part).mkdir()
    box = MaildirMailbox(tmp_path, "servizio@azienda.example")
    assert not has_mail(db, [box])
    (tmp_path / "new" / "1.a").write_bytes(b"To: cliente@posta.example\n\nWelcome\n")
    assert not has_mail(db, [box]), "what we sent is none"
    (tmp_path / "new" / "2.b").write_bytes(b"To: servizio+r1@azienda.example\n\nThanks\n")
    assert has_mail(db, [box])


def test_a_mailbox_that_is_away_is_left_to_the_schedule(db: Database, tmp_path: Path) -> None:
    assert not has_mail(db, [MaildirMailbox(tmp_path / "none", "servizio@azienda.example")])


def test_files_count_once_they_are_whole_and_once_only(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "data").mkdir(parents=True)
    (source / "source.toml").write_text("", encoding="utf-8")
    (source / "data" / "answers.csv").write_text("a\n", encoding="utf-8")
    answers = AnswerSource(Settings(_env_file=None, state_dir=tmp_path / "state", source=source))
    assert not answers.may_have_come(NOW), "a source without answers"
    (source / "responses.sql").write_text("SELECT 1", encoding="utf-8")
    assert [answers.may_have_come(NOW) for _ in range(2)] == [False, False], "nothing changed"
    (source / "data" / "answers.csv").write_text("a\nb\n", encoding="utf-8")
    assert not answers.may_have_come(NOW), "it may still be written"
    os.utime(source / "data" / "answers.csv")
    assert not answers.may_have_come(NOW), "it still is"
    assert [answers.may_have_come(NOW) for _ in range(3)] == [True, False, False]


def test_answers_in_another_database_are_fetched_every_two_minutes(tmp_path: Path) -> None:
    (tmp_path / "responses.sql").write_text("SELECT 1", encoding="utf-8")
    text = (ROOT / "sources/sample/source.toml").read_text(encoding="utf-8")
    (tmp_path / "source.toml").write_text(f'url = "sqlite:///erp.db"\n{text}', encoding="utf-8")
    answers = AnswerSource(Settings(_env_file=None, state_dir=tmp_path / "state", source=tmp_path))
    times = [NOW + timedelta(seconds=seconds) for seconds in (0, 60, 120, 179, 240)]
    assert [answers.may_have_come(at) for at in times] == [True, False, True, False, True]
