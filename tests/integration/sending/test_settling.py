"""After a crash: doubtful mails follow the rule of the policy, and never a guess."""

from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from models.rules.sending.answers import Doubtful
from models.tables import Message
from tasks.archive.archives import MaildirArchive
from tasks.runtime.clock import SetClock
from tests import factories
from tests.fakes import FakeMailer
from tests.world import World


class FakeArchive:
    """Holds what a test puts in."""

    def __init__(self, *message_ids: str) -> None:
        self.message_ids = set(message_ids)

    def holds(self, message_ids: Collection[str]) -> set[str]:
        return self.message_ids & set(message_ids)


@pytest.fixture
def doubt(world: World) -> World:
    """One confirmation whose connection broke after the body, eleven minutes ago."""
    with world.db.write() as session:
        factories.order(session, factories.customer(session), signed_at=world.clock.now())
    world.mailer = FakeMailer(lambda _mail: Doubtful("connection lost"))
    world.sweep("welcome-contact")
    world.mailer = FakeMailer()
    world.clock.set(world.clock.now() + timedelta(minutes=11))
    return world


def rule(world: World, name: Literal["look", "resend", "ask"]) -> None:
    sending = world.policy.sending.model_copy(update={"doubtful": name})
    world.policy = world.policy.model_copy(update={"sending": sending})


def message(world: World) -> Message:
    with world.db.read() as session:
        return session.get_one(Message, 1)


def test_before_the_lease_is_over_nobody_touches_it(doubt: World, clock: SetClock) -> None:
    clock.set(clock.now() - timedelta(minutes=5))
    assert doubt.sweep("welcome-contact").sentence() == "nothing was due"
    assert message(doubt).state == "sending"


def test_what_the_archive_holds_was_sent(doubt: World) -> None:
    sent_id = doubt.services.composer.message_id(message(doubt).key)
    doubt.archive = FakeArchive(sent_id)
    assert doubt.sweep("welcome-contact").sentence() == "1 sent: found in the archive"
    assert doubt.mailer.mails == []
    assert [row.state for row in doubt.follow_ups("order-confirmation")] == ["sent"]


@pytest.mark.parametrize("name", ["look", "resend"])
def test_what_is_sent_again_keeps_its_message_id_and_goes_once(
    doubt: World, name: Literal["look", "resend"]
) -> None:
    rule(doubt, name)
    doubt.archive = FakeArchive()
    first_id = doubt.services.composer.message_id(message(doubt).key)
    doubt.sweep("welcome-contact")
    assert [mail.message_id for mail in doubt.mailer.mails] == [first_id]  # type: ignore[attr-defined]
    assert (message(doubt).state, message(doubt).resends) == ("accepted", 1)
    assert doubt.sweep("welcome-contact").sentence() == "nothing was due"


def test_a_doubt_about_what_was_sent_again_goes_to_a_person(doubt: World) -> None:
    doubt.archive = FakeArchive()
    doubt.mailer = FakeMailer(lambda _mail: Doubtful("connection lost"))
    doubt.sweep("welcome-contact")
    doubt.clock.set(doubt.clock.now() + timedelta(minutes=11))
    assert doubt.sweep("welcome-contact").sentence() == "1 in doubt: a person must say"
    assert message(doubt).state == "asked"


@pytest.mark.parametrize("name", ["ask", "look"])
def test_nobody_guesses_without_an_archive_or_when_told_to_ask(
    doubt: World, name: Literal["ask", "look"]
) -> None:
    rule(doubt, name)
    assert doubt.sweep("welcome-contact").sentence() == "1 in doubt: a person must say"
    assert doubt.mailer.mails == []


def test_a_maildir_is_searched_by_the_heads_of_its_mails(tmp_path: Path) -> None:
    for part in ("new", "cur"):
        (tmp_path / "archive" / part).mkdir(parents=True)
    (tmp_path / "archive" / "cur" / "1:2,S").write_bytes(b"Message-ID: <a@x>\r\n\r\nbody <b@x>")
    archive = MaildirArchive(tmp_path / "archive")
    assert archive.holds(["<a@x>", "<c@x>"]) == {"<a@x>"}
    assert MaildirArchive(tmp_path / "none").holds(["<a@x>"]) is None
