"""The ladder of a promise, through the real sweep on both databases: who is told when, as long as nobody acts."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import Commitment, History, Staff
from models.words import CommitmentKind, Subject
from tasks.commitments import promise
from tests import factories
from tests.world import World

WED = datetime(2026, 3, 18, 9, tzinfo=UTC)
"""10:00 in Rome; the working day there has eight hours left, and ten altogether."""


def at(world: World, day: int, hour: int = 9, minute: int = 0) -> None:
    """Move to an hour (UTC) of a day in March 2026, and escalate."""
    world.clock.set(datetime(2026, 3, day, hour, minute, tzinfo=UTC))
    world.escalate()


def asked(world: World, kind: CommitmentKind = CommitmentKind.CALL_BACK, ref: str = "C-1") -> int:
    """A customer with an order is promised something; returns its id."""
    with world.db.write() as session:
        customer = factories.customer(session, ref)
        order = factories.order(session, customer, f"SO-{ref}", promised_on=None)
        anna = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
        ewa = session.scalars(select(Staff).where(Staff.ref == "A-2")).one()
        order.owner_id, order.deputy_id = anna.id, ewa.id
        made = promise(
            session, world.policy, customer.id, kind, (Subject.ORDER, order.id), now=world.clock.now()
        )
        return made.id


def told(world: World) -> list[str]:
    """To whom notices went, in order."""
    return [mail.recipients[0].partition("@")[0] for mail in world.mailer.mails]


def owed(world: World, number: int) -> Commitment:
    with world.db.read() as session:
        return session.get_one(Commitment, number)


def history(world: World, number: int) -> list[tuple[str, str | None]]:
    with world.db.read() as session:
        rows = session.scalars(
            select(History)
            .where(History.subject_type == Subject.COMMITMENT, History.subject_id == number)
            .order_by(History.id)
        )
        return [(row.event, row.cause) for row in rows]


def act(world: World, number: int, do: Callable[[Session, Commitment], None]) -> None:
    with world.db.write() as session:
        do(session, session.get_one(Commitment, number))


def test_b04_and_b11_a_promise_that_nobody_keeps_climbs_by_itself(world: World) -> None:
    asked(world)
    world.escalate()
    assert told(world) == ["a-1"]
    at(world, 18, 13, 59)
    assert told(world) == ["a-1"]
    at(world, 18, 14)
    assert told(world) == ["a-1", "a-1"]
    at(world, 19, 9)
    assert told(world)[2:] == ["a-2"]
    at(world, 19, 14)
    assert told(world)[3:] == ["m-1"]
