"""An answer that quotes our mail without marks says only what its customer typed; on both databases."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from models.rules.inbound.trouble import trouble
from tasks.smtp.transaction import Mail
from tests import factories
from tests.inbox import SENDER, Inbox, row, written
from tests.world import World

HEAD = f"Da: Casa <{SENDER}>\nInviato: lunedì 30 marzo 2026 09:00\nA: Lucia\nOggetto: {{subject}}\n\n"


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    """A customer was asked whether everything has arrived."""
    with world.db.write() as session:
        lucia = factories.customer(session, "K-7", name="Lucia Sartor", email="lucia@casa-sartor.example")
        factories.order(session, lucia, "N-2", delivered_at=world.clock.now() - timedelta(days=1))
    for _ in range(6):
        world.clock.set(world.clock.now() + timedelta(hours=6))
        world.sweep()
    return Inbox(world, tmp_path)


def _asked(inbox: Inbox) -> tuple[Mail, str, str]:
    """The question, its subject and its text without marks or links, as Outlook quotes it."""
    for mail in inbox.world.mailer.mails:
        ours: Any = message_from_bytes(mail.body, policy=policy.default)
        text = ours.get_body(("plain",)).get_content()
        if trouble(text):
            return mail, str(ours["Subject"]), text
    raise AssertionError("no mail of ours speaks of trouble")


def test_thanks_above_our_words_of_trouble_are_thanks(inbox: Inbox) -> None:
    mail, subject, text = _asked(inbox)
    inbox.reply(mail, f"{HEAD.format(subject=subject)}{text}\n\nTutto a posto, grazie.\n")
    inbox.collect()
    mine = row(inbox.world)
    assert mine.words == "Tutto a posto, grazie."
    assert (mine.state, mine.outcome) == ("handled", "thanks")
    assert inbox.world.reasons() == []


def test_a_complaint_between_our_lines_is_heard(inbox: Inbox) -> None:
    mail, subject, text = _asked(inbox)
    lines = text.splitlines()
    at = next(n for n, line in enumerate(lines) if line.endswith("?")) + 1
    body = "\n".join([*lines[:at], "Il piano è scheggiato.", *lines[at:]])
    inbox.reply(mail, f"Buongiorno, vedi sotto.\n\n{HEAD.format(subject=subject)}{body}")
    inbox.collect()
    assert "Il piano è scheggiato." in row(inbox.world).words
    assert inbox.world.reasons() == ["trouble-words"]


def test_who_answers_from_another_program_is_compared_with_what_went_to_that_address(inbox: Inbox) -> None:
    _, subject, text = _asked(inbox)
    body = f"Tutto a posto, grazie.\n\n{text}"
    inbox.deliver(written(body, From="lucia@casa-sartor.example", To=SENDER, Subject=f"R: {subject}"))
    inbox.collect()
    assert row(inbox.world).words == "Tutto a posto, grazie."
    assert inbox.world.reasons() == []
