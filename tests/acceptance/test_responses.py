"""Answers are heard whoever they belong to: by mail, by bounce, by program, on both databases."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from models.tables import Commitment, Customer, Inbound, Response, Staff, Statement
from tasks.hearing import Answer
from tasks.smtp.transaction import Mail
from tests import factories
from tests.inbox import SENDER, Inbox, kind_of, report, written
from tests.world import World


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    return Inbox(world, tmp_path)


def at(world: World, day: int, hour: int = 9, month: int = 3) -> None:
    """Move to an hour (UTC) of a day in 2026."""
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


def welcome(world: World) -> Mail:
    """A customer with an order has got the welcome."""
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    world.sweep("welcome-contact")
    return next(mail for mail in world.mailer.mails if key(world, mail) == "welcome-contact")


def key(world: World, mail: Mail) -> str:
    return kind_of(world, str(_parsed(mail)["Message-ID"]))


def row(world: World) -> Inbound:
    with world.db.read() as session:
        return session.scalars(select(Inbound).order_by(Inbound.id.desc())).all()[0]


def commitments(world: World) -> list[Commitment]:
    with world.db.read() as session:
        of_people = Commitment.kind.not_in(["listening-call", "delivery"])
        return list(session.scalars(select(Commitment).where(of_people).order_by(Commitment.id)))


def test_b34_and_b35_a_reply_stops_the_nudges_and_has_a_named_owner_and_a_time(inbox: Inbox) -> None:
    world = inbox.world
    mail = welcome(world)
    inbox.reply(mail, "Buongiorno, quando viene il montatore?")
    assert inbox.collect().sentence() == "1 read: 1 reply"
    [contact] = world.follow_ups("welcome-contact")
    assert contact.state == "answered"
    [owed] = commitments(world)
    with world.db.read() as session:
        owner, deputy = session.get_one(Staff, owed.owner_id), session.get_one(Staff, owed.deputy_id)
    assert (owed.kind, owner.name, deputy.ref) == ("reply", "Anna Bianchi", "A-2")
    assert owed.due_at == world.clock.now() + timedelta(days=1)
    assert row(world).state == "owned"
    assert row(world).owner_id == owed.owner_id
    assert world.reasons() == []
    world.escalate()
    [notice] = world.mailer.to("a-1@casa.example")
    assert "quando viene il montatore?" in text(notice)
    assert "http://pages.example/i/" in text(notice)
    world.day_by_day(world.clock.now() + timedelta(days=12))
    assert [one for one in world.follow_ups("welcome-contact") if one.nudge] == []


def test_b03_words_of_trouble_go_to_the_manager_at_once(inbox: Inbox) -> None:
    inbox.reply(welcome(inbox.world), "Voglio recedere dal contratto: ho sentito il mio avvocato.")
    assert inbox.collect().sentence() == "1 read: 1 reply (1 urgent)"
    assert inbox.world.reasons() == ["trouble-words"]
    inbox.world.escalate()
    assert "avvocato" in text(inbox.world.mailer.to("m-1@casa.example")[0])


def test_thanks_are_an_answer_and_ask_nobody_for_anything(inbox: Inbox) -> None:
    inbox.reply(welcome(inbox.world), "Grazie, tutto bene!")
    assert inbox.collect().sentence() == "1 read: 1 reply (1 thanks)"
    assert commitments(inbox.world) == []
    assert inbox.world.reasons() == []
    with inbox.world.db.read() as session:
        assert session.scalars(select(Response.meaning)).all() == ["fine"]


def test_b18_and_b29_a_bounced_welcome_is_no_delivered_welcome(inbox: Inbox) -> None:
    world = inbox.world
    inbox.bounce(welcome(world))
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 hard)"
    [contact] = world.follow_ups("welcome-contact")
    assert contact.state == "bounced"
    [owed] = commitments(world)
    assert owed.kind == "phone"
    with world.db.read() as session:
        assert session.get_one(Customer, 1).suppressed_email == "c-1@posta.example"
    at(world, 24)
    world.sweep("welcome-contact")
    assert "welcome-missing" in world.reasons()


def test_b29_the_alarm_rings_though_the_bounce_came_after_it_was_found_moot(inbox: Inbox) -> None:
    world = inbox.world
    mail = welcome(world)
    at(world, 24)
    world.sweep("welcome-contact")
    assert world.reasons() == []
    inbox.bounce(mail)
    inbox.collect()
    world.sweep("welcome-contact")
    assert world.reasons() == ["welcome-missing"]


def test_a_soft_bounce_is_tried_again_and_then_counts_as_hard(inbox: Inbox) -> None:
    world = inbox.world
    mail = welcome(world)
    inbox.bounce(mail, "4.2.2")
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 soft)"
    at(world, 19, 10)
    world.sweep("welcome-contact")
    welcomes = [one for one in world.mailer.mails if key(world, one) == "welcome-contact"]
    assert len(welcomes) == 2
    inbox.bounce(welcomes[1], "4.2.2")
    inbox.collect()
    at(world, 23, 10)
    world.sweep("welcome-contact")
    welcomes = [one for one in world.mailer.mails if key(world, one) == "welcome-contact"]
    inbox.bounce(welcomes[2], "4.2.2")
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 hard)"
    assert [one.state for one in world.follow_ups("welcome-contact")] == ["bounced"]


@pytest.mark.parametrize(
    ("status", "action", "became", "state"),
    [("4.2.2", "delayed", "only delayed", "sent"), ("4.4.7", "failed", "hard", "bounced")],
)
def test_a_server_that_goes_on_trying_is_left_to_it_until_it_gives_up(
    inbox: Inbox, status: str, action: str, became: str, state: str
) -> None:
    world = inbox.world
    inbox.bounce(welcome(world), status, action)
    assert inbox.collect().sentence() == f"1 read: 1 bounce (1 {became})"
    [contact] = world.follow_ups("welcome-contact")
    assert contact.state == state


def test_a_dead_archive_does_not_kill_the_address_of_the_customer(inbox: Inbox) -> None:
    mail = welcome(inbox.world)
    ours = message_from_bytes(mail.body, policy=policy.default)
    raw = report(mail.recipients[0], "4.2.2", "failed", str(ours["Message-ID"]))
    archive = (
        b"Final-Recipient: rfc822; archive@casabelvedere.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    )
    inbox.deliver(raw.replace(b"Final-Recipient:", archive + b"Final-Recipient:", 1))
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 soft)"


def test_an_out_of_office_is_no_person_and_the_clock_runs_on(inbox: Inbox) -> None:
    world = inbox.world
    mail = welcome(world)
    inbox.reply(mail, "Sono in ferie fino al 30 marzo.", Auto_Submitted="auto-replied", Subject="Fuori sede")
    assert inbox.collect().sentence() == "1 read: 1 automatic"
    [contact] = world.follow_ups("welcome-contact")
    assert contact.state == "sent"
    assert contact.answer_by is not None
    assert commitments(world) == []


def test_b34_a_mail_that_belongs_to_nobody_has_an_owner_within_the_same_sweep(inbox: Inbox) -> None:
    world = inbox.world
    inbox.deliver(written("Chi siete?", From="Ignoto <ignoto@altrove.example>", To=SENDER, Subject="Domanda"))
    assert inbox.collect().sentence() == "1 read: 1 parked"
    mail = row(world)
    assert (mail.state, mail.parked_for, mail.customer_id) == ("parked", "stranger", None)
    assert mail.owner_id is not None
    world.escalate()
    [notice] = world.mailer.to("a-1@casa.example")
    assert "Chi siete?" in text(notice)
    for _ in range(3):
        inbox.deliver(written("Ancora io", From="ignoto@altrove.example", To=SENDER))
    assert inbox.collect().counts.total() == 3
    world.escalate()
    assert len(world.mailer.to("a-1@casa.example")) == 1


def test_a_mail_without_token_is_known_by_its_thread_and_else_by_its_sender(inbox: Inbox) -> None:
    world = inbox.world
    mail = welcome(world)
    inbox.reply(mail, "Una domanda sul lavello", sender="moglie@altrove.example", To=SENDER)
    assert inbox.collect().sentence() == "1 read: 1 reply"
    assert row(world).matched_by == "thread"
    inbox.deliver(written("E un'altra cosa", From="c-1@posta.example", To=SENDER))
    inbox.collect()  # nothing is open any more: a person decides
    assert (row(world).parked_for, row(world).customer_id) == ("unclear", 1)


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
    told = [text(mail) for mail in world.mailer.to("m-1@casa.example")]
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
            ("customer", "C-1", "Il piano è sbagliato."), ("seller", "S-1", "Il quarzo era esaurito."),
        ]  # fmt: skip


def test_a_forged_message_id_proves_nothing(inbox: Inbox) -> None:
    mail = welcome(inbox.world)
    name = str(_parsed(mail)["Message-ID"])
    forged = name.replace(name.split(".")[2][:16], "0" * 16)
    inbox.deliver(written("…", From="x@altrove.example", To=SENDER, In_Reply_To=forged))
    assert inbox.collect().sentence() == "1 read: 1 parked"


def test_what_was_seen_is_not_counted_twice(inbox: Inbox) -> None:
    mail = welcome(inbox.world)
    inbox.reply(mail, "Una domanda")
    inbox.collect()
    assert inbox.collect().sentence() == "no new mail"
    raw = next((inbox.folder / "mailbox" / "new").iterdir()).read_bytes()
    inbox.deliver(b"Delivered-To: assistenza@casabelvedere.example\r\n" + raw)  # the same one, another way
    assert inbox.collect().sentence() == "1 read: 1 seen before"
    assert len(commitments(inbox.world)) == 1


def test_our_own_mails_in_the_same_mailbox_are_left_alone(inbox: Inbox) -> None:
    mail = welcome(inbox.world)
    inbox.deliver(b"Delivered-To: c-1@posta.example\r\n" + mail.body)
    assert inbox.collect().sentence() == "no new mail"


def test_a_loop_of_two_programs_ends_at_the_cap(inbox: Inbox) -> None:
    world = inbox.world
    capped = world.policy.sending.model_copy(update={"max_per_recipient_per_day": 2})
    world.policy = world.policy.model_copy(update={"sending": capped})
    with world.db.write() as session:
        customer = factories.customer(session)
        for number in range(4):
            factories.order(session, customer, f"SO-{number}")
    report = world.sweep("welcome-contact")
    assert report.total("sent") == 2
    assert len(world.mailer.to("c-1@posta.example")) == 2
    assert report.counts["order-confirmation", "postponed", "too many mails to one address"] > 0


def text(mail: Mail) -> str:
    part = _parsed(mail).get_body(preferencelist=("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def _parsed(mail: Mail) -> EmailMessage:
    message = message_from_bytes(mail.body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def extras_stopped(world: World) -> bool:
    with world.db.read() as session:
        return session.get_one(Customer, 1).extras_stopped_at is not None


def test_a_complaint_report_stops_the_extras_and_nothing_else(inbox: Inbox) -> None:
    ours = _parsed(welcome(inbox.world))
    sample = Path(__file__).parent.parent / "mails" / "inbound" / "arf.eml"
    reported = sample.read_text(encoding="ascii")
    for theirs, mine in {
        "<m1.0123456789abcdef@casabelvedere.example>": str(ours["Message-ID"]),
        "stufo@isp.example": "c-1@posta.example",
        "abuse@casabelvedere.example": SENDER,
    }.items():
        reported = reported.replace(theirs, mine)
    inbox.deliver(reported.encode())
    inbox.collect()
    assert row(inbox.world).verdict == "complaint"
    assert extras_stopped(inbox.world)
    assert inbox.world.reasons() == []


def test_a_farewell_by_mail_stops_the_extras_and_order_mail_goes_on(inbox: Inbox) -> None:
    world = inbox.world
    inbox.reply(welcome(world), "STOP")
    inbox.collect()
    assert row(world).verdict == "unsubscribe"
    assert extras_stopped(world)
    at(world, 11, 10, 4)
    world.sweep("delay-alert")
    assert [contact.state for contact in world.follow_ups("delay-alert")] == ["sent"]


def test_b27_every_mail_has_a_way_to_the_manager(inbox: Inbox) -> None:
    assert "Marco Conti" in text(welcome(inbox.world))
