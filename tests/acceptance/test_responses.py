"""Answers are heard whoever they belong to: by mail, by bounce, by program, on both databases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.queries.sending import suppressions
from models.rules.sending.answers import Accepted, Refused
from models.tables import Customer, Response, Staff
from tests import factories
from tests.fakes import plain
from tests.inbox import SENDER, Inbox, commitments, kind_of, message_id, report, row, welcome
from tests.world import World


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    return Inbox(world, tmp_path)


def at(world: World, day: int, hour: int = 9, month: int = 3) -> None:
    """Move to an hour (UTC) of a day in 2026."""
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


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
    assert "quando viene il montatore?" in plain(notice)
    assert "http://pages.example/i/" in plain(notice)
    world.day_by_day(world.clock.now() + timedelta(days=12))
    assert [one for one in world.follow_ups("welcome-contact") if one.nudge] == []


def test_b03_words_of_trouble_go_to_the_manager_at_once(inbox: Inbox) -> None:
    inbox.reply(welcome(inbox.world), "Voglio recedere dal contratto: ho sentito il mio avvocato.")
    assert inbox.collect().sentence() == "1 read: 1 reply (1 urgent)"
    assert inbox.world.reasons() == ["trouble-words"]
    inbox.world.escalate()
    assert "avvocato" in plain(inbox.world.mailer.to("m-1@casa.example")[0])


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
        [dead] = suppressions.standing(session)
    assert (dead.channel, dead.address, dead.customer_id) == ("email", "c-1@posta.example", 1)
    assert "5.1.1" in dead.why
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
    welcomes = [one for one in world.mailer.mails if kind_of(world, message_id(one)) == "welcome-contact"]
    assert len(welcomes) == 2
    inbox.bounce(welcomes[1], "4.2.2")
    inbox.collect()
    at(world, 23, 10)
    world.sweep("welcome-contact")
    welcomes = [one for one in world.mailer.mails if kind_of(world, message_id(one)) == "welcome-contact"]
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
    raw = report(mail.recipients[0], "4.2.2", "failed", message_id(mail))
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
        for number in range(4):  # people of one office: one address, and a mail to each of them
            customer = factories.customer(
                session, f"C-{number}", name=f"Cliente {number}", email="c-1@posta.example"
            )
            factories.order(session, customer, f"SO-{number}")
    world.mailer.answers = lambda _mail: Refused(554, "5.7.1 spam", recipient=False)
    report = world.sweep("welcome-contact")
    world.mailer.answers = lambda _mail: Accepted(250, "OK")
    world.clock.set(world.clock.now() + timedelta(minutes=10))
    world.sweep("welcome-contact")
    assert len(world.mailer.to("c-1@posta.example")) == 2, "what was refused went to nobody"
    assert report.counts["welcome-contact", "postponed", "too many mails to one address"] > 0


def extras_stopped(world: World) -> bool:
    with world.db.read() as session:
        return session.get_one(Customer, 1).extras_stopped_at is not None


def test_a_complaint_report_stops_the_extras_and_nothing_else(inbox: Inbox) -> None:
    ours = welcome(inbox.world)
    sample = Path(__file__).parent.parent / "mails" / "inbound" / "arf.eml"
    reported = sample.read_text(encoding="ascii")
    for theirs, mine in {
        "<m1.0123456789abcdef@casabelvedere.example>": message_id(ours),
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
    assert world.follow_ups("delay-alert")[0].state == "sent"


def test_b27_every_mail_has_a_way_to_the_manager(inbox: Inbox) -> None:
    assert "Marco Conti" in plain(welcome(inbox.world))


def test_who_stopped_the_courtesies_is_welcomed_and_asked_for_no_rating(world: World) -> None:
    with world.db.write() as session:
        for ref, stopped in (("C-1", None), ("C-2", world.clock.now())):
            who = factories.customer(
                session, ref, email=f"{ref.lower()}@posta.example", extras_stopped_at=stopped
            )
            factories.order(session, who, f"SO-{ref}")
    world.clock.set(world.clock.now() + timedelta(days=1))
    world.sweep("welcome-contact")
    [asked] = world.mailer.to("c-1@posta.example")  # the confirmation, with the welcome in it
    _confirmed, not_asked = world.mailer.to("c-2@posta.example")  # the confirmation goes alone
    assert "chi lo segue" in not_asked.subject
    assert b"List-Unsubscribe" in asked.body
    assert "say=rating" in plain(asked)
    assert b"List-Unsubscribe" not in not_asked.body
    assert "say=rating" not in plain(not_asked)
    assert "say=call-me" in plain(not_asked)
