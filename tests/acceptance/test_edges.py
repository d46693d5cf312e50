"""Ways round the rules, each of them tried once with success: they stay closed."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries import facts
from models.rules.cases.acting import ActError
from models.rules.commitments.ledger import AGREED
from models.tables import Commitment, Message, Order, Staff
from models.words import CaseReasonKind, CommitmentKind, MessageState, Outcome, Subject
from tasks.cases.open_case import open_case
from tasks.commitments import actions
from tasks.commitments.actions import Owing
from tasks.commitments.close import promise, re_promise
from tasks.commitments.make import Owners
from tasks.planning.plan import plan_all
from tasks.responses.record import Answer
from tasks.sending.settle_doubtful import settle_doubts
from tests import factories
from tests.inbox import Inbox
from tests.world import World


def at(world: World, day: int, hour: int = 9, month: int = 3) -> None:
    """Move to an hour (UTC) of a day in 2026, and escalate."""
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))
    world.escalate()


def of_kind(session: Session, kind: CommitmentKind) -> list[Commitment]:
    query = select(Commitment).where(Commitment.kind == kind).order_by(Commitment.id)
    return list(session.scalars(query))


def person(session: Session, ref: str) -> Staff:
    return session.scalars(select(Staff).where(Staff.ref == ref)).one()


def a_call_of_the_seller(world: World) -> int:
    with world.db.write() as session:
        customer, seller = factories.customer(session), person(session, "S-1")
        made = promise(
            session,
            world.policy,
            customer.id,
            CommitmentKind.CALL_BACK,
            (Subject.CUSTOMER, customer.id),
            now=world.clock.now(),
            owners=Owners(seller.id, person(session, "A-1").id),
        )
        return made.id


def test_b04_a_seller_does_not_put_off_what_has_climbed(world: World) -> None:
    number = a_call_of_the_seller(world)
    for day in range(19, 26):
        at(world, day)
    with world.db.write() as session:
        owed = session.get_one(Commitment, number)
        assert owed.told_id is not None, "it has climbed"
        acting = Owing(session, world.policy, owed, person(session, "S-1"), world.clock.now())
        later = world.clock.now() + timedelta(days=20)
        with pytest.raises(ActError, match="for after-sale and managers"):
            actions.promise_anew(acting, later, AGREED, "preferisce aprile")


def test_b26_a_promise_that_is_over_its_time_is_broken_whatever_the_reason(world: World) -> None:
    number = a_call_of_the_seller(world)
    at(world, 25)
    with world.db.write() as session:
        owed, later = session.get_one(Commitment, number), world.clock.now() + timedelta(days=2)
        new = re_promise(
            session, world.policy, owed, later, AGREED, "giovedì", now=world.clock.now(), actor="A-1"
        )
        assert new.breaks == 1
        acting = Owing(session, world.policy, new, person(session, "A-1"), world.clock.now())
        with pytest.raises(ActError, match="within 180 days"):
            actions.promise_anew(acting, datetime(9999, 12, 31, tzinfo=UTC), AGREED, "prima o poi")


def test_b06_solved_without_a_word_spoken_is_no_call(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        invoice = factories.invoice(session, customer, due_on=date(2026, 2, 16))
        assert invoice.id == 1
    world.sweep("credit-recovery")
    world.hear(Answer("r-1", 1, "message", "mail", world.clock.now(), invoice_id=1, text="Pagherò."))
    world.close_case("Ha scritto che pagherà.", Outcome.SOLVED)
    with world.db.read() as session:
        assert facts.called(session, [1]) == {}
    [call] = world.follow_ups("listening-call")
    assert (call.state, call.reason) == ("planned", "not reached"), "it is owed again"


def test_goods_that_came_end_their_promise_though_the_day_was_cleared(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=date(2026, 3, 20))
    plan_all(world.db, world.policy, world.clock.now())
    with world.db.write() as session:
        order = session.get_one(Order, 1)
        order.promised_on, order.to_plan = None, True
        order.delivered_at = datetime(2026, 3, 19, 10, tzinfo=UTC)
    world.clock.set(datetime(2026, 3, 20, 9, tzinfo=UTC))
    plan_all(world.db, world.policy, world.clock.now())
    with world.db.read() as session:
        assert [one.state for one in of_kind(session, CommitmentKind.DELIVERY)] == ["kept"]


def test_an_alarm_does_not_move_the_hour_that_the_customer_asked_for(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    world.hear(Answer("r-1", 1, "rating", "page", world.clock.now(), order_id=1, rating=1))
    asked_for = datetime(2026, 3, 24, 9, tzinfo=UTC)
    with world.db.write() as session:
        [call] = of_kind(session, CommitmentKind.LISTENING_CALL)
        re_promise(
            session, world.policy, call, asked_for, AGREED, "martedì", now=world.clock.now(), actor="M-1"
        )
        open_case(
            session,
            world.policy,
            1,
            "no-promised-date",
            (Subject.ORDER, 1),
            now=world.clock.now(),
            actor="welcome-contact",
        )
    with world.db.read() as session:
        calls = of_kind(session, CommitmentKind.LISTENING_CALL)
    assert [one.due_at for one in calls if one.done_at is None] == [asked_for]


def test_b04_the_deputy_and_the_director_hear_of_a_call_that_nobody_makes(world: World) -> None:
    with world.db.write() as session:
        factories.staff(session, "M-2", "manager")
        factories.order(session, factories.customer(session))
        open_case(
            session,
            world.policy,
            1,
            CaseReasonKind.SILENT,
            (Subject.ORDER, 1),
            now=world.clock.now(),
            actor="escalate-unanswered",
        )
    for day in range(18, 32):
        at(world, day)
        at(world, day, 15)
    told = Counter(mail.recipients[0].partition("@")[0] for mail in world.mailer.mails)
    assert {"m-1", "m-2", "d-1"} <= set(told)
    digests = world.follow_ups("daily-digest")
    with world.db.read() as session:
        director = person(session, "D-1").id
    days = {row.owed_at.date() for row in digests if row.staff_id == director and row.state == "sent"}
    assert max(days) == date(2026, 3, 31), "in the director's digest until somebody closes it"
    assert len(days) >= 3


def test_a_notice_to_our_own_people_that_a_crash_left_in_doubt_is_told_again(world: World) -> None:
    number = a_call_of_the_seller(world)
    at(world, 18)
    with world.db.write() as session:
        [message] = session.scalars(select(Message)).all()
        message.state, message.claim_token = MessageState.SENDING, "dead"
        message.lease_until = world.clock.now() - timedelta(minutes=1)
    settle_doubts(world.services, world.clock.now())
    with world.db.read() as session:
        [message] = session.scalars(select(Message)).all()
        assert message.state == MessageState.DEFERRED
        assert session.get_one(Commitment, number).done_at is None


def test_b04_a_notice_that_comes_back_goes_to_the_next_of_our_people(world: World, tmp_path: Path) -> None:
    inbox = Inbox(world, tmp_path)
    a_call_of_the_seller(world)
    at(world, 18)
    [notice] = world.mailer.mails
    assert notice.recipients[0] == "s-1@casa.example"
    inbox.bounce(notice)
    inbox.collect()
    at(world, 18, 10)
    told = [mail.recipients[0] for mail in world.mailer.mails[1:]]
    assert "s-1@casa.example" not in told
    assert told, "whoever stands behind hears of it at once"
