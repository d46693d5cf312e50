"""A mail that nobody can place has an owner and a clock, until somebody says what was done; on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.rules.cases.acting import ActError
from models.tables import Commitment, Inbound, Staff
from models.words import CommitmentKind
from tasks.commitments import actions
from tasks.commitments.actions import Owing
from tasks.escalation.call_list import call_list
from tasks.mailboxes.assign import assign, settle_mail
from tests import factories
from tests.fakes import plain
from tests.inbox import SENDER, Inbox, row, written
from tests.world import World

STRANGER = "zanella.p@studio.example"
COMPLAINT = "Esigo il rimborso: il divano è arrivato rotto. Mi rivolgo all'avvocato."


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    return Inbox(world, tmp_path)


def _write(inbox: Inbox, text: str = COMPLAINT, sender: str = STRANGER, **headers: str) -> Inbound:
    inbox.deliver(written(text, From=sender, To=SENDER, **headers))
    inbox.collect()
    return row(inbox.world)


def _looks(world: World) -> list[Commitment]:
    return list(world.promises(CommitmentKind.MAIL))


def test_b34_a_strangers_complaint_climbs_to_manager_and_director_by_itself(inbox: Inbox) -> None:
    world = inbox.world
    _write(inbox)
    [look] = _looks(world)
    assert look.customer_id is None
    assert look.due_at == look.asked_at + timedelta(hours=4) if look.asked_at else False
    start = world.clock.now()
    while world.clock.now() < start + timedelta(days=7):
        world.escalate()
        world.clock.set(world.clock.now() + timedelta(hours=2))
    for address in ("a-1@casa.example", "m-1@casa.example", "d-1@casa.example"):
        told = [mail for mail in world.mailer.to(address) if STRANGER in plain(mail)]
        assert any(not mail.subject.startswith("Oggi") for mail in told), address  # not in the digest alone


def test_it_stands_on_the_call_list_and_in_the_digest_by_its_sender(inbox: Inbox) -> None:
    world = inbox.world
    mail = _write(inbox)
    [line] = call_list(world.db, world.policy, world.clock.now())
    assert (line["customer"], line["for"]) == (f"mail {mail.id}", "A-1")
    assert STRANGER not in str(line)


def test_b03_a_second_complaint_of_the_same_sender_is_told_at_once(inbox: Inbox) -> None:
    world = inbox.world
    _write(inbox)
    world.escalate()
    first = len(world.mailer.to("a-1@casa.example"))
    _write(inbox, "Nessuno mi risponde. È uno scandalo!")
    world.escalate()
    assert len(world.mailer.to("a-1@casa.example")) == first + 1
    _write(inbox, "Sono sempre io.")
    world.escalate()
    assert len(world.mailer.to("a-1@casa.example")) == first + 1


def test_trouble_is_not_closed_by_a_click(inbox: Inbox) -> None:
    world = inbox.world
    mail = _write(inbox)
    [look] = _looks(world)
    with world.db.write() as session:
        anna = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
        owed, row_ = session.get_one(Commitment, look.id), session.get_one(Inbound, mail.id)
        owing = Owing(session, world.policy, owed, anna, world.clock.now())
        with pytest.raises(ActError, match="say what was done"):
            actions.close(owing, "nothing-needed", "Non serve.")
        with pytest.raises(ActError, match="say what was done"):
            settle_mail(
                session, world.policy, row_, "nothing-needed", "No.", now=world.clock.now(), actor="A-1"
            )
        assert actions.close(owing, "called", "Ho parlato con il signor Zanella: è un altro negozio.")
    assert row(world).state == "handled"
    assert _looks(world)[0].state == "kept"


def test_an_assigned_mail_is_heard_with_whatever_waited_beside_it(inbox: Inbox) -> None:
    world = inbox.world
    with world.db.write() as session:
        factories.order(session, factories.customer(session, "K-5"), "N-5")
    mail = _write(inbox)
    _write(inbox, "Aspetto una telefonata.")
    world.clock.set(world.clock.now() + timedelta(days=1))
    with world.db.write() as session:
        one = session.get_one(Inbound, mail.id)
        assign(session, world.policy, one, "N-5", now=world.clock.now(), actor="A-1")
    assert world.reasons() == ["trouble-words"]
    assert {one.state for one in _looks(world)} == {"late"}
    with world.db.read() as session:
        assert session.scalars(select(Inbound).where(Inbound.parked_for.is_not(None))).all() == []
    [call] = world.promises(CommitmentKind.LISTENING_CALL)
    assert call.asked_at is not None
    assert call.asked_at < world.clock.now() - timedelta(hours=20)


def test_a_month_of_spam_tells_nobody_more_than_one_line_a_day(inbox: Inbox) -> None:
    world = inbox.world
    for day in range(10):
        for number in range(6):
            spam = {"Precedence": "bulk", "List_Unsubscribe": "<mailto:x@y.example>"} if number % 2 else {}
            _write(
                inbox,
                "Our lawyers offer legal action at best prices" if number % 2 else "Best prices for you",
                f"shop{day}{number}@spam.example",
                **spam,
            )
        world.escalate()
        world.clock.set(world.clock.now() + timedelta(days=1))
    assert _looks(world) == []
    subjects = [mail.subject for mail in world.mailer.mails]
    assert len(subjects) <= 10
    assert set(subjects) == {"Oggi nessun cliente da seguire"}
