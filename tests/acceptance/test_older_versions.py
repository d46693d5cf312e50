"""A database of an earlier version, brought up to this one: what was open goes on, with clocks and ladders."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import column, insert, select, table, text

import models
from models.rules.planning.step_key import StepKey
from models.tables import Commitment, FollowUp, History
from models.words import CommitmentKind, Subject
from tasks.commitments.close import promise
from tests import factories
from tests.world import World

WED = datetime(2026, 3, 18, 9, tzinfo=UTC)
"""10:00 in Rome, on a working day."""
_BEFORE_THE_LEDGER = "0005"


def downgrade(world: World, to: str = _BEFORE_THE_LEDGER) -> None:
    """The tables as they were in an earlier version."""
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
    with world.db.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, to)


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


STEPS_OF_OLD = {  # as version 0012 wrote them, and as they are written now
    (Subject.CASE, 1): {
        "opened": "opened",
        "opened:link-2026031809": "opened:link=2026031809",
        "opened:handed-7": "opened:handed=7",
        "opened:raised-12": "opened:raised=12",
        "opened:31": "opened:response=31",
        "opened:welcome-missing-4": "opened:reason=4",
        "opened:handed-7+3": "opened:handed=7+3",
        "complained+": "complained+1",
    },
    (Subject.COMMITMENT, 1): {
        "warn:owner": "warn:owner",
        "warn-2:owner": "warn:owner#2",
        "manager:manager": "manager:manager",
        "manager-3:manager++": "manager:manager#3+2",
        "rung-2:director": "rung-2:director",
        "again-2026-03-18:owner": "again:owner:2026-03-18",
        "handed-7:owner+2": "handed-over:owner:staff=7+2",
        "made:2026-03-17": "made:2026-03-17",
    },
    (Subject.COMMITMENT, 2): {
        "warn-2:owner": "warn-2:owner"
    },  # no rung `warn`: it is called so in the policy
    (Subject.STAFF, 1): {
        "day:2026-03-18": "day:2026-03-18",
        "day:2026-03-18+3": "day:2026-03-18+3",
        "asked:2026031809": "asked:link=2026031809",
    },
    (Subject.INBOUND, 1): {"parked": "parked", "parked:2026-03-18": "parked:2026-03-18"},
    (Subject.ORDER, 1): {
        "passed:2026-03-20": "passed:2026-03-20",
        "told:2026-03-18#2": "told:2026-03-18#2",
    },
}


def test_steps_of_an_older_version_are_brought_into_the_form_of_keys(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        for (kind, id_), steps in STEPS_OF_OLD.items():
            for old in steps:
                session.add(_notice(customer.id, kind, id_, old))
    downgrade(world, "0012")
    world.db.migrate()
    expected = {(kind, id_, new) for (kind, id_), steps in STEPS_OF_OLD.items() for new in steps.values()}
    with world.db.read() as session:
        rows = session.scalars(select(FollowUp)).all()
        assert {(row.subject_type, row.subject_id, row.step) for row in rows} == expected
        keys = [StepKey.parse(row.step) for row in rows]
    assert not [key for key in keys if set(key.name) & set(":+#=")], "every one is understood"
    world.db.migrate()


def _notice(customer_id: int, kind: str, id_: int, step: str) -> FollowUp:
    return FollowUp(
        subject_type=kind,
        subject_id=id_,
        customer_id=customer_id,
        sweep="escalate-unanswered",
        kind="commitment-notice",
        step=step,
        owed_at=WED,
        due_at=WED,
    )


def asked_for(world: World, customer: int, at: datetime) -> None:
    """A customer asks for a call, and whoever is to be told is told."""
    world.clock.set(at)
    with world.db.write() as session:
        about = (Subject.CUSTOMER, customer)
        promise(session, world.policy, customer, CommitmentKind.CALL_BACK, about, now=at, actor="customer")
    world.escalate()


def test_a_ladder_of_an_older_version_is_told_no_rung_twice(world: World) -> None:
    """What was told under its old name is known under the new one, and what is still to come comes once."""
    with world.db.write() as session:
        customer = factories.customer(session).id
    asked_for(world, customer, WED)
    asked_for(world, customer, WED + timedelta(hours=1))
    heard = len(told(world))
    old = {
        f"again:owner:{WED.date()}": f"again-{WED.date()}:owner",
        "manager:manager#2": "manager-2:manager",
        "manager:manager#3": "manager-3:manager",
    }
    with world.db.write() as session:
        rows = session.scalars(select(FollowUp).where(FollowUp.step.in_(old))).all()
        assert {row.step for row in rows} == set(old)
        for row in rows:
            row.step = old[row.step]
    downgrade(world, "0012")
    world.db.migrate()
    asked_for(world, customer, WED + timedelta(hours=2))
    assert len(told(world)) == heard, "its owner heard today that the customer asks again"
    with world.db.read() as session:
        assert set(old) <= set(session.scalars(select(FollowUp.step)))
