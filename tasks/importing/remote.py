"""SELECTs run by the company's own database, through SQLAlchemy."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import CursorResult, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from tasks.importing.errors import SourceError
from tasks.importing.rows import Reject
from tasks.importing.selected import Selected


class Remote:
    """A connection that only reads: whatever it did is rolled back at the end."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
            if parsed.drivername == "postgresql":
                parsed = parsed.set(drivername="postgresql+psycopg")
            where = parsed.render_as_string(hide_password=True)
            self._engine = create_engine(parsed)
            self._connection = self._engine.connect()
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            advice = "write it as SQLAlchemy does, and install its driver"
            raise SourceError(
                f"source.toml: url: cannot be used ({type(error).__name__}); {advice}"
            ) from None
        except SQLAlchemyError as error:
            advice = f"cannot be reached ({type(error).__name__}); check address and password"
            raise SourceError(f"source.toml: url: {where}: {advice}") from None

    def select(self, sql: str, file: str) -> Selected:
        """Start a SELECT; its rows come in batches.

        Raises:
            SourceError: it cannot run, now or while its rows come.
        """
        try:
            result = self._connection.execution_options(
                no_parameters=True,  # a % or : in the SELECT means itself
                stream_results=True,
            ).exec_driver_sql(sql.strip().rstrip(";"))
            if not result.returns_rows:
                raise SourceError(f"{file}: returns no rows; leave one SELECT in it")
        except SQLAlchemyError as error:
            raise _source_error(file, error) from None
        return Selected(list(result.keys()), lambda size: _batches(result, size, file))

    def malformed(self) -> list[Reject]:
        """None: a database knows only rows."""
        return []

    def close(self) -> None:
        """Roll back and close."""
        self._connection.close()
        self._engine.dispose()


def _batches(result: CursorResult[Any], size: int, file: str) -> Iterator[Sequence[Any]]:
    try:
        while batch := result.fetchmany(size):
            yield batch
    except SQLAlchemyError as error:
        raise _source_error(file, error) from None


def _source_error(file: str, error: SQLAlchemyError) -> SourceError:
    """The database's first line: what follows may quote values."""
    said = str(getattr(error, "orig", None) or error).partition("\n")[0]
    return SourceError(f"{file}: {said}; mend the SELECT; it is run by the database of source.toml")
