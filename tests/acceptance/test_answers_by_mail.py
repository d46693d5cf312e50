"""A customer is answered from the desk: in the thread, by the ordinary machinery, and the commitment is kept by it."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from models.rules.sending.answers import Accepted, Doubtful, Refused
from models.tables import Commitment, Customer, FollowUp, Inbound, Message, Reply
from models.words import CommitmentKind, CommitmentState, FollowUpState, MessageState
from tasks.cases.holds import hold_customer
from tasks.runtime.trial import RunningTrial
from tasks.sending.asked import settle
from tasks.sending.suppressions import suppress
from tests import factories
from tests.desk import Browser
from tests.fakes import FakeArchive, FakeMailer
from tests.inbox import SENDER, Inbox, written
from tests.world import World

ASKED = "Quando arriva il tecnico?"


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    with world.db.write() as session:
        customer = factories.customer(session, "C-1")
        factories.order(session, customer, "SO-1")
    inbox = Inbox(world, tmp_path)
    inbox.deliver(
        written(
            ASKED,
            **{
                "From": "Giulia Ferri <c-1@posta.example>",
                "To": SENDER,
                "Subject": "Il tecnico",
                "Message-ID": "<hers@posta.example>",
                "References": "<first@posta.example>",
            },
        )
    )
    inbox.collect()
    return inbox


def owed(world: World) -> Commitment:
    return world.promises(CommitmentKind.REPLY)[0]


def at_desk(inbox: Inbox, ref: str = "A-1") -> Browser:
    return Browser(inbox.world, originals=inbox.reception.originals).enter(ref)


def page(inbox: Inbox) -> str:
    return f"/desk/commitment/{owed(inbox.world).id}"


def answer(inbox: Inbox, text: str = "Venerdì mattina.\nA presto", **fields: str) -> Browser:
    browser = at_desk(inbox)
    sent = browser.press(
        page(inbox), do="answer", **{"subject": "Re: Il tecnico", "text": text, "press": "p1", **fields}
    )
    assert (sent.status_code, sent.headers.get("location")) == (303, "/desk?did=inbox.thanks-answer")
    return browser


def last(world: World) -> EmailMessage:
    mail = message_from_bytes(world.mailer.mails[-1].body, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def test_the_answer_goes_out_in_the_thread_and_keeps_what_was_owed(inbox: Inbox) -> None:
    world = inbox.world
    browser = answer(inbox)
    assert "la risposta" in browser.get("/desk?did=inbox.thanks-answer").text.lower()
    assert owed(world).done_at is None, "nothing is kept before it has gone"
    assert "in partenza" in browser.get(page(inbox)).text
    world.escalate()
    mail = last(world)
    assert mail["To"].addresses[0].addr_spec == "c-1@posta.example"
    assert mail["From"].addresses[0].addr_spec == world.policy.company.sender
    assert (mail["Subject"], mail["In-Reply-To"]) == ("Re: Il tecnico", "<hers@posta.example>")
    assert str(mail["References"]).split() == ["<first@posta.example>", "<hers@posta.example>"]
    assert mail["Auto-Submitted"] is None, "a person wrote it"
    body = mail.get_body(("plain",))
    assert body is not None
    words = body.get_content()
    assert words.index("Venerdì mattina.") < words.index("A presto") < words.index("Anna Bianchi")
    kept = owed(world)
    assert (kept.state, kept.outcome) == (CommitmentState.KEPT, "answered: Venerdì mattina.\nA presto")
    with world.db.read() as session:
        asked = session.scalars(select(Inbound)).one()
        assert (asked.outcome, asked.handled_by) == ("answered", "A-1")
    story = browser.get("/desk/customer/C-1").text
    assert "Venerdì mattina." in story
    assert "Anna Bianchi" in story.split('class="timeline"')[1]


@pytest.mark.parametrize("is_there", [True, False, None])
def test_an_answer_whose_connection_broke_after_its_words_is_never_guessed(
    inbox: Inbox, is_there: bool | None
) -> None:
    """In the archive it has gone; not in it, it goes once more under the same Message-ID; unknown, a person says."""
    world = inbox.world
    answer(inbox)
    world.mailer = FakeMailer(lambda _mail: Doubtful("connection lost"))
    world.escalate()
    with world.db.read() as session:
        row = session.scalars(select(FollowUp).where(FollowUp.kind == "reply")).one()
        mail = session.get_one(Message, row.message_id)
    assert (mail.state, owed(world).done_at) == (MessageState.SENDING, None), (
        "nobody knows, so nothing is kept"
    )
    world.mailer, first = FakeMailer(), world.services.composer.message_id(mail.key)
    if is_there is not None:
        world.archive = FakeArchive(*([first] if is_there else []))
    world.clock.set(world.clock.now() + timedelta(minutes=11))
    world.escalate()
    to_her = [one for one in world.mailer.mails if "c-1@posta.example" in one.recipients]
    assert [one.message_id for one in to_her] == ([first] if is_there is False else [])
    if is_there is None:
        assert owed(world).done_at is None
        assert settle(world.services, [mail.key], "A-1", arrived=True) == 1
    assert owed(world).outcome == "answered: Venerdì mattina.\nA presto"
    world.escalate()
    assert sum("c-1@posta.example" in one.recipients for one in world.mailer.mails) == len(to_her)


def test_a_second_press_writes_nothing_and_an_empty_answer_is_none(inbox: Inbox) -> None:
    browser = answer(inbox)
    browser.press(page(inbox), do="answer", subject="Re: Il tecnico", text="Venerdì mattina.", press="p1")
    assert inbox.world.count(Reply) == 1
    empty = browser.press(page(inbox), do="answer", subject="Re: Il tecnico", text=" ", press="p2")
    assert empty.status_code == 422
    bare = browser.press(page(inbox), do="answer", subject=" ", text="Parole mie.", press="p3")
    assert bare.status_code == 422
    assert "Parole mie." in bare.text
    assert inbox.world.count(Reply) == 1


def test_an_answer_to_the_answer_is_heard_as_the_customer_s(inbox: Inbox) -> None:
    answer(inbox)
    inbox.world.escalate()
    inbox.reply(inbox.world.mailer.mails[-1], "E chi viene?")
    inbox.collect()
    again = [one for one in inbox.world.promises(CommitmentKind.REPLY) if one.done_at is None]
    assert len(again) == 1
    assert again[0].customer_id is not None


def test_on_trial_the_customer_gets_nothing_and_it_stays_owed(inbox: Inbox) -> None:
    inbox.world.trial = RunningTrial("prova@casa.example")
    browser = answer(inbox)
    inbox.world.escalate()
    assert [mail.recipients[0] for mail in inbox.world.mailer.mails][-1] == "prova@casa.example"
    assert owed(inbox.world).done_at is None
    assert "in prova" in browser.get(page(inbox)).text


def test_a_held_customer_is_answered_when_the_hold_ends(inbox: Inbox) -> None:
    world = inbox.world
    until = world.clock.now().replace(hour=12)
    hold_customer(world, 1, "M-1", "in ospedale", until)
    assert "fermi fino a" in at_desk(inbox, "M-1").get(page(inbox)).text
    answer(inbox)
    world.escalate()
    with world.db.read() as session:
        assert session.scalars(select(FollowUp.state).where(FollowUp.kind == "reply")).one() == (
            FollowUpState.PLANNED
        )
    world.clock.set(until)
    world.escalate()
    assert last(world)["Subject"] == "Re: Il tecnico"


def test_a_shut_address_is_not_written_to(inbox: Inbox) -> None:
    world = inbox.world
    with world.db.write() as session:
        customer = session.scalars(select(Customer)).one()
        suppress(session, customer, "c-1@posta.example", "550 5.1.1", world.clock.now(), "test")
    browser = at_desk(inbox)
    assert "non arriva nulla" in browser.get(page(inbox)).text
    assert browser.press(page(inbox), do="answer", subject="x", text="Ecco.", press="p1").status_code == 422
    assert world.count(Reply) == 0


def test_an_answer_that_no_server_takes_is_told_and_called(inbox: Inbox) -> None:
    world = inbox.world
    world.mailer.answers = lambda mail: (
        Refused(550, "5.1.1 no such user", recipient=True)
        if mail.recipients[0] == "c-1@posta.example"
        else Accepted(250, "OK")
    )
    browser = answer(inbox)
    world.escalate()
    assert owed(world).done_at is None
    assert world.reasons() == ["undeliverable"]
    assert "non è arrivata" in browser.get(page(inbox)).text


def test_a_stranger_s_mail_is_answered_where_it_came_from(inbox: Inbox) -> None:
    world = inbox.world
    inbox.deliver(written("Fate anche porte?", From="zoe@altrove.example", To=SENDER, Subject="Porte"))
    inbox.collect()
    with world.db.read() as session:
        mail = session.scalars(select(Inbound).where(Inbound.subject == "Porte")).one()
    browser = at_desk(inbox, "M-1")
    path = f"/desk/inbound/{mail.id}"
    assert "A: zoe@altrove.example" in browser.get(path).text
    browser.press(path, do="answer", subject="Re: Porte", text="Sì, anche porte.", press="p9")
    world.escalate()
    assert last(world)["To"].addresses[0].addr_spec == "zoe@altrove.example"
    with world.db.read() as session:
        assert session.scalars(select(Message.state).where(Message.kind == "reply")).one() == (
            MessageState.ACCEPTED
        )
        assert session.get_one(Inbound, mail.id).outcome == "answered"


def test_a_ready_text_begins_an_answer_and_fills_its_gaps(inbox: Inbox) -> None:
    browser = at_desk(inbox)
    shown = browser.get(f"{page(inbox)}?do=answer&block=late").text
    assert "Gentile Giulia Ferri," in shown
    assert "SO-1" in shown.split('id="answer-text"')[1]
    assert inbox.world.count(Reply) == 0
