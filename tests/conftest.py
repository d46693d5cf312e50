"""Fixtures for every test: real databases, the policy, a clock that stands still.

What a fixture needs is imported inside it: tests of rules start without Prefect, SQLAlchemy and the rest of the house.
"""

from __future__ import annotations

import gc
import os
import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.policy import Policy
    from tasks.runtime.clock import SetClock
    from tasks.runtime.database import Database
    from tests.postgres import PostgresServer
    from tests.prefect_server import PrefectServer
    from tests.world import World

os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")

ROOT = Path(__file__).parent.parent
SERVER = pytest.StashKey["PrefectServer"]()


def pytest_pycollect_makemodule(module_path: Path) -> None:
    """Property tests alone load Hypothesis; its profile has to be there before their settings are read."""
    if b"hypothesis" in module_path.read_bytes():
        import tests.properties  # noqa: F401 (registers the profile)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Prefect leaves the sockets of its event clients to the garbage collector; see `_sockets_of_prefect`."""
    for item in items:
        if item.get_closest_marker("prefect"):
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(autouse=True)
def _sockets_of_prefect(request: pytest.FixtureRequest) -> Iterator[None]:
    """They are closed and collected in the test that left them, and not in whichever comes after it.

    The workers that send events and logs live on in threads, each with sockets to the server of the test; so they are
    ended first. Prefect starts new ones when they are needed.
    """
    yield
    if request.node.get_closest_marker("prefect"):
        from prefect.events.worker import EventsWorker

        EventsWorker.drain_all(timeout=10, at_exit=False)
        gc.collect()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A real PostgreSQL of our own, for the whole test run."""
    from tests.postgres import PostgresServer

    with PostgresServer.started() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    from tasks.runtime.database import Database

    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """Name of a migrated, empty PostgreSQL database to copy from."""
    from tasks.runtime.database import Database

    database = Database(postgres_server.create_database("seguito_template"))
    database.migrate()
    database.close()
    return "seguito_template"


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database; a test that asks for it runs on both kinds."""
    from tasks.runtime.database import Database

    if request.param == "sqlite":
        path = tmp_path / "seguito.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        database = Database(f"sqlite:///{path}")
        yield database
        database.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("postgres_template")
    name = f"t_{uuid.uuid4().hex}"
    database = Database(server.create_database(name, template=template))
    yield database
    database.close()
    server.drop_database(name)  # else hundreds of them are on the disk at the end


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The policy that the project ships."""
    from models import policy as policies

    return policies.load(ROOT / "policy.toml")


@pytest.fixture
def clock() -> SetClock:
    """Wednesday, 18 March 2026, 10:00 in Rome and Warsaw: a business day with open windows in both."""
    from tasks.runtime.clock import SetClock

    return SetClock(datetime(2026, 3, 18, 9, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; tests that need it are skipped where it is absent."""
    path = Path(os.environ.get("SEGUITO_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"no real data at {path}; set SEGUITO_TEST_DATA to their folder")
    return path


@pytest.fixture
def world(db: Database, policy: Policy, clock: SetClock) -> World:
    """A company on both databases; see tests/world.py."""
    from tests.world import World

    return World.of(db, policy, clock)


@pytest.fixture(scope="session")
def prefect_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PrefectServer]:
    """A real Prefect server for the whole test run; clients in this process use it."""
    from tests.prefect_server import PrefectServer

    with PrefectServer.started(tmp_path_factory.mktemp("prefect")) as started, started.used():
        request.config.stash[SERVER] = started
        yield started


@pytest.fixture(scope="module", autouse=True)
def _no_deployments_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a module deployed, paused or left running is no matter of the next module at the same server."""
    yield
    if server := request.config.stash.get(SERVER, None):
        server.forget_deployments()


@pytest.fixture
def installation(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Settings, an empty database and the shipped policy, in a folder of their own; returns the database's address."""
    path = tmp_path / "seguito.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABASE_URL": f"sqlite:///{path}",
        "STATE_DIR": str(tmp_path),
        "POLICY": str(ROOT / "policy.toml"),
    }.items():
        monkeypatch.setenv(f"SEGUITO_{name}", value)
    return f"sqlite:///{path}"
