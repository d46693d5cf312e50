"""The database goes away in the middle of a sweep: the sweep ends, and nothing is lost, doubled or in doubt."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tasks.runtime.database_faults import DatabaseUnreachableError
from tests import factories
from tests.integration.sending.faulty_server import FaultyServer, Step, running
from tests.integration.sending.test_every_await import run
from tests.world import World

_MAILS = 60


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
@pytest.mark.parametrize("after", [1, 30])
def test_a_backend_that_is_ended_in_mid_sweep(world: World, tmp_path: Path, after: int) -> None:
    with world.db.write() as session:
        for number in range(_MAILS):
            factories.order(session, factories.customer(session, f"C-{number}"), f"SO-{number}")
    other = create_engine(world.db.engine.url, isolation_level="AUTOCOMMIT")
    bodies = 0

    def end_backends(step: Step) -> None:
        nonlocal bodies
        bodies += step.command == "BODY"
        if step.command == "BODY" and bodies == after:
            with other.connect() as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                )

    with running(FaultyServer(end_backends)) as server:
        with pytest.raises((DatabaseUnreachableError, DBAPIError)):
            run(world, tmp_path, server.port)
        run(world, tmp_path, server.port)
        world.clock.set(world.clock.now() + timedelta(minutes=11))
        run(world, tmp_path, server.port)
    other.dispose()
    states = [row.state for row in world.follow_ups("order-confirmation")]
    assert set(states) == {"sent"}
    assert len(server.accepted) == _MAILS
    assert max(server.accepted.values()) == 1
