"""A backup is put back: what went out since is not sent again, and what nobody can know waits for a person."""

import sqlite3
import stat
import threading
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.queries.sending.since_backup import begin_again
from models.tables import FollowUp, Message
from models.words import FollowUpState, MessageState
from tasks.mails.composer import Composer
from tasks.runtime.database import Database
from tasks.sending.asked import settle, standing
from tasks.sending.sweep import prepare
from tasks.sending.sweep_report import Scope
from tests import factories
from tests.command import run
from tests.world import World

SWEEP = "welcome-contact"


class Holding:
    """An archive that holds some mails."""

    def __init__(self, message_ids: Collection[str]) -> None:
        self._held = set(message_ids)

    def holds(self, message_ids: Collection[str]) -> set[str] | None:
        return self._held & set(message_ids)


def planned(world: World, customers: int = 4) -> list[FollowUp]:
    """A database as it stood at the backup: everything planned, nothing sent."""
    with world.db.write() as session:
        for number in range(customers):
            factories.order(session, factories.customer(session, f"C-{number}"), f"SO-{number}")
    prepare(world.services, Scope(SWEEP, world.clock.now()))
    with world.db.read() as session:
        query = select(FollowUp).where(
            FollowUp.state == FollowUpState.PLANNED,
            FollowUp.due_at <= world.clock.now(),
            FollowUp.sweep == SWEEP,
        )
        rows = session.scalars(query.order_by(FollowUp.id))
        return [row for row in rows if world.policy.cadences[row.kind].sends]


def restored(world: World) -> None:
    with world.db.write() as session:
        begin_again(session, world.clock.now())


def orders(rows: list[FollowUp]) -> set[int]:
    """The orders these are about, a mail each: the confirmation and the welcome go together."""
    return {row.subject_id for row in rows}


def states(world: World, rows: list[FollowUp]) -> list[str]:
    with world.db.read() as session:
        return [session.get_one(FollowUp, row.id).state for row in rows]


