"""After a crash: doubtful mails follow the rule of the policy, and never a guess."""

from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import select

from models.rules.sending.answers import Doubtful
from models.tables import Message, Order
from models.words import CommitmentKind
from tasks.archive.archives import MaildirArchive
from tasks.runtime.clock import SetClock
from tasks.sending.asked import settle
from tests import factories
from tests.fakes import FakeArchive, FakeMailer
from tests.world import World


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


@pytest.mark.parametrize("by_archive", [True, False])
def test_what_a_doubtful_mail_promised_is_owed_however_it_is_known_that_it_went(
    world: World, by_archive: bool
) -> None:
    """The alert says that we will tell the new day: that is owed, and its day is the one that was told."""
    day = date(2026, 3, 17)
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=day)
    world.mailer = FakeMailer(lambda _mail: Doubtful("connection lost"))
    world.sweep("delay-alert")
    world.mailer = FakeMailer()
    world.clock.set(world.clock.now() + timedelta(minutes=11))
    assert world.promises(CommitmentKind.SET_APPOINTMENT) == []
    if by_archive:
        world.archive = FakeArchive(world.services.composer.message_id(message(world).key))
    world.sweep("delay-alert")
    if not by_archive:
        assert world.promises(CommitmentKind.SET_APPOINTMENT) == [], "nobody knows yet"
        settle(world.services, [message(world).key], "A-1", arrived=True)
    assert len(world.promises(CommitmentKind.SET_APPOINTMENT)) == 1
    assert "sent" in [one.state for one in world.follow_ups("delay-alert")]
    with world.db.read() as session:
        assert session.scalars(select(Order.told_on)).one() == day
