"""What the database says when something goes wrong ends up in logs."""

import pytest
from sqlalchemy.exc import IntegrityError

from tasks.runtime.database import Database
from tests import factories


def test_an_error_holds_nothing_of_whom_it_is_about(db: Database) -> None:
    with db.write() as session:
        factories.customer(session)
    with db.read() as session, pytest.raises(IntegrityError) as raised:
        factories.customer(session, email="giulia.ferri@posta.example")
    assert "giulia.ferri" not in str(raised.value)
