"""What a database says when it cannot work, in one sentence: what is wrong and what to do about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from models.errors import TryLaterError


class DatabaseUnreachableError(TryLaterError):
    """The database cannot be used. The message says what to do, and never a password."""


class DatabaseBusyError(DatabaseUnreachableError):
    """It cannot be used just now: locked, restarted, out of connections. The same may work in a minute."""


_LOCKED = (
    "{where} is in another program's hands and did not come free; end what holds it (a viewer, a backup), then run "
    "this again: nothing is lost"
)
_LOST = "the connection to {where} was lost; see that it runs, then run this again: what was not recorded stays due"
_READ_ONLY = "{where} cannot be written; see that it and its folder belong to this user, and that its disk takes writes"
_FULL = "there is no room left for {where}; make room on its disk, then run this again: nothing is lost"
_DAMAGED = "{where} is damaged; keep it, and put a backup back (`seguito restore`)"
_NO_DATABASE = "{where} is no database; mend SEGUITO_DATABASE_URL, or put a backup back (`seguito restore`)"
_SHUT = "{where} cannot be opened; see that this user may read and write it, or mend SEGUITO_DATABASE_URL"
_NOT_WHOLE = (
    "{where} is not the database that was left here: a table or column is missing; put a backup back "
    "(`seguito restore`), or mend SEGUITO_DATABASE_URL"
)
_DISK = "the disk of {where} does not work (input/output error); see to the disk, then run this again"
_NO_RIGHT = (
    "{where} does not let this user do that; give the user of SEGUITO_DATABASE_URL the rights of its owner"
)

_SQLITE = {
    3: _READ_ONLY,
    5: _LOCKED,
    6: _LOCKED,
    8: _READ_ONLY,
    10: _DISK,
    11: _DAMAGED,
    13: _FULL,
    14: _SHUT,
    23: _READ_ONLY,
    26: _NO_DATABASE,
}
"""By SQLite's primary result code."""
_MISSING = ("no such table", "no such column", "has no column named")

_POSTGRESQL = {
    "08": _LOST,
    "57P": _LOST,
    "53100": _FULL,
    "53": _LOCKED,
    "55P03": _LOCKED,
    "40": _LOCKED,
    "57014": _LOCKED,
    "25006": _READ_ONLY,
    "42501": _NO_RIGHT,
    "42P01": _NOT_WHOLE,
    "42703": _NOT_WHOLE,
    "XX": _DAMAGED,
}
"""By the beginning of PostgreSQL's SQLSTATE; the longest one counts."""
_PASSING = (_LOCKED, _LOST)


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Turn what a driver raises into a `DatabaseUnreachableError` about `where`; a fault of ours stays as it is.

    Raises:
        DatabaseUnreachableError: the database cannot be used; `DatabaseBusyError` where that passes.
    """
    try:
        yield
    except DBAPIError as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        raise _named(sentence, where) from None  # its own words repeat the statement
    except PoolTimeoutError:
        raise _named(_LOCKED, where) from None


def _named(sentence: str, where: str) -> DatabaseUnreachableError:
    kind = DatabaseBusyError if sentence in _PASSING else DatabaseUnreachableError
    return kind(sentence.format(where=where))


def _sentence(error: DBAPIError) -> str | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        missing = code == 1 and any(words in str(error.orig) for words in _MISSING)
        return _NOT_WHOLE if missing else _SQLITE.get(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return (
            _LOST if error.connection_invalidated or type(error.orig).__name__ == "OperationalError" else None
        )
    known = (state[:length] for length in (5, 3, 2))
    return next((_POSTGRESQL[begin] for begin in known if begin in _POSTGRESQL), None)
