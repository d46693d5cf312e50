"""Whatever writes the history does so here: append-only, every change with its cause and who made it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.base import table_of
from models.tables import History

_TABLE = table_of(History)
_NOTE = _TABLE.insert().returning(History.id)


def note(
    session: Session,
    subject: tuple[str, int],
    event: str,
    at: datetime,
    actor: str,
    cause: str | None = None,
    **details: Any,
) -> int:
    """Append to the history of a subject (type, id); returns the entry's number."""
    row = {
        "at": at,
        "actor": actor,
        "subject_type": subject[0],
        "subject_id": subject[1],
        "event": event,
        "cause": cause,
        "details": details,
    }
    return int(session.connection().execute(_NOTE, row).scalar_one())


def note_all(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append many entries, all with the same columns: those of the history but its number."""
    if rows:
        session.connection().execute(_TABLE.insert(), list(rows))
