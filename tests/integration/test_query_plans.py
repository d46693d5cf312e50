"""The hot questions are answered from their own small indexes, on both databases, however large the base is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Select, exists, insert, select, text, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.queries import claiming
from models.tables import FollowUp, Order
from models.words import FollowUpState
from tasks.database import Database
from tests import factories

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
_SENT, _DUE = 20_000, 50


@pytest.fixture
def base(db: Database) -> Iterator[Session]:
    """Twenty thousand follow-ups that are over, and fifty that are due."""
    with db.write() as session:
        customer = factories.customer(session)
        rows = [
            {
                "subject_type": "order", "subject_id": number, "customer_id": customer.id, "sweep": "delay-alert",
                "kind": "delay-alert", "step": "passed", "nudge": 0, "owed_at": NOW, "attempts": 0,
                "due_at": NOW - timedelta(minutes=number % 1_000),
                "state": FollowUpState.PLANNED if number < _DUE else FollowUpState.SENT,
                "answer_by": NOW + timedelta(days=9) if number % 100 == 0 else None,
            }
            for number in range(_SENT)
        ]  # fmt: skip
        session.execute(insert(FollowUp), rows)
        orders = [
            factories.order_values(customer, f"SO-{number}", to_plan=number < _DUE)
            for number in range(_SENT // 4)
        ]
        session.execute(insert(Order), orders)
    with db.write() as session:
        session.execute(text("ANALYZE"))
    with db.read() as session:
        yield session


def plan_of(session: Session, query: Select[tuple[int]]) -> str:
    """The plan in the database's own words."""
    is_postgres = session.get_bind().dialect.name == "postgresql"
    dialect = postgresql.dialect() if is_postgres else sqlite.dialect()
    compiled = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    explain = "EXPLAIN" if is_postgres else "EXPLAIN QUERY PLAN"
    return "\n".join(
        str(row[-1]) for row in session.execute(text(f"{explain} {compiled}".replace(":", "\\:")))
    )


def test_what_is_due(base: Session) -> None:
    assert "ix_follow_ups_due" in plan_of(base, claiming.due("delay-alert", NOW, 500))


def test_what_changed(base: Session) -> None:
    assert "ix_orders_to_plan" in plan_of(
        base, select(Order.id).where(Order.to_plan == true()).order_by(Order.id).limit(9)
    )


def test_who_did_not_answer(base: Session) -> None:
    query = select(FollowUp.id).where(
        FollowUp.state == FollowUpState.SENT, FollowUp.answer_by.is_not(None), FollowUp.answer_by <= NOW
    )
    assert "ix_follow_ups_waiting" in plan_of(base, query)


def test_what_a_dead_run_left(base: Session) -> None:
    query = select(FollowUp.id).where(FollowUp.state == FollowUpState.CLAIMED, FollowUp.lease_until < NOW)
    assert "ix_follow_ups_claimed" in plan_of(base, select(true()).where(exists(query)))
