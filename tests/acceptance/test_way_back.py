"""A mail that comes back is known as ours whatever the far server leaves of it."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.sweeping import sweep
from models.queries.mailboxes import return_address
from models.queries.sending import suppressions
from models.rules.mailboxes.return_address import Standing, Ways, ways
from models.rules.sending.answers import Accepted, Answer, NotStarted, Refused
from tasks.mailboxes.probe import written
from tasks.mails.composer import Composer
from tasks.mails.links import Links
from tasks.sending.sweep import SweepStoppedError
from tasks.sending.sweep_report import Scope
from tasks.services import Services
from tasks.smtp.transaction import Mail
from tests import factories
from tests.fakes import FakeMailer
from tests.inbox import SENDER, Inbox, kind_of, message_id, report, row, welcome
from tests.world import World


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    return Inbox(world, tmp_path)


def notice(text: str, to: str = SENDER, subject: str = "Undelivered Mail", head: str = "") -> bytes:
    """A report for people's eyes alone."""
    typed = "" if "Content-Type" in head else "Content-Type: text/plain; charset=utf-8\n"
    top = f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nTo: {to}\nSubject: {subject}\n"
    return f"{top}{head}{typed}\n{text}\n".encode()


def is_dead(world: World, mail: Mail) -> bool:
    with world.db.read() as session:
        return bool(suppressions.standing(session, [mail.recipients[0]]))


def run(world: World, services: Services) -> None:
    asyncio.run(sweep(services, Scope("welcome-contact", world.clock.now())))


def states(world: World) -> list[str]:
    return [one.state for one in world.follow_ups("welcome-contact")]


GONE = "The following address failed: <{to}>\n550 5.1.1 User unknown\n"


def test_our_id_is_found_in_the_source_of_a_report(inbox: Inbox) -> None:
    mail = welcome(inbox.world)
    inbox.deliver(
        notice(f"{GONE.format(to=mail.recipients[0])}\nid was {message_id(mail).partition('@')[0]}")
    )
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 hard)"
    assert states(inbox.world) == ["bounced"]
    assert row(inbox.world).matched_by == "thread"


def signed(world: World) -> Mail:
    """A welcome with an envelope sender of its own."""
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    composer = Composer(world.policy, world.links, None, Ways(signs_sender=True))
    run(world, replace(world.services, composer=composer))
    return next(mail for mail in world.mailer.mails if kind_of(world, message_id(mail)) == "welcome-contact")


def test_a_report_that_names_nothing_is_known_by_where_it_was_sent_to(inbox: Inbox) -> None:
    mail = signed(inbox.world)
    assert mail.sender != SENDER
    inbox.deliver(notice("Sorry, your mail could not be delivered. Unknown user.", to=mail.sender))
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 hard)"
    assert states(inbox.world) == ["bounced"]
    assert not is_dead(inbox.world, mail), "a report that names nobody may speak of a copy"


def test_one_that_names_the_recipient_costs_the_address(inbox: Inbox) -> None:
    mail = signed(inbox.world)
    inbox.deliver(notice(GONE.format(to=mail.recipients[0]), to=mail.sender))
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 hard)"
    assert is_dead(inbox.world, mail)


@pytest.mark.parametrize("part", ["sender", "id"])
def test_a_forged_token_does_nothing(inbox: Inbox, part: str) -> None:
    mail = signed(inbox.world)
    links = Links("http://pages.example", "another key")
    key = inbox.world.links.read_message_id(message_id(mail)) or ""
    forged = links.return_path(key, SENDER) if part == "sender" else SENDER
    id_ = f"<seguito.{key}.{links.signature('message', key)}@casa.example>" if part == "id" else ""
    inbox.deliver(notice(f"Unknown user: your mail was not delivered. {id_}", to=forged))
    assert inbox.collect().sentence() == "1 read: 1 parked"
    assert states(inbox.world) == ["sent"]


def test_without_any_proof_the_one_open_contact_of_the_failed_recipient_is_meant(inbox: Inbox) -> None:
    mail = welcome(inbox.world)
    inbox.deliver(report(mail.recipients[0], "5.1.1", "failed", "<other@mx.example>"))
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 hard)"
    assert states(inbox.world) == ["bounced"]
    assert row(inbox.world).matched_by == "recipient"
    assert not is_dead(inbox.world, mail), "anybody can write such a report"


def test_several_open_contacts_are_left_to_a_person_and_so_are_old_ones(inbox: Inbox) -> None:
    world = inbox.world
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.order(session, customer)
        factories.order(session, customer, "SO-2", is_service=True)  # told in a mail of its own
    world.sweep("welcome-contact")
    of_orders = {"welcome-contact", "order-confirmation"}
    one, *_, other = [mail for mail in world.mailer.mails if kind_of(world, message_id(mail)) in of_orders]
    inbox.deliver(report(one.recipients[0], "5.7.1", "failed", "<other@mx.example>"))
    assert inbox.collect().sentence() == "1 read: 1 parked"
    inbox.bounce(other)
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 hard)"
    world.clock.set(world.clock.now() + timedelta(days=11))
    inbox.deliver(report(one.recipients[0], "5.1.2", "failed", "<third@mx.example>"))
    assert inbox.collect().sentence() == "1 read: 1 parked"


