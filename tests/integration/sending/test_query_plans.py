"""The hot questions are answered from their own small indexes, on both databases, however large the base is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Select, exists, insert, select, text, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.queries.responses import responses
from models.queries.sending import claim
from models.queries.sending.waiting import is_due
from models.tables import FollowUp, Order, Response
from models.words import FollowUpState
from tasks.runtime.database import Database
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
                "subject_type": "order",
                "subject_id": number,
                "customer_id": customer.id,
                "sweep": "delay-alert",
                "kind": "delay-alert",
                "step": "passed",
                "nudge": 0,
                "owed_at": NOW,
                "attempts": 0,
                "due_at": NOW - timedelta(minutes=number % 1_000),
                "state": FollowUpState.PLANNED if number < _DUE else FollowUpState.SENT,
                "answer_by": NOW + timedelta(days=9) if number % 100 == 0 else None,
            }
            for number in range(_SENT)
        ]
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
    assert "ix_follow_ups_due" in plan_of(base, claim.due("delay-alert", NOW, 500))


def test_whether_anything_is_due_though_half_of_the_base_is_planned_for_later(base: Session) -> None:
    base.execute(
        update(FollowUp)
        .where(FollowUp.id % 2 == 0)
        .values(state=FollowUpState.PLANNED, due_at=NOW + timedelta(days=30))
    )
    base.execute(text("ANALYZE follow_ups"))
    plan = plan_of(base, select(is_due("delay-alert", NOW)))
    assert "ix_follow_ups_due" in plan
    assert "Seq Scan" not in plan
    plan = plan_of(base, select(is_due("welcome-contact", NOW)))
    assert "Seq Scan" not in plan


def test_what_was_answered_to_a_mail(base: Session) -> None:
    row = {
        "customer_id": 1,
        "channel": "page",
        "meaning": "rating",
        "received_at": NOW,
        "recorded_at": NOW,
    }
    rows = [row | {"ref": f"f{n}-1:rating", "message_key": f"f{n}-1"} for n in range(5_000)]
    base.execute(insert(Response), rows)
    base.execute(text("ANALYZE responses"))
    assert "ix_responses_message_key" in plan_of(
        base, select(Response.id).where(Response.message_key == "f77-1")
    )
    assert [found.ref for found in responses.of_message(base, "f77-1")] == ["f77-1:rating"]


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
