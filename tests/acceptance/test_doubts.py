"""Mails in doubt: one list that a person settles, no case for each, and no delivered contact."""

from datetime import UTC, datetime, timedelta

import pytest

from models.rules.sending.answers import Doubtful
from models.tables import Commitment
from models.words import CommitmentKind
from tasks.commitments.close import fulfil
from tasks.sending import asked
from tests import factories
from tests.fakes import FakeMailer, plain
from tests.world import World

NOW = datetime(2026, 3, 18, 12, tzinfo=UTC)


@pytest.fixture
def doubt(world: World) -> World:
    """Two confirmations whose connection broke after the body; no archive is there to look into."""
    with world.db.write() as session:
        for number in (1, 2):
            customer = factories.customer(session, f"C-{number}")
            factories.order(session, customer, f"SO-{number}", signed_at=world.clock.now())
    world.mailer = FakeMailer(lambda _mail: Doubtful("connection lost"))
    world.sweep("welcome-contact")
    world.mailer = FakeMailer()
    world.clock.set(world.clock.now() + timedelta(minutes=11))
    world.sweep("welcome-contact")
    return world


def test_doubts_are_one_list_and_no_case_each(doubt: World) -> None:
    assert doubt.reasons() == []
    assert [one.customer for one in asked.standing(doubt.services)] == ["C-1", "C-2"]
    assert {row.state for row in doubt.follow_ups("order-confirmation")} == {"failed"}


def test_somebody_owes_one_look_at_all_of_them_and_it_goes_up(doubt: World) -> None:
    [look] = doubt.promises(CommitmentKind.DOUBTS)
    assert look.owner_id is not None
    assert "order-confirmation" in (look.words or "")
    for _ in range(10):
        doubt.clock.set(doubt.clock.now() + timedelta(hours=6))
        doubt.escalate()
    mails = [
        mail for mail in doubt.mailer.mails if "seguito doubts" in plain(mail) or "è passato" in plain(mail)
    ]
    assert not any("c-1@posta.example" in plain(mail) for mail in mails), "references only"
    told = {mail.recipients[0] for mail in mails}
    assert {"a-1@casa.example", "m-1@casa.example"} <= told


def test_words_alone_do_not_end_the_look(doubt: World) -> None:
    [look] = doubt.promises(CommitmentKind.DOUBTS)
    with doubt.db.write() as session, pytest.raises(ValueError, match="still in doubt"):
        fulfil(session, session.get_one(Commitment, look.id), "done", "looked", now=NOW, actor="A-1")
    [first, _] = [one.key for one in asked.standing(doubt.services)]
    asked.settle(doubt.services, [first], "A-1", arrived=True)
    assert doubt.promises(CommitmentKind.DOUBTS)[0].done_at is None
    asked.settle(doubt.services, [], "A-1", arrived=True)
    assert doubt.promises(CommitmentKind.DOUBTS)[0].done_at is not None


def test_what_a_person_finds_to_have_arrived_counts_as_sent(doubt: World) -> None:
    assert asked.settle(doubt.services, [], "A-1", arrived=True) == 2
    assert {row.state for row in doubt.follow_ups("order-confirmation")} == {"sent"}
    assert asked.standing(doubt.services) == []


def test_what_did_not_arrive_goes_again_with_the_same_message_id(doubt: World) -> None:
    key = asked.standing(doubt.services)[0].key
    asked.settle(doubt.services, [key], "A-1", arrived=False)
    doubt.sweep("welcome-contact")
    [mail] = doubt.mailer.mails
    assert mail.message_id == doubt.services.composer.message_id(key)  # type: ignore[attr-defined]
    assert len(asked.standing(doubt.services)) == 1


@pytest.mark.parametrize(("keys", "by"), [(["f99-1"], "A-1"), ([], "Z-9")])
def test_what_is_wrong_with_it_is_said_and_nothing_done(doubt: World, keys: list[str], by: str) -> None:
    with pytest.raises(ValueError, match=r"not in doubt|nobody here"):
        asked.settle(doubt.services, keys, by, arrived=True)
    assert len(asked.standing(doubt.services)) == 2


def test_b29_a_doubtful_welcome_is_no_delivered_welcome(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), signed_at=world.clock.now())
    day = 0
    while (
        not world.follow_ups("welcome-contact") or world.follow_ups("welcome-contact")[0].state == "planned"
    ):
        world.mailer = FakeMailer(lambda _mail: Doubtful("connection lost"))
        world.clock.set(world.clock.now() + timedelta(hours=6))
        world.sweep("welcome-contact")
        day += 1
        assert day < 60
    for _ in range(30):
        world.clock.set(world.clock.now() + timedelta(hours=12))
        world.sweep("welcome-contact")
    assert "welcome-missing" in world.reasons()
