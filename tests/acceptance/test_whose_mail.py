"""Whose a mail is that came in: a customer's, a colleague's, nobody's, or forged; on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.tables import Staff, Statement
from tasks.responses.record import Answer
from tests import factories
from tests.fakes import plain
from tests.inbox import SENDER, Inbox, commitments, message_id, row, welcome, written
from tests.world import World


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    return Inbox(world, tmp_path)


def test_b34_a_mail_that_belongs_to_nobody_has_an_owner_within_the_same_sweep(inbox: Inbox) -> None:
    world = inbox.world
    inbox.deliver(written("Chi siete?", From="Ignoto <ignoto@altrove.example>", To=SENDER, Subject="Domanda"))
    assert inbox.collect().sentence() == "1 read: 1 parked"
    mail = row(world)
    assert (mail.state, mail.parked_for, mail.customer_id) == ("parked", "stranger", None)
    assert mail.owner_id is not None
    for _ in range(3):
        inbox.deliver(written("Ancora io", From="ignoto@altrove.example", To=SENDER))
    assert inbox.collect().counts.total() == 3
    world.escalate()
    world.escalate()
    [digest] = world.mailer.to("a-1@casa.example")  # no word of trouble: one line of the digest
    assert "mandate a molti: 4" in plain(digest)


def test_a_mail_without_token_is_known_by_its_thread_and_else_by_its_sender(inbox: Inbox) -> None:
    world = inbox.world
    mail = welcome(world)
    inbox.reply(mail, "Una domanda sul lavello", sender="moglie@altrove.example", To=SENDER)
    assert inbox.collect().sentence() == "1 read: 1 reply"
    assert row(world).matched_by == "thread"
    inbox.deliver(written("E un'altra cosa", From="c-1@posta.example", To=SENDER))
    inbox.collect()  # nothing is open any more: it is the customer's all the same
    assert (row(world).state, row(world).matched_by, row(world).customer_id) == ("owned", "sender", 1)


def test_a_sender_with_one_open_contact_answers_that_one(inbox: Inbox) -> None:
    welcome(inbox.world)
    inbox.deliver(written("Quando arrivate?", From="C-1@Posta.example", To=SENDER))
    assert inbox.collect().sentence() == "1 read: 1 reply"
    assert row(inbox.world).matched_by == "sender"
    assert inbox.world.follow_ups("welcome-contact")[0].state == "answered"


def test_one_of_our_own_people_is_not_a_customer(inbox: Inbox) -> None:
    inbox.reply(welcome(inbox.world), "Inoltro, la signora ha chiamato", sender="a-1@casa.example")
    assert inbox.collect().sentence() == "1 read: 1 parked"
    assert row(inbox.world).parked_for == "staff"
    assert inbox.world.follow_ups("welcome-contact")[0].state == "sent"


def test_b04_and_b32_a_seller_raises_a_matter_or_asks_for_help_by_mail(inbox: Inbox) -> None:
    world = inbox.world
    welcome(world)
    for subject, words in (
        ("Caso SO-1: la signora è scontenta", "Mi ha detto che il piano è sbagliato."),
        ("Pomoc C-1", "Nie wiem, co odpowiedzieć klientce."),
        ("Caso SO-9", "Un ordine che non c'è."),
        ("Ferie", "Dal 3 al 14."),
    ):
        inbox.deliver(written(words, From="s-1@casa.example", To=SENDER, Subject=subject))
    assert inbox.collect().sentence() == "4 read: 1 raised by a colleague, 1 call for help, 2 parked"
    assert world.reasons() == ["raised"]  # a manager hears of it, and nobody is asked for consent
    with world.db.read() as session:
        assert session.scalars(select(Statement.text)).all() == ["Mi ha detto che il piano è sbagliato."]
    [asked] = [owed for owed in commitments(world) if owed.kind == "help"]
    assert asked.due_at == world.clock.now() + timedelta(hours=4)  # a clock of its own
    world.escalate()
    told = [plain(mail) for mail in world.mailer.to("m-1@casa.example")]
    assert any("Mi ha detto che il piano è sbagliato." in words for words in told)
    assert any("Nie wiem, co odpowiedzieć klientce." in words for words in told)


def test_b02_a_reply_to_the_request_is_the_sellers_version_and_a_forged_one_is_not(inbox: Inbox) -> None:
    world = inbox.world
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        factories.order(session, factories.customer(session), seller_id=seller.id)
    world.sweep("welcome-contact")
    world.hear(Answer("r", 1, "call-me", "page", world.clock.now(), order_id=1, text="Il piano è sbagliato."))
    world.escalate()
    [asked] = world.mailer.to("s-1@casa.example")
    inbox.deliver(
        written("È tutto a posto.", From="s-1@casa.example", To=SENDER, Subject=f"Re: {asked.subject}")
    )
    inbox.reply(asked, "Il quarzo era esaurito.")
    assert inbox.collect().sentence() == "2 read: 1 colleague's version, 1 parked"
    with world.db.read() as session:
        said = session.execute(
            select(Statement.side, Statement.author, Statement.text).order_by(Statement.id)
        )
        assert [tuple(one) for one in said] == [
            ("customer", "C-1", "Il piano è sbagliato."),
            ("seller", "S-1", "Il quarzo era esaurito."),
        ]


def test_a_forged_message_id_proves_nothing(inbox: Inbox) -> None:
    mail = welcome(inbox.world)
    name = message_id(mail)
    forged = name.replace(name.split(".")[2][:16], "0" * 16)
    inbox.deliver(written("…", From="x@altrove.example", To=SENDER, In_Reply_To=forged))
    assert inbox.collect().sentence() == "1 read: 1 parked"
