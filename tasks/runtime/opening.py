"""Opening the database that the settings name: the one that was left here, or a new one where that is meant."""

import hashlib
import os
from contextlib import closing
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import inspect, make_url, select, table
from sqlalchemy.sql import column

from models.tables import Base
from tasks.runtime.database import Database, make_folder, migrations
from tasks.runtime.database_faults import DatabaseUnreachableError, in_words
from tasks.runtime.settings import Settings

_USED = "databases"
"""File in the state folder with a line for each database that was ever used from here."""
_VERSION = "alembic_version"

_NONE_YET = (
    "there is no database yet: {where}. `seguito migrate` makes one, and so do `seguito up` and `seguito import`; "
    "or mend SEGUITO_DATABASE_URL or SEGUITO_STATE_DIR"
)
_GONE = (
    "{where} was used from here and is gone; put it or a backup back (`seguito restore`), or mend "
    "SEGUITO_DATABASE_URL. To begin anew without it, remove {note}"
)
_EMPTY = (
    "{where} is empty, and no database of ours; put a backup back (`seguito restore`), or remove the empty file to "
    "begin anew"
)
_FOREIGN = "{where} belongs to another program; mend SEGUITO_DATABASE_URL"
_NEWER = "{where} was left by a newer version of Seguito; install that version or a later one"


def open_database(
    settings: Settings, *, may_make: bool = False, busy_seconds: float | None = None
) -> Database:
    """The database of the settings, at the newest version. Close it after use.

    A missing one is made only where `may_make` says so, and never where one was used before.

    Raises:
        DatabaseUnreachableError: it cannot be used, or is not the one that was left here; the message says what to do.
    """
    make_folder(settings.state_dir, "SEGUITO_STATE_DIR")
    wait = settings.database_wait_seconds if busy_seconds is None else busy_seconds
    database = Database(settings.database, busy_seconds=wait)
    note = settings.state_dir / _USED
    try:
        database.see_that_it_answers()
        version = _version_left_here(database)
        if version is None:
            _refuse_unless_new(database, note, may_make=may_make)
            _make(database)
        if version is None or version != _scripts().get_current_head():
            database.migrate()
        _remember(database, note)
    except BaseException:
        database.close()
        raise
    return database


def _version_left_here(database: Database) -> str | None:
    """The version of our tables; nothing when there are none.

    Raises:
        DatabaseUnreachableError: something else is there, or it cannot be looked at.
    """
    if database.file is not None:
        if not database.file.exists():
            return None
        if database.file.is_file() and database.file.stat().st_size == 0:
            raise DatabaseUnreachableError(_EMPTY.format(where=database.where))
    engine = database.engine.execution_options(seguito_writes=False)
    with in_words(database.where), engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
        if _VERSION not in names:
            if names:
                raise DatabaseUnreachableError(_FOREIGN.format(where=database.where))
            return None
        version: str | None = connection.scalar(select(column("version_num")).select_from(table(_VERSION)))
    if version is not None and version not in {script.revision for script in _scripts().walk_revisions()}:
        ours = names & set(Base.metadata.tables)
        raise DatabaseUnreachableError((_NEWER if ours else _FOREIGN).format(where=database.where))
    return version


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(migrations())


def _refuse_unless_new(database: Database, note: Path, *, may_make: bool) -> None:
    if _mark(database) in _marks(note):
        raise DatabaseUnreachableError(_GONE.format(where=database.where, note=note))
    if not may_make:
        raise DatabaseUnreachableError(_NONE_YET.format(where=database.where))


def _make(database: Database) -> None:
    """A file of SQLite is made whole before it has its name: an empty one is then never ours."""
    if database.file is None:
        return
    half = database.file.with_name(f"{database.file.name}.{os.getpid()}.new")
    try:
        os.close(os.open(half, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        with closing(Database(f"sqlite:///{half}")) as made:
            made.migrate()
        database.file.hardlink_to(half)
    except FileExistsError:  # another process was quicker
        pass
    except OSError as error:
        raise DatabaseUnreachableError(
            f"{database.where} cannot be made ({error.strerror}); mend SEGUITO_DATABASE_URL"
        ) from None
    finally:
        half.unlink(missing_ok=True)


def _mark(database: Database) -> str:
    """What tells one database from another, without its password."""
    url = make_url(database.url)
    name = str(database.file.absolute()) if database.file else f"{url.host}:{url.port or ''}/{url.database}"
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _marks(note: Path) -> list[str]:
    try:
        return note.read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []


def _remember(database: Database, note: Path) -> None:
    if (mark := _mark(database)) in _marks(note):
        return
    try:
        with open(
            note, "a", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)
        ) as file:
            file.write(f"{mark}\n")
    except OSError as error:
        raise DatabaseUnreachableError(
            f"{note} cannot be written ({error.strerror}); mend SEGUITO_STATE_DIR"
        ) from None
