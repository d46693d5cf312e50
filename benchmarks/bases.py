"""Databases to measure on: prepared once, copied for every round."""

import contextlib
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tasks.runtime.database import Database
from tests.postgres import PostgresServer

KINDS = ("sqlite", "postgresql")
Prepare = Callable[[Database], None]


class Bases:
    """Makes databases in a temporary folder and on a PostgreSQL of its own, which keep their promises (fsync)."""

    def __init__(self, folder: Path, postgres: PostgresServer) -> None:
        self._folder, self._postgres = folder, postgres

    @classmethod
    @contextmanager
    def opened(cls) -> "Iterator[Bases]":
        """Everything is taken away at the end."""
        folder = Path(tempfile.mkdtemp(prefix="seguito-bench-"))
        settings = ("fsync=on", "shared_buffers=512MB", "max_wal_size=4GB")
        try:
            with PostgresServer.started(*settings) as postgres:
                yield cls(folder, postgres)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def prepared(self, kind: str, prepare: Prepare) -> str:
        """Make a migrated database, and let `prepare` fill it; returns its name for `copy`.

        Closing the last connection puts SQLite's journal into the file.
        """
        name = f"base_{uuid.uuid4().hex[:8]}"
        with self._at(self._new(kind, name)) as db:
            db.migrate()
            prepare(db)
        return name

    @contextmanager
    def copy(self, kind: str, name: str) -> Iterator[Database]:
        """A copy to spoil; it is taken away at the end."""
        copied = f"{name}_{uuid.uuid4().hex[:8]}"
        if kind == "sqlite":
            shutil.copy(self._folder / f"{name}.db", self._folder / f"{copied}.db")
            url = self._sqlite(copied)
        else:
            url = self._postgres.create_database(copied, template=name)
        with self._at(url) as db:
            yield db
        self.drop(kind, copied)

    def drop(self, kind: str, name: str) -> None:
        """Take a database away."""
        if kind == "sqlite":
            for path in self._folder.glob(f"{name}.db*"):
                path.unlink()
        else:
            with psycopg.connect(
                self._postgres.url("postgres").replace("+psycopg", ""), autocommit=True
            ) as one:
                one.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def opened_at(self, kind: str, name: str) -> Iterator[Database]:
        """The prepared database itself."""
        with self._at(self._sqlite(name) if kind == "sqlite" else self._postgres.url(name)) as db:
            yield db

    def empty_postgres(self) -> str:
        """The address of an empty database on PostgreSQL."""
        return self._postgres.create_database(f"empty_{uuid.uuid4().hex[:8]}")

    def url(self, kind: str, name: str) -> str:
        """The address of a prepared database."""
        return self._sqlite(name) if kind == "sqlite" else self._postgres.url(name)

    def _new(self, kind: str, name: str) -> str:
        return self._sqlite(name) if kind == "sqlite" else self._postgres.create_database(name)

    def _sqlite(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}.db"

    @contextmanager
    def _at(self, url: str) -> Iterator[Database]:
        with contextlib.closing(Database(url)) as db:
            yield db
