"""A database that cannot work is told in one line, and none that was lost is taken for a quiet day."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text

from models.tables import Customer
from tasks.runtime.database import Database
from tasks.runtime.database_faults import DatabaseBusyError, DatabaseUnreachableError
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings
from tests import factories
from tests.command import ROOT, Ended, run

SWEEP = ("sweep", "welcome-contact")


def in_one_line(ended: Ended, *words: str) -> None:
    assert ended.code == 1
    assert ended.err.count("\n") == 1, ended.err
    assert "Traceback" not in ended.err
    for word in words:
        assert word in ended.err


@pytest.fixture
def file(installation: str) -> Path:
    """The database of an installation that was used before."""
    return Path(installation.removeprefix("sqlite:///"))


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_locked(file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SEGUITO_DATABASE_WAIT_SECONDS", "0.2")
    with locked(file):
        for words in (("credit", "hand-over", "C-1", "why", "--by", "M-1"), ("policy", "recompute")):
            in_one_line(run(capsys, *words), str(file), "another program's hands", "nothing is lost")


@pytest.mark.parametrize(
    ("what", "words"),
    [
        (b"", "is empty"),
        (b"Dear Sir or Madam, this is a letter and no database at all." * 20, "is no database"),
    ],
)
def test_a_file_that_is_no_database(
    what: bytes, words: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(what)
    for command in (SWEEP, ("migrate",), ("case", "list")):
        in_one_line(run(capsys, *command), str(file), words, "seguito restore")
    assert file.read_bytes() == what


def test_damaged(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * 8192 + whole[12288:])
    in_one_line(run(capsys, *SWEEP), str(file), "damaged")


def test_the_database_of_another_program_or_of_a_newer_version(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    in_one_line(run(capsys, *SWEEP), "a newer version of Seguito")
    file.unlink()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE songs (name TEXT)")
    for command in (SWEEP, ("migrate",)):
        in_one_line(run(capsys, *command), "belongs to another program")


def test_a_table_that_is_gone(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TABLE follow_ups")
    in_one_line(run(capsys, *SWEEP), "a table or column is missing", "seguito restore")


def test_a_database_that_was_used_here_is_never_made_anew(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, *SWEEP).code == 0
    file.unlink()
    source = str(ROOT / "sources" / "sample")
    for command in (SWEEP, ("migrate",), ("import", source), ("report",)):
        in_one_line(run(capsys, *command), "was used from here and is gone", "databases")
        assert not file.exists()
    (file.parent / "databases").unlink()
    assert run(capsys, "migrate").code == 0


def test_only_who_means_it_makes_a_database(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A setting that is spelt wrongly leads to no database, and not to a new one that owes nothing to anybody."""
    other = file.with_name("typo.db")
    monkeypatch.setenv("SEGUITO_DATABASE_URL", f"sqlite:///{other}")
    for command in (SWEEP, ("case", "list"), ("inbox",)):
        in_one_line(run(capsys, *command), "there is no database yet", str(other), "seguito migrate")
    assert not other.exists()
    assert run(capsys, "migrate").code == 0
    assert stat.S_IMODE(other.stat().st_mode) == 0o600
    assert not list(file.parent.glob("*.new*"))
    assert run(capsys, *SWEEP).code == 0


def test_folders_are_for_their_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGUITO_STATE_DIR", str(tmp_path / "a" / "state"))
    monkeypatch.setenv("SEGUITO_DATABASE_URL", f"sqlite:///{tmp_path}/b/seguito.db")
    assert run(capsys, "migrate").code == 0
    for folder in (tmp_path / "a" / "state", tmp_path / "b"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "b" / "seguito.db").stat().st_mode) == 0o600


@pytest.mark.usefixtures("installation")
def test_a_folder_that_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGUITO_STATE_DIR", "/proc/seguito")
    in_one_line(run(capsys, *SWEEP), "/proc/seguito", "SEGUITO_STATE_DIR")


def test_no_room_on_the_disk(migrated_sqlite: Path, tmp_path: Path) -> None:
    file = tmp_path / "full.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    with closing(Database(f"sqlite:///{file}")) as db:
        event.listen(
            db.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1")
        )
        with pytest.raises(DatabaseUnreachableError, match="no room left") as told, db.write() as session:
            session.add_all(Customer(ref=f"C-{number}", fingerprint="", **_CUSTOMER) for number in range(500))
        assert "INSERT" not in str(told.value)
        with db.write() as session:
            assert session.scalar(text("SELECT count(*) FROM customers")) == 0


def test_a_database_that_takes_no_writes(db: Database) -> None:
    statement = "PRAGMA query_only = ON" if db.file else "SET default_transaction_read_only = on"

    def closes(connection: object, _record: object) -> None:
        connection.execute(statement)  # type: ignore[attr-defined]
        connection.commit()  # type: ignore[attr-defined]

    event.listen(db.engine, "connect", closes)
    with pytest.raises(DatabaseUnreachableError, match="cannot be written"), db.write() as session:
        factories.customer(session)


def test_what_passes_may_be_tried_again(db: Database) -> None:
    if db.file is None:
        with pytest.raises(DatabaseBusyError, match="was lost"), db.write() as session:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with db.write() as session:
        factories.customer(session)
        with (
            closing(Database(db.url, busy_seconds=0.2)) as other,
            pytest.raises(DatabaseBusyError, match="another program's hands"),
            other.write() as second,
        ):
            second.execute(text("SELECT 1" if db.file else "LOCK TABLE customers"))


def test_tables_that_are_lost_on_a_server_are_not_made_anew(db: Database, tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "state", database_url=db.url, _env_file=None)
    open_database(settings).close()
    if db.file is not None:
        db.file.unlink()
    else:
        with db.write() as session:
            session.execute(text("DROP SCHEMA public CASCADE"))
            session.execute(text("CREATE SCHEMA public"))
    with pytest.raises(DatabaseUnreachableError, match="was used from here and is gone"):
        open_database(settings, may_make=True)


_CUSTOMER = {
    "name": "Giulia Ferri",
    "email": "giulia@posta.example",
    "language": "it",
    "country": "IT",
    "timezone": "Europe/Rome",
    "is_business": False,
}
