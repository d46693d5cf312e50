"""What a mail says in a word, or in somebody else's words; on both databases."""

from pathlib import Path

import pytest
from sqlalchemy import select

from models.tables import ContractEnd, Inbound, Response, Statement
from tasks.smtp.transaction import Mail
from tests import factories
from tests.fakes import plain
from tests.inbox import SENDER, Inbox, commitments, row, welcome, written
from tests.world import World

FRIEND = """---------- Forwarded message ---------
Da: Paolo Riva <paolo@riva.example>
Date: lun 2 mar 2026 alle ore 10:12
Subject: la mia cucina
To: Anna <{to}>

A me hanno consegnato tutto rotto, voglio il rimborso e chiamo l'avvocato. Recedo dal contratto.
"""


@pytest.fixture
def asked(world: World, tmp_path: Path) -> tuple[Inbox, Mail]:
    """A customer was asked how it goes, from 1 to 5."""
    return Inbox(world, tmp_path), welcome(world)


def _reply(asked: tuple[Inbox, Mail], words: str, **headers: str) -> Inbound:
    inbox, mail = asked
    inbox.reply(mail, words, **headers)
    inbox.collect()
    return row(inbox.world)


def _responses(world: World) -> list[tuple[str, int | None, str | None]]:
    with world.db.read() as session:
        return [(one.meaning, one.rating, one.text) for one in session.scalars(select(Response))]


@pytest.mark.parametrize(("words", "score"), [("2", 2), ("voto 2/5", 2), ("Ocena: 2", 2)])
def test_a_number_alone_answers_the_question_from_1_to_5_and_a_low_one_opens_a_case(
    asked: tuple[Inbox, Mail], words: str, score: int
) -> None:
    assert _reply(asked, words).outcome == "urgent reply"
    assert _responses(asked[0].world) == [("rating", score, None)]
    assert asked[0].world.reasons() == ["low-rating"]


def test_a_good_number_is_praise_and_owes_nothing(asked: tuple[Inbox, Mail]) -> None:
    assert _reply(asked, "Cinque, grazie!").outcome == "thanks"
    assert _responses(asked[0].world) == [("rating", 5, None)]
    assert commitments(asked[0].world) == []


def test_a_number_that_answers_no_question_is_read_by_a_person(world: World, tmp_path: Path) -> None:
    with world.db.write() as session:
        factories.customer(session, "K-7", email="lucia@casa-sartor.example")
    inbox = Inbox(world, tmp_path)
    inbox.deliver(written("2", From="lucia@casa-sartor.example", To=SENDER, Subject="Ordine"))
    inbox.collect()
    assert [(meaning, rating) for meaning, rating, _ in _responses(world)] == [("message", None)]
    assert [one.kind for one in commitments(world)] == ["reply"]


@pytest.mark.parametrize("above", ["", "Guardate cosa mi scrive un amico.\n\n", "Grazie!\n\n"])
def test_a_friends_words_are_no_statement_of_the_customer_and_are_read_by_a_person(
    asked: tuple[Inbox, Mail], above: str
) -> None:
    inbox, mail = asked
    world = inbox.world
    friend = FRIEND.format(to=mail.recipients[0])
    inbox.deliver(
        written(f"{above}{friend}", From=mail.recipients[0], To=SENDER, Subject="Fwd: la mia cucina")
    )
    inbox.collect()
    with world.db.read() as session:
        assert session.scalars(select(ContractEnd)).all() == []
        assert session.scalars(select(Statement)).all() == []
    assert world.reasons() == []
    assert [text for *_, text in _responses(world)] == [above.strip() or None]
    assert [one.kind for one in commitments(world)] == ["reply"]


def test_trouble_in_the_customers_own_words_over_a_friends_is_the_customers(
    asked: tuple[Inbox, Mail],
) -> None:
    inbox, mail = asked
    friend = FRIEND.format(to=mail.recipients[0])
    words = f"Anche da me il piano è rotto.\n\n{friend}"
    inbox.deliver(written(words, From=mail.recipients[0], To=SENDER, Subject="I: la mia cucina"))
    inbox.collect()
    assert inbox.world.reasons() == ["trouble-words"]
    assert [text for *_, text in _responses(inbox.world)] == ["Anche da me il piano è rotto."]


def test_a_mail_in_a_language_without_lists_says_so_to_who_gets_it(asked: tuple[Inbox, Mail]) -> None:
    world = asked[0].world
    _reply(
        asked,
        "Bonjour, la table est arrivée mais il manque un pied. Je vous prie de me rappeler dans la journée.",
    )
    world.escalate()
    notices = [plain(mail) for mail in world.mailer.mails if "arrivée" in plain(mail)]
    assert notices
    assert all("francese" in " ".join(notice.split()) for notice in notices)
