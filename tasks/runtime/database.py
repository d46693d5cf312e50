"""The database: how it is opened, and the one place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session

import models
from tasks.runtime.database_faults import DatabaseUnreachableError, in_words

_BUSY_SECONDS = 30.0
_CONNECT_SECONDS = 10
_NO_ADDRESS = (
    "SEGUITO_DATABASE_URL is no address of a database that is known here; write it like "
    "postgresql://user:password@host/name or sqlite:///folder/file.db"
)
_NO_ANSWER = (
    "the database does not answer, or does not let us in; see that it runs, and that user, password and name are "
    "right, or mend SEGUITO_DATABASE_URL"
)


class Database:
    """An open database. Use `write` to change something, `read` to look, `rehearse` to try without effect.

    One that is not `lasting` may be spoilt by a power cut: SQLite then never waits for the disk. `busy_seconds` is how
    long a statement waits for what another one holds. What keeps the database from working is raised as a
    `DatabaseUnreachableError`.
    """

    def __init__(self, url: str, *, lasting: bool = True, busy_seconds: float = _BUSY_SECONDS) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise DatabaseUnreachableError(_NO_ADDRESS) from None
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.exists = True
        """Whether it was there before; a file of SQLite is made at first use."""
        self.file: Path | None = None
        """Where SQLite keeps it; None for a server, or in memory."""
        if parsed.get_backend_name() == "sqlite" and parsed.database not in {None, "", ":memory:"}:
            self.file = Path(str(parsed.database))
            self.exists = self.file.exists()
            make_folder(self.file.parent, "SEGUITO_DATABASE_URL")
        self.url = parsed.render_as_string(hide_password=False)
        self.where = f"the database {self.file}" if self.file else "the database of SEGUITO_DATABASE_URL"
        """The database in a sentence, without its password."""
        try:
            self.engine: Engine = create_engine(
                parsed,
                pool_pre_ping=parsed.get_backend_name() != "sqlite",
                hide_parameters=True,  # they are customers' addresses and words; errors end up in logs
                connect_args=_connecting(parsed, busy_seconds),
            )
        except (ArgumentError, ImportError):
            raise DatabaseUnreachableError(_NO_ADDRESS) from None
        if self.engine.dialect.name == "sqlite":
            _prepare_sqlite(self.engine, "FULL" if lasting else "OFF", busy_seconds)
        else:
            _prepare_postgresql(self.engine, busy_seconds)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on an error."""
        with in_words(self.where), self._session() as session, session.begin():
            yield session

    @contextmanager
    def writer(self) -> Iterator["Writer"]:
        """A connection of one's own for many short transactions, one after the other; between them nothing is open."""
        engine = self.engine.execution_options(seguito_writes=True)
        with in_words(self.where), engine.connect() as connection:
            yield Writer(connection)

    @contextmanager
    def rehearse(self) -> Iterator[Session]:
        """One transaction that is always rolled back: what a dry run does leaves no trace."""
        with in_words(self.where), self._session() as session, session.begin() as transaction:
            yield session
            transaction.rollback()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A look at one consistent state; holds no write lock."""
        with in_words(self.where), self._session(writes=False) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Bring the tables to the newest version. Does nothing when they are there already.

        Raises:
            DatabaseUnreachableError: there is no answer, or no entry.
        """
        self.see_that_it_answers()
        config = migrations()
        with (
            in_words(self.where),
            self.engine.connect() as connection,
            _tables_may_be_rebuilt(connection),
            connection.begin(),
        ):
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def see_that_it_answers(self) -> None:
        """Knock at a database server.

        Raises:
            DatabaseUnreachableError: there is no answer, or no entry.
        """
        if self.file is None:
            try:
                self.engine.connect().close()
            except OperationalError:
                raise DatabaseUnreachableError(_NO_ANSWER) from None

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _session(self, *, writes: bool = True) -> Iterator[Session]:
        engine = self.engine.execution_options(seguito_writes=writes)
        with Session(engine, expire_on_commit=False) as session:
            yield session


class Writer:
    """Transactions over one connection, without asking for each whether it still stands."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def write(self) -> Iterator[Session]:
        """As `Database.write`."""
        with Session(self._connection, expire_on_commit=False) as session, session.begin():
            yield session


def migrations() -> Config:
    """Where Alembic finds the steps from one version of the tables to the next."""
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
    return config


def make_folder(path: Path, setting: str) -> None:
    """Make a folder that only its owner may look into; one that is there stays as it is.

    Raises:
        DatabaseUnreachableError: it cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnreachableError(
            f"the folder {path} cannot be made ({error.strerror}); mend {setting}"
        ) from None


def _connecting(url: URL, busy_seconds: float) -> dict[str, Any]:
    """How long to wait for an open database; an address that says so itself (`?connect_timeout=`) counts."""
    if url.get_backend_name() == "sqlite":
        return {"timeout": busy_seconds}
    return {} if "connect_timeout" in url.query else {"connect_timeout": _CONNECT_SECONDS}


def _prepare_postgresql(engine: Engine, busy_seconds: float) -> None:
    """Nobody waits for ever for a row that another transaction holds."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {round(busy_seconds * 1000)}")
        connection.commit()


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite changes a column by copying its table, and would take dropping the old one for broken references.

    The switch works only between transactions.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys = ON")


def _prepare_sqlite(engine: Engine, synchronous: str, busy_seconds: float) -> None:
    """WAL, waiting instead of failing, and write locks taken at the start of a writing transaction.

    A transaction that begins by reading and writes later fails at once with `database is locked` when another one
    wrote in between; `BEGIN IMMEDIATE` waits its turn instead. What lasts is FULL, since a lost mark is a doubled mail.
    """

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(busy_seconds * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("seguito_writes", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