def test_certified_mail_names_our_mail_in_its_receipt(inbox: Inbox) -> None:
    mail = welcome(inbox.world)
    head = f"X-Ricevuta: errore-consegna\nX-Riferimento-Message-ID: {message_id(mail)}\n"
    data = (
        '<postacert tipo="errore-consegna" errore="no-dest"><dati>'
        f"<consegna>{mail.recipients[0]}</consegna><errore-esteso>5.1.1 - indirizzo non valido</errore-esteso>"
        "</dati></postacert>"
    )
    typed = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="p"\n'
    body = (
        "--p\nContent-Type: text/plain\n\nErrore nella consegna.\n"
        f'--p\nContent-Type: application/xml; name="daticert.xml"\n\n{data}\n--p--'
    )
    inbox.deliver(notice(body, head=head + typed, subject="AVVISO DI MANCATA CONSEGNA"))
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 hard)"
    assert is_dead(inbox.world, mail)


def way(world: World) -> str:
    return return_address.way("localhost", world.policy.company.sender)


def probed(inbox: Inbox, return_path: str | None) -> Ways:
    """What may be signed once the mail that tries the way has come in."""
    world = inbox.world
    now = world.clock.now()
    with world.db.write() as session:
        return_address.note(session, Standing.ASKED, way(world), now)
    mail = written(world.services, world.links, now)
    came = mail.sender if return_path is None else return_path
    inbox.deliver(f"Return-Path: <{came}>\r\n".encode() + mail.body)
    assert inbox.collect().sentence() == "1 read: 1 of our own"
    with world.db.read() as session:
        return ways(return_address.tried(session), way(world), now)


def test_the_sender_is_signed_once_the_mailbox_was_seen_to_take_it(inbox: Inbox) -> None:
    assert ways(None, way(inbox.world), inbox.world.clock.now()) == Ways(
        signs_sender=False, tags_replies=True
    )
    assert probed(inbox, None) == Ways(signs_sender=True, tags_replies=True)
    with inbox.world.db.read() as session:
        tried = return_address.tried(session)
    assert tried is not None
    assert tried.at == inbox.world.clock.now()
    other = return_address.way("other.example", SENDER)
    assert not ways(tried, other, inbox.world.clock.now()).signs_sender


def test_a_server_that_puts_its_own_sender_in_place_gets_one_sender(inbox: Inbox) -> None:
    assert not probed(inbox, SENDER).signs_sender


def test_a_mailbox_that_takes_no_plus_gets_the_answers_at_its_plain_address(inbox: Inbox) -> None:
    world = inbox.world
    with world.db.write() as session:
        return_address.note(session, Standing.ASKED, way(world), world.clock.now())
    with world.db.read() as session:
        tried = return_address.tried(session)
    late = ways(tried, way(world), world.clock.now() + timedelta(days=1))
    assert late == Ways(signs_sender=False, tags_replies=False)
    composer = Composer(world.policy, world.links, None, late)
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    run(world, replace(world.services, composer=composer))
    assert f"Reply-To: {SENDER}\r\n".encode() in world.mailer.mails[0].body


@pytest.mark.parametrize(
    "refusal",
    [
        NotStarted("553 5.7.1 not owned by you", is_of_sender=True),
        Refused(553, "5.7.1 Sender address rejected: not owned by user", recipient=True),
    ],
)
def test_a_server_that_refuses_the_signed_sender_gets_the_plain_one_and_loses_no_mail(
    world: World, refusal: Answer
) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
        return_address.note(session, Standing.SEEN, way(world), world.clock.now())
    mailer = FakeMailer(lambda mail: Accepted(250, "OK") if mail.sender == SENDER else refusal)
    composer = Composer(world.policy, world.links, None, Ways(signs_sender=True))
    services: Services = replace(world.services, composer=composer, mailer=mailer)
    with suppress(SweepStoppedError):
        run(world, services)
    with world.db.read() as session:
        tried = return_address.tried(session)
    assert tried is not None
    assert tried.standing is Standing.REFUSED
    world.clock.set(world.clock.now() + timedelta(minutes=10))
    run(world, services)
    assert states(world) == ["sent"]


def test_what_is_signed_keeps_to_the_lengths_of_smtp() -> None:
    links = Links("http://pages.example", "key")
    for length in range(1, 65):
        address = links.return_path(
            "f123456789-12", f"{'a' * length}@{'b' * 63}.{'c' * 63}.{'d' * 63}.example"
        )
        assert len(address.partition("@")[0]) <= 64
        assert len(address) <= 254 or "+" not in address
    assert links.read_return_path(links.return_path("f1-1", SENDER).upper()) == "f1-1"
    assert links.read_reply_to(links.return_path("f1-1", SENDER)) is None


def test_a_report_that_the_probe_did_not_arrive_says_that_the_mailbox_takes_no_plus(inbox: Inbox) -> None:
    world = inbox.world
    with world.db.write() as session:
        return_address.note(session, Standing.ASKED, way(world), world.clock.now())
    mail = written(world.services, world.links, world.clock.now())
    inbox.deliver(notice(f"<{mail.recipients[0]}>: User unknown", to=mail.sender))
    inbox.collect()
    with world.db.read() as session:
        tried = return_address.tried(session)
    assert tried is not None
    assert tried.standing is Standing.LOST
