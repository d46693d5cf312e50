"""What a press on the answer page brings about: for every invoice of the letter, and for whoever has to hear of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from models.tables import Message
from tasks.answering import Said, answer, question
from tests import factories
from tests.world import World


def press(world: World, kind: str, said: Said) -> None:
    """The customer answers the newest mail of a kind."""
    with world.db.write() as session:
        key = session.scalars(
            select(Message.key).where(Message.kind == kind).order_by(Message.id.desc())
        ).first()
        asked = question(session, world.policy, key or "", world.clock.now(), lock=True)
        assert asked is not None
        answer(session, world.policy, asked, said, world.clock.now())


def warned(world: World) -> None:
    """A customer gets one warning about two invoices."""
    cadences = dict(world.policy.cadences)
    cadences["credit-recovery-warning"] = replace(cadences["credit-recovery-warning"], needs=())
    world.policy = world.policy.model_copy(update={"cadences": cadences})
    with world.db.write() as session:
        customer = factories.customer(session)
        for ref in ("F-1", "F-2"):
            factories.invoice(session, customer, ref, due_on=date(2026, 2, 16))
    world.sweep("credit-recovery")


def test_an_answer_to_a_joint_letter_answers_for_every_invoice_in_it(world: World) -> None:
    warned(world)
    press(world, "credit-recovery-warning", Said(meaning="paid"))
    world.clock.set(world.clock.now() + timedelta(days=9))
    world.escalate()
    assert [row.state for row in world.follow_ups("credit-recovery-warning")] == ["answered", "answered"]
    assert "silent" not in world.reasons()


def test_an_answer_after_silence_settles_it_for_every_invoice_of_the_letter(world: World) -> None:
    warned(world)
    world.close_case("Ascoltato.")  # the listening call of both
    world.clock.set(datetime(2026, 4, 1, 9, tzinfo=UTC))
    world.escalate()
    assert world.reasons() == ["silent", "silent"]
    press(world, "credit-recovery-warning", Said(meaning="fine"))
    assert world.reasons() == []
