"""Notices that the mail servers of our own people will not take: the next one hears, and nothing ends in silence."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.sweeping import sweep
from models.rules.sending.answers import Accepted, Refused
from models.rules.sending.answers import Answer as Said
from models.tables import Case, FollowUp, History, Staff
from models.words import Subject
from tasks.cases.staff_page_link import send_link
from tasks.responses.record import Answer
from tasks.sending.sweep_report import Report, Scope
from tasks.smtp.transaction import Mail
from tests import factories
from tests.world import World

WED = datetime(2026, 3, 18, 9, tzinfo=UTC)
"""10:00 in Rome, on a working day."""


def taking(*names: str) -> Callable[[Mail], Said]:
    """A mail server that knows only these of our people."""
    return lambda mail: (
        Accepted(250, "OK")
        if mail.recipients[0].partition("@")[0] in names
        else Refused(550, "5.1.1 no such user", recipient=True)
    )


def complained(world: World) -> None:
    """A customer gives one star; a manager has to hear of it."""
    with world.db.write() as session:
        factories.customer(session)
    world.hear(Answer("r-1", 1, "rating", "page", WED, rating=1))


def told(world: World) -> list[str]:
    return [mail.recipients[0].partition("@")[0] for mail in world.mailer.mails]


def swept(world: World) -> Report:
    return asyncio.run(sweep(world.services, Scope("escalate-unanswered", world.clock.now())))


def unheard(session: Session) -> int:
    said = select(History).where(History.event == "unheard", History.subject_type == Subject.CASE)
    return len(session.scalars(said).all())


def test_b04_a_notice_finds_the_one_colleague_whose_server_takes_it_however_many_do_not(world: World) -> None:
    with world.db.write() as session:
        for number in range(3, 9):
            factories.staff(session, f"A-{number}", "after-sale")
    complained(world)
    world.mailer.answers = taking("s-1")
    swept(world)
    assert "s-1" in told(world), "the last of eleven"


def test_b04_a_notice_that_no_server_takes_is_unheard_and_tried_again_the_next_working_day(
    world: World,
) -> None:
    complained(world)
    world.mailer.answers = taking()
    report = swept(world)
    assert "nobody to tell" in report.sentence()
    assert report.partly_failed
    with world.db.read() as session:
        assert unheard(session) == 1
        assert session.scalars(select(FollowUp).where(FollowUp.reason == "nobody to tell")).first()
    world.clock.set(WED + timedelta(hours=1))
    swept(world)
    with world.db.read() as session:
        assert unheard(session) == 1, "said once, and not tried all day long"
    world.mailer.answers = taking("a-2")
    world.clock.set(WED + timedelta(days=1))
    swept(world)
    assert "a-2" in told(world)
    with world.db.read() as session:
        assert session.scalars(select(Case)).one().closed_at is None


def test_b04_a_mended_address_is_told_of_what_it_refused_before(world: World) -> None:
    complained(world)
    world.mailer.answers = taking("marco")
    swept(world)
    assert told(world) == []
    with world.db.write() as session:
        session.scalars(select(Staff).where(Staff.ref == "M-1")).one().email = "marco@casa.example"
    world.clock.set(WED + timedelta(minutes=10))
    world.escalate()
    assert "marco" in told(world)


def test_b04_no_step_grows_with_the_refusals(world: World) -> None:
    complained(world)
    world.mailer.answers = taking()
    for day in range(18, 28):
        world.clock.set(WED.replace(day=day))
        swept(world)
    with world.db.read() as session:
        steps = session.scalars(select(FollowUp.step).where(FollowUp.subject_type == Subject.CASE)).all()
    assert len(steps) > 20
    assert max(map(len, steps)) < 30


def reader_of_managers_digest(world: World) -> str:
    """Who got today's digest of M-1."""
    with world.db.read() as session:
        ids = {row.id: row.ref for row in session.scalars(select(Staff))}
    sent = [row for row in world.follow_ups("daily-digest") if row.state == "sent"]
    last = [row for row in sent if ids[row.subject_id] == "M-1"][-1]
    assert last.owed_at.date() == world.clock.now().date()
    return ids[last.staff_id or 0]


def test_a_refused_digest_goes_to_the_stand_in_that_day_and_to_the_manager_again_the_next(
    world: World,
) -> None:
    complained(world)
    world.escalate()
    days = [WED.replace(day=day, hour=10) for day in (19, 20)]
    for day, server in zip(days, (taking("d-1", "a-1", "a-2", "s-1"), taking("m-1")), strict=True):
        world.mailer.answers = server
        world.mailer.mails.clear()
        world.clock.set(day)
        world.escalate()
        assert reader_of_managers_digest(world) == ("M-1" if day.day == 20 else "D-1")


def test_the_link_of_an_absent_colleagues_own_page_goes_to_that_colleague_and_to_nobody_else(
    world: World,
) -> None:
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        seller.absent_from = WED.date()
        seller.deputy_id = session.scalars(select(Staff.id).where(Staff.ref == "A-1")).one()
        send_link(session, world.policy, seller, WED)
    world.escalate()
    assert told(world) == ["s-1"]


@pytest.mark.parametrize("absent_from", [None, WED.date()])
def test_the_link_of_an_own_page_that_is_refused_goes_to_nobody_else(
    world: World, absent_from: date | None
) -> None:
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        seller.absent_from = absent_from
        send_link(session, world.policy, seller, WED)
    world.mailer.answers = taking("a-1", "a-2", "m-1", "d-1")
    for hour in range(9, 13):
        world.clock.set(WED.replace(hour=hour))
        world.escalate()
    assert told(world) == []
    world.mailer.answers = taking("s-1")
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        send_link(session, world.policy, seller, world.clock.now())
    world.escalate()
    assert told(world) == ["s-1"], "asked for once more, it is tried once more"
