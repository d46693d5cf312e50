"""The commands that copy the database while everything runs, and put a copy back."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deployments.cli_report import writable
from models.queries.sending.since_backup import begin_again
from tasks.runtime.backups import BackupError, back_up, put_back
from tasks.runtime.clock import SystemClock
from tasks.runtime.database import Database
from tasks.runtime.opening import open_database
from tasks.runtime.settings import Settings


def backup(file: Path) -> int:
    """Copy the database while everything runs. PostgreSQL has programs of its own: docs/how-to/backup.md.

    Args:
        file: Where the copy goes; one that is there is replaced.
    """
    goes_to = writable("FILE", file)
    database = open_database(Settings())
    try:
        back_up(database, goes_to)
    finally:
        database.close()
    print(
        f"{goes_to} is a whole copy. It holds customers' data; keep the key {Settings().state_dir / 'secret'} as well."
    )
    return 0


def restore(file: Path | None = None, *, done: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Put a copy back. What was due since is looked up in the archive or put before a person before it goes.

    Args:
        file: A copy that `seguito backup` wrote.
        done: PostgreSQL was put back by its own programs; see to what was due since.
    """
    settings, now = Settings(), SystemClock().now()
    if (file is None) is not done:
        raise BackupError("name a file, or say --done where PostgreSQL was put back by its own programs")
    if file is not None:
        database = Database(settings.database)
        aside = put_back(settings, database, file, now)
        database.close()
        if aside is not None:
            print(f"What was there before is kept: {aside}")
    database = open_database(settings)
    try:
        with database.write() as session:
            begin_again(session, now)
    finally:
        database.close()
    print(
        "The copy is in its place. The next sweeps look for what was due until now in the archive; what it does not "
        "know stands under `seguito doubts list`, and waits for a person."
    )
    return 0
