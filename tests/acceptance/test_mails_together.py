"""Mails that come in together do what they do one by one: whatever they are, and whoever is to blame."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.queries.sending.suppressions import standing
from models.tables import (
    Case,
    CaseReason,
    Commitment,
    Customer,
    FollowUp,
    Inbound,
    Response,
    Sighting,
    Statement,
)
from tasks.mailboxes.collect import collect
from tasks.mails.links import Links
from tasks.smtp.transaction import Mail
from tests import factories
from tests.inbox import SENDER, Inbox, kind_of, written
from tests.world import World

Writes = Callable[[Inbox, Mail], None]
QUESTION, TROUBLE = "Buongiorno, quando viene il montatore?", "Domani scrivo al mio avvocato."


def _says(text: str, **headers: str) -> Writes:
    return lambda inbox, mail: inbox.reply(mail, text, **headers)


def _says_without_thread(text: str) -> Writes:
    def write(inbox: Inbox, mail: Mail) -> None:
        inbox.deliver(written(text, From=mail.recipients[0], To=SENDER, Subject="Cucina"))

    return write


def _comes_back(status: str) -> Writes:
    return lambda inbox, mail: inbox.bounce(mail, status, "failed" if status[0] == "5" else "delayed")


CORRESPONDENCES: list[list[Writes]] = [
    [_says(QUESTION), _says("Grazie, tutto bene!")],
    [_says("Grazie, tutto bene!"), _says(TROUBLE), _says(QUESTION)],
    [_comes_back("5.1.1"), _says(QUESTION)],
    [_comes_back("4.2.2"), _comes_back("5.1.1")],
    [_says_without_thread(QUESTION), _says_without_thread("E il piano?")],
    [_says("Sono in ferie.", Auto_Submitted="auto-replied"), _says("STOP"), _says(QUESTION)],
    [_says("Ha chiamato la signora.", sender="a-1@casa.example"), _says(QUESTION)],
    [_says(QUESTION), _says(TROUBLE), _comes_back("5.1.1")],
]
"""What customers write one after the other; each has got a welcome."""


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    return Inbox(world, tmp_path)


def welcomed(world: World, *refs: str) -> list[Mail]:
    """Customers with an order each have got their welcomes; returns these in the order of the customers."""
    with world.db.write() as session:
        for ref in refs:
            factories.order(session, factories.customer(session, ref), f"SO-{ref}")
    world.sweep("welcome-contact")
    return [
        next(
            mail
            for mail in world.mailer.to(f"{ref.lower()}@posta.example")
            if kind_of(world, mail.message_id) == "welcome-contact"
        )
        for ref in refs
    ]


def what_followed(world: World, ref: str) -> dict[str, Any]:
    """Everything that a customer's mails changed, without what must differ from one customer to the next."""
    with world.db.read() as session:
        customer = session.scalars(select(Customer).where(Customer.ref == ref)).one()
        mine = customer.id
        mails = session.scalars(select(Inbound).where(Inbound.customer_id == mine).order_by(Inbound.id)).all()
        return {
            "mails": [
                (
                    row.state,
                    row.outcome,
                    row.parked_for,
                    row.matched_by,
                    row.follow_up_id is not None,
                    row.owner_id is not None,
                )
                for row in mails
            ],
            "responses": [
                (row.meaning, row.text, row.follow_up_id is not None)
                for row in session.scalars(
                    select(Response).where(Response.customer_id == mine).order_by(Response.id)
                )
            ],
            "commitments": [
                (
                    row.kind,
                    row.subject_type,
                    row.due_at,
                    row.owner_id is not None,
                    row.case_id is not None,
                    [row.inbound_id == mail.id for mail in mails],
                )
                for row in session.scalars(
                    select(Commitment).where(Commitment.customer_id == mine).order_by(Commitment.id)
                )
            ],
            "contacts": sorted(
                (row.kind, row.step, row.nudge, row.state, row.reason or "", row.due_at)
                for row in session.scalars(select(FollowUp).where(FollowUp.customer_id == mine))
            ),
            "reasons": sorted(
                session.scalars(
                    select(CaseReason.reason)
                    .join(Case, Case.id == CaseReason.case_id)
                    .where(Case.customer_id == mine)
                )
            ),
            "words": sorted(
                session.scalars(
                    select(Statement.text)
                    .join(Case, Case.id == Statement.case_id)
                    .where(Case.customer_id == mine)
                )
            ),
            "address": sorted(
                one.address.partition("@")[2] for one in standing(session) if one.customer_id == mine
            ),
            "extras stopped": customer.extras_stopped_at,
        }


