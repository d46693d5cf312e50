"""Remembering when each thing that runs by schedule ran well last."""

from datetime import datetime

from models.queries.health import state
from tasks.runtime.database import Database


def note(database: Database, name: str, now: datetime) -> None:
    """Remember that `name` did all of its work just now."""
    with database.write() as session:
        state.note_run(session, name, now)
