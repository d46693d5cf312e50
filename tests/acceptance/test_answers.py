"""What a press on the answer page brings about: for every invoice of the letter, and for whoever has to hear of it."""

import email.policy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes

import pytest
from sqlalchemy import select, update

from models.tables import Commitment, Invoice, Message
from tasks.responses.by_link import LinkAnswer, answer, question
from tasks.smtp.transaction import Mail
from tests import factories
from tests.world import World


def press(world: World, kind: str, said: LinkAnswer) -> None:
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
    press(world, "credit-recovery-warning", LinkAnswer(meaning="paid"))
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
    press(world, "credit-recovery-warning", LinkAnswer(meaning="fine"))
    assert world.reasons() == []


def reminded(world: World) -> None:
    """A customer has got the friendly reminder of two invoices."""
    with world.db.write() as session:
        customer = factories.customer(session)
        for ref in ("F-1", "F-2"):
            factories.invoice(session, customer, ref, due_on=date(2026, 3, 13))
    world.sweep("credit-recovery")


def test_i_have_paid_reaches_the_manager_and_lets_the_ladder_rest_while_it_is_checked(world: World) -> None:
    reminded(world)
    world.clock.set(datetime(2026, 3, 26, 9, tzinfo=UTC))
    press(world, "payment-reminder", LinkAnswer(meaning="paid"))
    world.escalate()
    assert world.reasons() == ["payment-check"]
    assert "già pagata" in text(world.mailer.to("m-1@casa.example")[0])
    world.day_by_day(datetime(2026, 4, 1, 9, tzinfo=UTC))
    second = [row for row in world.follow_ups("payment-reminder") if row.step == "second"]
    assert [(row.state, row.reason) for row in second] == [("held", "said-paid")] * 2
    world.day_by_day(datetime(2026, 4, 3, 9, tzinfo=UTC))
    second = [row for row in world.follow_ups("payment-reminder") if row.step == "second"]
    assert [row.state for row in second] == ["sent", "sent"]


def test_a_payment_that_is_imported_ends_the_rest_and_nothing_goes_out_any_more(world: World) -> None:
    reminded(world)
    world.clock.set(datetime(2026, 3, 26, 9, tzinfo=UTC))
    press(world, "payment-reminder", LinkAnswer(meaning="paid"))
    world.day_by_day(datetime(2026, 3, 31, 9, tzinfo=UTC))
    with world.db.write() as session:
        session.execute(update(Invoice).values(paid_at=world.clock.now(), to_plan=True))
    world.sweep("credit-recovery")
    second = [row for row in world.follow_ups("payment-reminder") if row.step == "second"]
    assert [(row.state, row.reason) for row in second] == [("skipped", "paid")] * 2


@pytest.mark.parametrize(
    ("said", "reasons", "owed"),
    [
        (LinkAnswer(rating=3, text="Un'anta pende: quando passate?"), [], ["reply"]),
        (LinkAnswer(meaning="solved", text="Resta da pulire il pavimento."), [], ["reply"]),
        (LinkAnswer(rating=5, text="Grazie, tutto bene!"), [], []),
        (LinkAnswer(rating=5), [], []),
        (LinkAnswer(rating=4, text="Ma voglio il rimborso, ho sentito l'avvocato."), ["trouble-words"], []),
        (LinkAnswer(rating=2, text="Un'anta pende."), ["low-rating"], []),
    ],
)
def test_words_that_come_with_a_content_answer_are_read_by_a_person(
    world: World, said: LinkAnswer, reasons: list[str], owed: list[str]
) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.order(session, customer, delivered_at=datetime(2026, 3, 12, 15, tzinfo=UTC))
    world.sweep("satisfaction-check")
    press(world, "satisfaction-check", said)
    assert world.reasons() == reasons
    with world.db.read() as session:
        of_people = Commitment.kind.not_in(["listening-call", "delivery"])
        assert session.scalars(select(Commitment.kind).where(of_people)).all() == owed
    world.escalate()
    if owed:
        assert said.text in text(world.mailer.to("a-1@casa.example")[0])


def text(mail: Mail) -> str:
    part = message_from_bytes(mail.body, policy=email.policy.default).get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())