def test_what_the_archive_holds_is_sent_and_the_rest_goes(world: World) -> None:
    rows = planned(world)
    composer = Composer(world.policy, world.links, None)
    held = rows[: len(rows) // 2]
    world.archive = Holding([composer.message_id(f"f{row.id}-1") for row in held])
    restored(world)
    for _ in range(2):
        world.sweep(SWEEP)
    assert set(states(world, rows)) == {FollowUpState.SENT}
    sent = {mail.message_id for mail in world.mailer.mails}
    assert not sent & world.archive.holds([composer.message_id(f"f{row.id}-1") for row in rows])
    assert len(world.mailer.mails) == len(orders(rows) - orders(held))


def test_what_may_have_gone_along_in_a_mail_that_the_archive_holds_waits_for_a_person(world: World) -> None:
    rows = planned(world, 1)
    composer = Composer(world.policy, world.links, None)
    welcome = next(row for row in rows if row.kind == "welcome-contact")
    world.archive = Holding([composer.message_id(f"f{welcome.id}-1")])
    restored(world)
    for _ in range(2):
        world.sweep(SWEEP)
    assert world.mailer.mails == []
    assert [one.key for one in standing(world.services)] == [
        f"f{row.id}-1" for row in rows if row.id != welcome.id
    ]


def test_without_an_archive_nothing_goes_before_a_person_has_said(world: World) -> None:
    rows = planned(world)
    restored(world)
    for _ in range(2):
        world.sweep(SWEEP)
    assert world.mailer.mails == []
    asked = standing(world.services)
    assert len(asked) == len(rows)
    settle(world.services, [one.key for one in asked[:1]], "M-1", arrived=True)
    settle(world.services, [one.key for one in asked[1:]], "M-1", arrived=False)
    world.sweep(SWEEP)
    assert len(world.mailer.mails) == len(orders(rows))
    assert set(states(world, rows)) == {FollowUpState.SENT}


def test_what_is_planned_only_after_it_waits_too_and_takes_no_old_number(world: World) -> None:
    rows = planned(world)
    world.archive = Holding([])
    restored(world)
    with world.db.write() as session:
        late = factories.order(session, factories.customer(session, "C-9"), "SO-9")
    world.sweep(SWEEP)
    assert len(world.mailer.mails) == len(orders(rows)), "those of the backup were not in the archive, and go"
    asked = standing(world.services)
    assert {one.customer for one in asked} == {"C-9"}
    with world.db.read() as session:
        query = select(func.min(FollowUp.id)).where(
            FollowUp.subject_id == late.id, FollowUp.subject_type == "order"
        )
        newest = max(row.id for row in rows)
        assert (session.scalar(query) or 0) > newest + 900_000


def test_what_falls_due_later_goes_as_ever(world: World) -> None:
    planned(world, 0)
    restored(world)
    world.clock.set(world.clock.now().replace(day=19))
    with world.db.write() as session:
        factories.order(session, factories.customer(session), signed_at=world.clock.now())
    world.sweep(SWEEP)
    assert standing(world.services) == []


@pytest.fixture
def file(installation: str) -> Path:
    return Path(installation.removeprefix("sqlite:///"))


def test_a_copy_is_whole_while_others_write(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = threading.Event()
    with closing(Database(f"sqlite:///{file}")) as db:
        with db.write() as session:
            customer = factories.customer(session)

        def write() -> None:
            number = 0
            while not stop.is_set() and number < 2_000:
                with db.write() as session:
                    factories.order(session, customer, f"A-{number}")
                    factories.order(session, customer, f"B-{number}")
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        copy = tmp_path / "copy.db"
        ended = run(capsys, "backup", str(copy))
        stop.set()
        writer.join()
    assert (ended.code, ended.err) == (0, "")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as read:
        assert read.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        count = read.execute("SELECT count(*) FROM orders WHERE ref LIKE ?", ("A-%",)).fetchone()
        assert count == read.execute("SELECT count(*) FROM orders WHERE ref LIKE ?", ("B-%",)).fetchone()
    assert not list(tmp_path.glob("*.half"))


def test_a_copy_comes_back_and_what_was_there_is_kept(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.db"
    with closing(Database(f"sqlite:///{file}")) as db, db.write() as session:
        factories.customer(session, "C-1")
    assert run(capsys, "backup", str(copy)).code == 0
    with closing(Database(f"sqlite:///{file}")) as db, db.write() as session:
        factories.customer(session, "C-2")
    file.write_bytes(b"")
    ended = run(capsys, "restore", str(copy))
    assert (ended.code, ended.err) == (0, "")
    assert "seguito doubts list" in ended.out
    with closing(sqlite3.connect(file)) as read:
        assert read.execute("SELECT ref FROM customers").fetchall() == [("C-1",)]
        assert read.execute("SELECT count(*) FROM marks WHERE name = 'restored'").fetchone() == (1,)
    assert len(list(tmp_path.glob("seguito.db.before-*"))) >= 1
    assert run(capsys, "sweep", SWEEP).code == 0


def test_what_is_no_copy_is_refused(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file.read_bytes()
    (tmp_path / "letter.txt").write_text("Dear Sir or Madam" * 100)
    with closing(sqlite3.connect(tmp_path / "songs.db")) as other, other:
        other.execute("CREATE TABLE songs (name TEXT)")
    for name, words in (("letter.txt", "no copy"), ("songs.db", "another program"), ("none.db", "no file")):
        ended = run(capsys, "restore", str(tmp_path / name))
        assert ended.code == 1
        assert words in ended.err
        assert ended.err.count("\n") == 1
    assert run(capsys, "restore").code == 1
    assert run(capsys, "backup", "/nonexistent/x.db").code == 1
    assert file.read_bytes() == before


def test_a_server_has_programs_of_its_own(
    db: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if db.file is not None:
        return
    monkeypatch.setenv("SEGUITO_DATABASE_URL", db.url)
    monkeypatch.setenv("SEGUITO_STATE_DIR", str(tmp_path))
    for words in (("backup", str(tmp_path / "x")), ("restore", str(tmp_path / "x"))):
        ended = run(capsys, *words)
        assert ended.code == 1
        assert "pg_" in ended.err
    assert run(capsys, "restore", "--done").code == 0


def test_a_mail_that_was_settled_is_settled_for_good(world: World) -> None:
    planned(world, 1)
    world.archive = Holding([])
    restored(world)
    for _ in range(3):
        world.sweep(SWEEP)
    with world.db.read() as session:
        rows = session.scalars(select(Message).where(Message.state == MessageState.ACCEPTED)).all()
        assert len(rows) == len(world.mailer.mails)
