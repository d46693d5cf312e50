"""Many rows in one statement, on both databases: values arrive as they were given, and only what may be touched is."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import ColumnElement, bindparam, or_, select

from models.queries import bulk
from models.queries.in_list import among
from models.tables import FollowUp, Message
from tasks.runtime.database import Database
from tests import factories

NOW = datetime(2026, 3, 18, 9, 0, 0, 123456, tzinfo=UTC)


def _message(key: str, **facts: object) -> dict[str, object]:
    return {
        "key": key,
        "customer_id": None,
        "kind": "x",
        "step": "y",
        "language": "pl",
        "recipient": "a@posta.example",
        "subject": 'Zażółć "gęślą"\n\\ %s :b',
        "state": "sending",
        "resends": 0,
        "marked_at": NOW,
        **facts,
    }


def test_inserted_and_updated_values_are_read_back(db: Database) -> None:
    with db.write() as session:
        ids = {key: id_ for id_, key in bulk.insert(session, Message, [_message("a"), _message("b")], "key")}
        other = NOW.astimezone(timezone(timedelta(hours=5)))
        rows = [
            {"id": ids["a"], "smtp_code": 250, "recorded_at": other, "smtp_text": None},
            {"id": ids["b"], "state": "refused"},
            {"id": 999, "state": "refused"},
        ]
        assert bulk.update(session, Message, rows) == set(ids.values())
    with db.read() as session:
        a, b = session.scalars(select(Message).order_by(Message.key)).all()
        assert (a.subject, a.marked_at, a.recorded_at, a.smtp_code) == (
            _message("")["subject"],
            NOW,
            NOW,
            250,
        )
        assert (a.state, b.state, b.smtp_code, b.customer_id) == ("sending", "refused", None, None)
        assert session.scalar(select(Message.id).where(Message.marked_at <= NOW, Message.key == "a")) == a.id


def test_only_what_the_condition_allows_is_touched(db: Database) -> None:
    with db.write() as session:
        ids = {
            key: id_
            for id_, key in bulk.insert(
                session, Message, [_message("a", claim_token="t"), _message("b", claim_token="u")], "key"
            )
        }
        rows = [{"id": id_, "state": "accepted"} for id_ in ids.values()]
        where = (Message.claim_token == bindparam("token"),)
        assert bulk.update(session, Message, rows, where=where, token="u") == {ids["b"]}
        assert bulk.update(session, Message, []) == set()


def test_a_row_whose_key_is_there_already_is_left_as_it_is(db: Database) -> None:
    with db.write() as session:
        first, again = _message("a", step="first"), _message("a", step="again")
        bulk.add(session, Message, [first])
        bulk.add(session, Message, [again, _message("b", staff_id=None)])
        assert dict(session.execute(select(Message.key, Message.step)).all()) == {
            "a": "first",
            "b": "y",
        }


def test_one_of_many_values(db: Database) -> None:
    with db.write() as session:
        bulk.add(session, Message, [_message(key) for key in ("a", "b", 'c"')])
        ids = list(session.scalars(select(Message.id).order_by(Message.key)))

        def found(*conditions: ColumnElement[bool]) -> list[str]:
            return list(session.scalars(select(Message.key).where(*conditions).order_by(Message.key)))

        assert found(among(Message.id, [ids[0], ids[2], 2**40, *range(10_000, 50_000)])) == ["a", 'c"']
        assert found(among(Message.key, {"b", 'c"', "%s"})) == ["b", 'c"']
        assert found(or_(among(Message.id, []), Message.key == "a")) == ["a"]
        assert found(~among(Message.id, ids[:1])) == ["b", 'c"']


def test_a_time_without_its_zone_is_refused(db: Database) -> None:
    with db.write() as session:
        factories.customer(session)
        with pytest.raises(ValueError, match="naive"):
            bulk.update(session, FollowUp, [{"id": 1, "due_at": NOW.replace(tzinfo=None)}])
