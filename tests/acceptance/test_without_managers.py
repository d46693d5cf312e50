"""Companies in which nobody stands at some level, or nobody at all can be reached: no matter ends in silence."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.sweeping import sweep
from models.tables import Case, Commitment, History, Staff
from models.words import CommitmentKind, Subject
from tasks.commitments.appointments_and_help import ask_for_help
from tasks.commitments.close import promise
from tasks.commitments.make import Owners
from tasks.credit_recovery.ask_manager import ask_manager
from tasks.escalation.coverage import check_ladders
from tasks.responses.record import Answer
from tasks.sending.sweep_report import Report, Scope
from tests import factories
from tests.world import World

WED = datetime(2026, 3, 18, 9, tzinfo=UTC)
"""10:00 in Rome, on a working day."""


def unreachable(world: World, *refs: str) -> None:
    """These colleagues have no address; without any, nobody has."""
    with world.db.write() as session:
        for one in session.scalars(select(Staff)):
            if not refs or one.ref in refs:
                one.email = None


def without_managers(world: World) -> None:
    """The staff list names neither a manager nor a director."""
    with world.db.write() as session:
        for one in session.scalars(select(Staff).where(Staff.role.in_(("manager", "director")))):
            one.active = False


def called_back(world: World) -> int:
    """A call back is owed by A-1, with A-2 behind; returns its id."""
    with world.db.write() as session:
        customer = factories.customer(session)
        ids = {row.ref: row.id for row in session.scalars(select(Staff))}
        about = (Subject.CUSTOMER, customer.id)
        return promise(
            session,
            world.policy,
            customer.id,
            CommitmentKind.CALL_BACK,
            about,
            now=world.clock.now(),
            owners=Owners(ids["A-1"], ids["A-2"]),
        ).id


def history(session: Session, subject: Subject) -> list[tuple[str, str | None]]:
    rows = session.scalars(select(History).where(History.subject_type == subject).order_by(History.id))
    return [(row.event, row.cause) for row in rows]


def told(world: World) -> list[str]:
    return [mail.recipients[0].partition("@")[0] for mail in world.mailer.mails]


def swept(world: World) -> Report:
    """What the sweep that tells our people did."""
    return asyncio.run(sweep(world.services, Scope("escalate-unanswered", world.clock.now())))


def test_b04_a_complaint_in_a_company_without_managers_reaches_the_desk_and_the_history_says_why(
    world: World,
) -> None:
    without_managers(world)
    with world.db.write() as session:
        factories.customer(session)
    world.hear(Answer("r-1", 1, "rating", "page", WED, rating=1))
    world.escalate()
    assert told(world) == ["a-1"]
    with world.db.read() as session:
        case = session.scalars(select(Case)).one()
        assert case.manager_id == session.scalars(select(Staff.id).where(Staff.ref == "A-1")).one()
        assert ("stood-in", "nobody reachable: manager") in history(session, Subject.CASE)
    for hour in (9, 10, 11):
        world.clock.set(WED.replace(day=19, hour=hour))
        world.escalate()
    assert len(world.mailer.to("a-1@casa.example")) > 1, "and goes on until somebody says what came of it"


def test_b04_a_promise_climbs_to_a_colleague_where_no_manager_stands_above(world: World) -> None:
    number = called_back(world)
    without_managers(world)
    for day in (18, 19, 20, 23, 24, 25, 26):
        for hour in (9, 14):
            world.clock.set(WED.replace(day=day, hour=hour))
            world.escalate()
    mails = len(world.mailer.to("a-2@casa.example"))
    assert mails >= 4, "the deputy's rung, and a digest on each day after the director would have heard"
    with world.db.read() as session:
        owed = session.get_one(Commitment, number)
        assert owed.told_id == session.scalars(select(Staff.id).where(Staff.ref == "A-2")).one()
        assert ("stood-in", "nobody reachable: director") in history(session, Subject.COMMITMENT)
        assert [event for event, _ in history(session, Subject.COMMITMENT)].count("stood-in") == 1


def test_b04_a_lone_manager_hears_of_what_only_a_director_could_hear_instead(world: World) -> None:
    number = called_back(world)
    with world.db.write() as session:
        session.scalars(select(Staff).where(Staff.ref == "D-1")).one().active = False
    for day in (18, 19, 20, 23, 24):
        for hour in (9, 14):
            world.clock.set(WED.replace(day=day, hour=hour))
            world.escalate()
    with world.db.read() as session:
        owed = session.get_one(Commitment, number)
        assert owed.level == "director"
        assert owed.told_id == session.scalars(select(Staff.id).where(Staff.ref == "M-1")).one()


def test_b32_and_b06_help_and_a_signature_are_asked_of_whoever_is_there(world: World) -> None:
    without_managers(world)
    with world.db.write() as session:
        customer = factories.customer(session)
        ids = {row.ref: row.id for row in session.scalars(select(Staff))}
        about = (Subject.CUSTOMER, customer.id)
        helped = ask_for_help(
            session, world.policy, customer.id, about, "non ce la faccio", now=WED, by=ids["A-1"], actor="A-1"
        )
        asked = ask_manager(session, world.policy, customer.id, CommitmentKind.SIGNATURE, WED, "planning")
        assert helped.owner_id == ids["A-2"]
        assert (asked.owner_id, asked.deputy_id) == (ids["A-1"], ids["A-2"])
    world.escalate()
    assert told(world) == ["a-2"], "the signature is asked for no longer, since no invoice waits for it"


def test_where_nobody_has_an_address_it_is_said_once_and_told_as_soon_as_somebody_has_one(
    world: World,
) -> None:
    number = called_back(world)
    world.hear(Answer("r-1", 1, "rating", "page", WED, rating=1))
    unreachable(world)
    first = swept(world)
    assert first.total("unheard") >= 2
    assert first.partly_failed
    assert "nobody to tell" in first.sentence()
    said = []
    for hour in range(10, 17):
        world.clock.set(WED.replace(hour=hour))
        said.append(world.escalate())
    assert sum("nobody to tell" in one for one in said) == 1, "the case's call, in its turn; nothing twice"
    world.clock.set(WED.replace(day=19, hour=10))
    assert "unheard" not in world.escalate()
    with world.db.read() as session:
        checked = check_ladders(session, world.policy, world.clock.now())
        assert history(session, Subject.COMMITMENT).count(("unheard", "nobody to tell")) == 2
        assert history(session, Subject.CASE).count(("unheard", "nobody to tell")) == 1
    assert "notices wait, since nobody can be reached" in checked.sentence
    with world.db.write() as session:
        session.scalars(select(Staff).where(Staff.ref == "S-1")).one().email = "s-1@casa.example"
    world.clock.set(WED.replace(day=19, hour=10, minute=2))
    world.escalate()
    assert set(told(world)) == {"s-1"}
    assert len(world.mailer.mails) >= 2
    with world.db.read() as session:
        checked = check_ladders(session, world.policy, world.clock.now())
        assert session.get_one(Commitment, number).told_id is not None
        assert session.scalars(select(Case)).one().manager_id is not None, "a case has somebody from now on"
    assert "notices wait" not in checked.sentence


def test_b36_the_nightly_check_says_that_there_is_no_manager(world: World) -> None:
    with world.db.write() as session:
        factories.customer(session)
    without_managers(world)
    with world.db.read() as session:
        checked = check_ladders(session, world.policy, WED)
    assert "no manager or director can be reached" in checked.sentence
    assert "A-1 hears instead" in checked.sentence
    assert checked.gaps
    unreachable(world)
    with world.db.read() as session:
        checked = check_ladders(session, world.policy, WED)
    assert "nobody here has an address" in checked.sentence


def test_a_version_is_asked_of_a_seller_who_is_away_when_back_and_not_of_one_without_an_address(
    world: World,
) -> None:
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        seller.absent_from, seller.absent_until = WED.date(), WED.date()
        customer = factories.customer(session)
        factories.order(session, customer, seller_id=seller.id, promised_on=None)
    world.hear(Answer("r-1", 1, "rating", "page", WED, rating=1, order_id=1))
    world.escalate()
    assert "s-1" not in told(world)
    world.clock.set(WED.replace(day=19, hour=10))
    world.escalate()
    assert "s-1" in told(world)


def test_a_seller_without_an_address_is_left_out_and_the_reason_stands(world: World) -> None:
    unreachable(world, "S-1")
    with world.db.write() as session:
        customer = factories.customer(session)
        seller = session.scalars(select(Staff.id).where(Staff.ref == "S-1")).one()
        factories.order(session, customer, seller_id=seller, promised_on=None)
    world.hear(Answer("r-1", 1, "rating", "page", WED, rating=1, order_id=1))
    report = swept(world)
    assert "nobody reachable: seller" in report.sentence()
    assert not report.partly_failed
