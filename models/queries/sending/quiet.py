"""Whether anybody else has written to the database since this connection did: the cheapest question there is."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_SNAPSHOT = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text"
)
_OWN = text("SELECT pg_current_xact_id_if_assigned()::text")


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
    """The mark that will stand when this transaction has ended, if nobody else writes; asked at its end."""
    if session.get_bind().dialect.name != "postgresql":
        return before
    own = session.execute(_OWN).scalar()
    return before if own is None else str(int(own) + 1)
