"""A copy of the database while everything runs, and putting one back: of SQLite. PostgreSQL has programs for that."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from models.errors import RefusedError
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings

_PAGES = 1_000
"""Copied at a time; writers go on in between."""
_OF_SQLITE = ("", "-wal", "-shm")


class BackupError(RefusedError):
    """It cannot be copied or put back; the message says what to do."""


def back_up(database: Database, target: Path) -> None:
    """Write a whole copy as `target`, readable by its owner alone; one that is there is replaced at the end.

    Raises:
        BackupError: the database is on a server, or the copy is not whole.
        OSError: the file cannot be written.
    """
    if database.file is None:
        raise BackupError(
            "the database is PostgreSQL: copy it with `pg_dump --format=custom --file FILE` (docs/how-to/backup.md)"
        )
    half = target.with_name(f"{target.name}.{os.getpid()}.half")
    os.close(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    try:
        with closing(sqlite3.connect(database.file)) as source, closing(sqlite3.connect(half)) as copy:
            source.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")
            _check(copy, half)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)


def put_back(settings: Settings, database: Database, source: Path, now: datetime) -> Path | None:
    """Put a copy where the database is; what was there is kept beside it, and named.

    Raises:
        BackupError: it is no whole copy, something runs, or the database is on a server.
    """
    if database.file is None:
        raise BackupError(
            "the database is PostgreSQL: use `pg_restore`, then say `seguito restore --done` (docs/how-to/backup.md)"
        )
    if not source.is_file():
        raise BackupError(f"there is no file {source}; name a copy that `seguito backup` wrote")
    with _nothing_runs(settings):
        try:
            with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
                _check(copy, source)
        except sqlite3.Error:
            raise BackupError(
                f"{source} is no copy of a database; name one that `seguito backup` wrote"
            ) from None
        aside = _put_aside(database.file, now)
        half = database.file.with_name(f"{database.file.name}.{os.getpid()}.half")
        shutil.copyfile(source, half)
        half.chmod(0o600)
        half.replace(database.file)
    return aside


def _check(copy: sqlite3.Connection, file: Path) -> None:
    if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
        raise BackupError(f"{file} is not whole; take another copy")
    if copy.execute("SELECT count(*) FROM sqlite_master WHERE name = 'follow_ups'").fetchone() != (1,):
        raise BackupError(
            f"{file} is the database of another program; name a copy that `seguito backup` wrote"
        )


def _put_aside(file: Path, now: datetime) -> Path | None:
    aside = None
    for end in reversed(_OF_SQLITE):
        old = file.with_name(file.name + end)
        if old.exists():
            aside = file.with_name(f"{file.name}.before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{end}")
            old.rename(aside)
    return aside


@contextmanager
def _nothing_runs(settings: Settings) -> Iterator[None]:
    """Hold what `seguito up` holds."""
    settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.state_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(
                "`seguito up` runs; stop it first, or it goes on with what was there before"
            ) from None
        yield
