"""A run that is alone with its database knows it, whatever savepoints it writes in, and sees when it is not."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from models.queries.sending import quiet
from models.queries.watermarks import set_watermark
from tasks.runtime.database import Database

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)


def write(session: Session, savepoints: int) -> None:
    set_watermark(session, "mine", "1", NOW)
    for number in range(savepoints):
        with session.begin_nested():
            set_watermark(session, f"mine-{number}", "1", NOW)


@pytest.mark.parametrize("savepoints", [0, 1, 3])
def test_what_a_run_writes_itself_is_no_others(db: Database, savepoints: int) -> None:
    other = Database(db.url)
    try:
        with db.writer() as writer:
            with writer.write() as session:
                mark = quiet.others_mark(session)
                write(session, savepoints)
                after = quiet.mark_after(session, mark)
            assert after is not None
            with writer.write() as session:
                assert quiet.others_mark(session) == after
                after = quiet.mark_after(session, after)
            with other.write() as session:
                set_watermark(session, "theirs", "1", NOW)
            with writer.write() as session:
                assert quiet.others_mark(session) != after
    finally:
        other.close()
