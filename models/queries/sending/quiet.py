"""Whether anybody else has written to the database since this connection did: the cheapest question there is."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_SNAPSHOT = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text"
)
_OWN = text("SELECT pg_current_xact_id_if_assigned()::text")
_NEWEST = text(
    "INSERT INTO marks (name, value, at) VALUES ('quiet:' || pg_backend_pid(), '', now()) RETURNING xmin::text"
)
_NUMBERS = 2**32
"""Of transactions, before those in rows begin anew; those of snapshots go on."""


def others_mark(session: Session) -> str | None:
    """A mark that stays the same until another connection writes; to be asked at the beginning of a transaction.

    SQLite counts what others commit. On PostgreSQL it is the number that the next transaction will have, where none is
    under way; None where one is.
    """
    if session.get_bind().dialect.name != "postgresql":
        return str(session.execute(text("PRAGMA data_version")).scalar_one())
    first, last = session.execute(_SNAPSHOT).one()
    return str(last) if first == last else None


def mark_after(session: Session, before: str | None) -> str | None:
    """The mark that will stand when this transaction has ended, if nobody else writes; asked at its end.

    Savepoints that write take numbers too, and PostgreSQL tells no number but the outer one. So a savepoint is made
    that writes a row, whose number is the newest, and taken back.
    """
    if session.get_bind().dialect.name != "postgresql":
        return before
    own = session.execute(_OWN).scalar()
    if own is None:
        return before
    savepoint = session.begin_nested()
    newest = int(session.execute(_NEWEST).scalar_one())
    savepoint.rollback()
    return str(int(own) + (newest - int(own)) % _NUMBERS + 1)
