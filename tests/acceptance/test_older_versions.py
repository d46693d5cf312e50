"""A database of an earlier version, brought up to this one: what was open goes on, with clocks and ladders."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import column, insert, select, table, text

import models
from models.tables import Commitment, FollowUp, History
from models.words import CommitmentKind, Subject
from tests import factories
from tests.world import World

WED = datetime(2026, 3, 18, 9, tzinfo=UTC)
"""10:00 in Rome, on a working day."""
_BEFORE_THE_LEDGER = "0005"


def downgrade(world: World) -> None:
    """The tables as they were before promises had ladders."""
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
    with world.db.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, _BEFORE_THE_LEDGER)


def owed_of_old(world: World, due_at: datetime, ref: str) -> None:
    """A reply that the earlier version wrote down, two days before it was due; its owner was told then."""
    with world.db.read() as session:
        customer = session.execute(
            text("SELECT id FROM customers WHERE ref = :ref"), {"ref": ref}
        ).scalar_one()
        owner = session.execute(text("SELECT id FROM staff WHERE ref = 'A-1'")).scalar_one()
        deputy = session.execute(text("SELECT id FROM staff WHERE ref = 'A-2'")).scalar_one()
    old = table(
        "commitments",
        *(
            column(name)
            for name in ("customer_id", "kind", "subject_type", "subject_id", "owner_id", "deputy_id")
        ),
        column("made_at", Commitment.made_at.type),
        column("due_at", Commitment.due_at.type),
    )
    with world.db.write() as session:
        session.execute(
            insert(old).values(
                customer_id=customer,
                kind="reply",
                subject_type="customer",
                subject_id=customer,
                owner_id=owner,
                deputy_id=deputy,
                made_at=due_at - timedelta(days=2),
                due_at=due_at,
            )
        )


def told(world: World) -> list[str]:
    return [mail.recipients[0].partition("@")[0] for mail in world.mailer.mails]


def rungs(world: World, number: int) -> dict[str, datetime]:
    with world.db.read() as session:
        rows = session.scalars(
            select(FollowUp).where(
                FollowUp.subject_type == Subject.COMMITMENT,
                FollowUp.subject_id == number,
                FollowUp.audience.is_not(None),
            )
        )
        return {row.step: row.due_at for row in rows}


def test_b11_promises_of_an_older_version_climb_from_now_on_and_not_all_at_once(world: World) -> None:
    with world.db.write() as session:
        for ref in ("C-1", "C-2"):
            factories.customer(session, ref)
    downgrade(world)
    owed_of_old(world, WED - timedelta(days=20), "C-1")
    owed_of_old(world, WED + timedelta(days=1), "C-2")
    world.db.migrate()
    said = world.escalate()
    assert "2 promises given a ladder" in said
    with world.db.read() as session:
        over, ahead = session.scalars(select(Commitment).order_by(Commitment.id)).all()
        events = [(row.event, row.cause) for row in session.scalars(select(History))]
    assert events.count(("ladder-started", "it had none")) == 2
    assert told(world) == ["a-1", "a-1"], "the owner of each, once"
    climb = rungs(world, over.id)
    assert min(climb.values()) == WED
    assert climb["due:deputy"] >= WED + timedelta(hours=10), (
        "what is over its time climbs at the ladder's own pace"
    )
    assert climb["director:director"] > climb["manager:manager"] > climb["due:deputy"]
    assert rungs(world, ahead.id)["due:deputy"] == ahead.due_at, "and what is not, as it would have"
    before = rungs(world, over.id)
    world.clock.set(WED + timedelta(minutes=2))
    assert "given a ladder" not in world.escalate()
    assert rungs(world, over.id) == before
    for day in range(19, 31):
        world.clock.set(datetime(2026, 3, day, 10, tzinfo=UTC))
        world.escalate()
    assert {"a-2", "m-1", "d-1"} <= set(told(world))


def test_a_delivery_of_an_older_version_that_is_over_its_time_climbs_one_step_after_the_other(
    world: World,
) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(
            session, customer, promised_on=date(2026, 2, 15), signed_at=WED - timedelta(days=60)
        )
        anna = session.execute(text("SELECT id FROM staff WHERE ref = 'A-1'")).scalar_one()
        session.add(
            Commitment(
                customer_id=customer.id,
                kind=CommitmentKind.DELIVERY,
                subject_type=Subject.ORDER,
                subject_id=order.id,
                owner_id=anna,
                made_at=WED - timedelta(days=60),
                due_at=datetime(2026, 2, 15, 23, tzinfo=UTC),
            )
        )
    world.escalate()
    assert told(world) == ["a-1"], "thirty days late, and yet not everybody at once"
    with world.db.read() as session:
        [number] = session.scalars(select(Commitment.id))
    climb = rungs(world, number)
    assert climb["due:owner"] < climb["late:deputy"] < climb["manager:manager"] < climb["director:director"]
