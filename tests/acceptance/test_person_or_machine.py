"""Person or machine: what came before counts too, and while somebody looks no reminder goes out; on both databases."""

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from models.tables import Inbound, Message
from tasks.mailboxes.assign import assign, settle_mail
from tasks.smtp.transaction import Mail
from tests.inbox import Inbox, row, welcome
from tests.world import World

ABSENCE = "Sono fuori ufficio fino al 30 marzo. Per urgenze potete rivolgervi al collega."
NEUTRAL = "Buongiorno, la ringrazio molto del messaggio e le auguro una buona giornata."


@pytest.fixture
def asked(world: World, tmp_path: Path) -> tuple[Inbox, Mail]:
    """A customer was asked how it goes, by a company that reminds of the welcome once."""
    welcomes = replace(world.policy.cadences["welcome-contact"], nudges=1)
    world.policy = world.policy.model_copy(
        update={"cadences": {**world.policy.cadences, "welcome-contact": welcomes}}
    )
    return Inbox(world, tmp_path), welcome(world)


def _reply(asked: tuple[Inbox, Mail], words: str, **headers: str) -> Inbound:
    inbox, mail = asked
    inbox.reply(mail, words, **headers)
    inbox.collect()
    return row(inbox.world)


def _reminders(world: World) -> int:
    """How many reminders of the welcome have gone out after some more days."""
    world.day_by_day(world.clock.now() + timedelta(days=6))
    return sum(one.sent_at is not None for one in world.follow_ups("welcome-contact") if one.nudge)


def test_the_same_absence_again_is_a_machines(asked: tuple[Inbox, Mail]) -> None:
    first, second = _reply(asked, ABSENCE), _reply(asked, ABSENCE)
    assert (first.verdict, first.why) == ("doubtful", "away, only-away")
    assert (second.verdict, second.outcome) == ("automatic", "automatic")
    assert second.why == "away, only-away, same-before"


def test_an_answer_within_a_second_is_looked_at(asked: tuple[Inbox, Mail]) -> None:
    inbox, mail = asked
    with inbox.world.db.read() as session:
        sent = session.scalars(
            select(Message.recorded_at).where(Message.recipient == mail.recipients[0])
        ).first()
    assert sent is not None
    at_once = _reply(asked, NEUTRAL, Date=format_datetime(sent + timedelta(seconds=1)))
    later = _reply(
        asked, NEUTRAL.replace("molto", "tanto"), Date=format_datetime(sent + timedelta(minutes=5))
    )
    assert (at_once.verdict, at_once.parked_for) == ("doubtful", "doubtful")
    assert later.verdict == "human"


def test_without_a_doubtful_mail_a_reminder_goes_out(asked: tuple[Inbox, Mail]) -> None:
    assert _reminders(asked[0].world) == 1


def test_while_somebody_looks_no_reminder_goes_out_and_none_is_given_up(asked: tuple[Inbox, Mail]) -> None:
    world = asked[0].world
    parked = _reply(asked, ABSENCE)
    assert _reminders(world) == 0
    assert "silent" not in world.reasons()
    with world.db.write() as session:
        mail = session.get_one(Inbound, parked.id)
        settle_mail(session, world.policy, mail, "nothing-needed", "away", now=world.clock.now(), actor="A-1")
    assert _reminders(world) == 1


def test_who_turns_out_to_have_answered_is_reminded_no_more(asked: tuple[Inbox, Mail]) -> None:
    world = asked[0].world
    parked = _reply(asked, ABSENCE)
    with world.db.write() as session:
        found = session.get_one(Inbound, parked.id)
        assign(session, world.policy, found, "C-1", now=world.clock.now(), actor="A-1")
    assert _reminders(world) == 0