def test_mails_that_come_together_do_what_they_do_one_by_one(inbox: Inbox) -> None:
    world = inbox.world
    numbers = range(len(CORRESPONDENCES))
    alone, together = [f"A-{n}x" for n in numbers], [f"B-{n}x" for n in numbers]
    welcomes = welcomed(world, *alone, *together)
    for correspondence, mail in zip(CORRESPONDENCES, welcomes, strict=False):
        for write in correspondence:
            write(inbox, mail)
            inbox.collect()
    for correspondence, mail in zip(CORRESPONDENCES, welcomes[len(alone) :], strict=True):
        for write in correspondence:
            write(inbox, mail)
    assert inbox.collect().read == sum(map(len, CORRESPONDENCES))
    for one, other in zip(alone, together, strict=True):
        assert what_followed(world, one) == what_followed(world, other), one
    assert what_followed(world, together[1])["reasons"] == ["trouble-words"]
    assert len(what_followed(world, together[0])["responses"]) == 2


def test_whoever_writes_twice_at_once_costs_one_notice(inbox: Inbox) -> None:
    for text in ("Esigo un rimborso", "Rispondete!"):
        inbox.deliver(written(text, From="x@altrove.example", To=SENDER))
    assert inbox.collect().sentence() == "2 read: 2 parked"
    assert len(inbox.world.follow_ups("inbound-notice")) == 1


def test_one_mail_that_came_twice_at_once_counts_once(inbox: Inbox) -> None:
    inbox.reply(welcomed(inbox.world, "C-1")[0], QUESTION)
    raw = next((inbox.folder / "mailbox" / "new").iterdir()).read_bytes()
    inbox.deliver(b"Delivered-To: assistenza@casabelvedere.example\r\n" + raw)
    assert inbox.collect().sentence() == "2 read: 1 reply, 1 seen before"
    assert (inbox.world.count(Inbound), inbox.world.count(Sighting), inbox.world.count(Response)) == (
        1,
        2,
        1,
    )


class _Faulty(Links):
    """A fault of the program that one mail brings up."""

    def read_reply_to(self, address: str) -> str | None:
        if "poison" in address:
            raise ZeroDivisionError
        return super().read_reply_to(address)


def test_a_fault_of_ours_costs_the_one_mail_it_lies_in(inbox: Inbox) -> None:
    world = inbox.world
    world.links = _Faulty("http://pages.example", "test key", world.clock)
    first, second = welcomed(world, "C-1", "C-2")
    inbox.reply(first, QUESTION)
    inbox.deliver(written("Veleno", From="x@altrove.example", To="assistenza+poison@casabelvedere.example"))
    inbox.reply(second, QUESTION)
    assert inbox.collect().sentence() == "3 read: 2 replies, 1 parked"
    with world.db.read() as session:
        parked = session.scalars(select(Inbound).where(Inbound.parked_for == "fault")).one()
    assert parked.why == "a fault of the program: ZeroDivisionError"
    assert parked.owner_id is not None
    assert inbox.collect().sentence() == "no new mail"


def test_two_at_once_that_read_one_mailbox_count_each_mail_once(inbox: Inbox) -> None:
    """They lock the customers' cases as they go; neither waits for the other in a circle."""
    world = inbox.world
    mails = welcomed(world, *(f"C-{number}" for number in range(20)))
    for mail in mails:
        inbox.reply(mail, TROUBLE)
    inbox.collect()
    for mail in (*mails, *reversed(mails), *mails):
        inbox.reply(mail, QUESTION)
    desk = inbox.reception
    with ThreadPoolExecutor(2) as both:
        tallies = list(both.map(collect, (desk, replace(desk, mailboxes=inbox.reception.mailboxes))))
    assert [tally.problems for tally in tallies] == [[], []]
    assert sum(tally.counts["reply"] for tally in tallies) == 60
    assert world.count(Response) == world.count(Inbound) == 80
