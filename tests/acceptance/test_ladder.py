"""The ladder of a promise, through the real sweep on both databases: who is told when, as long as nobody acts."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.rules.calendar.calendars import Window
from models.rules.sending.answers import Accepted, Refused
from models.tables import Commitment, FollowUp, History, Staff
from models.words import CommitmentKind, Subject
from tasks.commitments import ladder
from tasks.commitments.close import fulfil, promise, re_promise
from tasks.commitments.make import Owners
from tasks.commitments.recalculate_ladders import recompute
from tasks.responses.record import Answer, Asks
from tests import factories
from tests.world import World

WED = datetime(2026, 3, 18, 9, tzinfo=UTC)
"""10:00 in Rome; the working day there has eight hours left, and ten altogether."""


def at(world: World, day: int, hour: int = 9, minute: int = 0) -> None:
    """Move to an hour (UTC) of a day in March 2026, and escalate."""
    world.clock.set(datetime(2026, 3, day, hour, minute, tzinfo=UTC))
    world.escalate()


def asked(world: World, kind: CommitmentKind = CommitmentKind.CALL_BACK, ref: str = "C-1") -> int:
    """A customer with an order is promised something; returns its id."""
    with world.db.write() as session:
        customer = factories.customer(session, ref)
        order = factories.order(session, customer, f"SO-{ref}", promised_on=None)
        anna = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
        ewa = session.scalars(select(Staff).where(Staff.ref == "A-2")).one()
        order.owner_id, order.deputy_id = anna.id, ewa.id
        made = promise(
            session, world.policy, customer.id, kind, (Subject.ORDER, order.id), now=world.clock.now()
        )
        return made.id


def told(world: World) -> list[str]:
    """To whom notices went, in order."""
    return [mail.recipients[0].partition("@")[0] for mail in world.mailer.mails]


def owed(world: World, number: int) -> Commitment:
    with world.db.read() as session:
        return session.get_one(Commitment, number)


def history(world: World, number: int) -> list[tuple[str, str | None]]:
    with world.db.read() as session:
        rows = session.scalars(
            select(History)
            .where(History.subject_type == Subject.COMMITMENT, History.subject_id == number)
            .order_by(History.id)
        )
        return [(row.event, row.cause) for row in rows]


def act(world: World, number: int, do: Callable[[Session, Commitment], None]) -> None:
    with world.db.write() as session:
        do(session, session.get_one(Commitment, number))


def test_b04_and_b11_a_promise_that_nobody_keeps_climbs_by_itself(world: World) -> None:
    asked(world)
    world.escalate()
    assert told(world) == ["a-1"]
    at(world, 18, 13, 59)
    assert told(world) == ["a-1"]
    at(world, 18, 14)
    assert told(world) == ["a-1", "a-1"]
    at(world, 19, 9)
    assert told(world)[2:] == ["a-2"]
    at(world, 19, 14)
    assert told(world)[3:] == ["m-1"]


def test_after_an_outage_of_weeks_a_ladder_goes_on_where_it_stood(world: World) -> None:
    number = asked(world)
    world.clock.set(datetime(2026, 4, 8, 9, tzinfo=UTC))
    world.escalate()
    assert {"a-1", "a-2"} <= set(told(world))
    assert owed(world, number).level == "director"


def test_nobody_gets_the_same_notice_twice_in_a_minute_from_whatever_run_it_comes(world: World) -> None:
    """A call within four minutes: its owner was told when it was asked for, and the deputy hears when it is over."""
    number = asked(world)
    with world.db.write() as session:
        call = session.get_one(Commitment, number)
        soon = re_promise(
            session,
            world.policy,
            call,
            WED + timedelta(minutes=4),
            "customer-asked",
            "Subito.",
            now=WED,
            actor="A-2",
        ).id
    at(world, 18, 9)
    at(world, 18, 9, 4)
    assert sorted(told(world)) == ["a-1", "a-2"], "nobody twice"
    [half] = [
        row
        for row in world.follow_ups("commitment-notice")
        if row.subject_id == soon and row.step.startswith("half")
    ]
    assert (half.state, half.reason) == ("skipped", "told the same person just now")


def test_a_managers_rung_stands_in_the_digest_of_every_working_day_and_then_the_director_hears(
    world: World,
) -> None:
    number = asked(world)
    for day in (18, 19, 20, 21, 22, 23, 24, 25):
        for hour in (9, 14):
            at(world, day, hour)
    assert len(world.mailer.to("m-1@casa.example")) == 4, "Thursday to Tuesday morning; then the director"
    assert len(world.mailer.to("d-1@casa.example")) == 2, "Tuesday and Wednesday, and on until it is closed"
    assert owed(world, number).level == "director"
    causes = [cause for event, cause in history(world, number) if event == "escalated"]
    assert causes[-4:] == ["manager:manager", "manager:manager#2", "manager:manager#3", "director:director"]


def test_b04_an_acknowledgement_delays_nobody_above_and_lapses_upwards(world: World) -> None:
    number = asked(world)
    world.escalate()
    due = owed(world, number).due_at
    until = WED.replace(hour=12)
    act(
        world,
        number,
        lambda session, one: (
            ladder.acknowledge(session, world.policy, one, until, now=WED, actor="A-1") and None
        ),
    )
    at(world, 18, 11, 59)
    assert told(world) == ["a-1"]
    at(world, 18, 12)
    assert told(world) == ["a-1", "a-2"], "when it lapses the next level hears, four hours before its time"
    assert owed(world, number).due_at == due
    at(world, 19, 14)
    assert "m-1" in told(world), "the manager's rung stands where it stood"


def test_b04_a_seller_can_neither_mute_nor_delay(world: World) -> None:
    number = asked(world)
    with world.db.write() as session, pytest.raises(ValueError, match="a seller cannot put a matter off"):
        ladder.snooze(
            session,
            world.policy,
            session.get_one(Commitment, number),
            WED.replace(day=25),
            "dopo le ferie",
            now=WED,
            actor="S-1",
        )
    before = rungs_of(world, number)
    act(
        world,
        number,
        lambda session, one: (
            ladder.acknowledge(session, world.policy, one, WED.replace(day=30), now=WED, actor="S-1") and None
        ),
    )
    after = rungs_of(world, number)
    assert all(after[step] <= before[step] for step in before if step.partition(":")[2] != "owner")


def test_a_rest_has_a_reason_an_end_and_a_limit_and_a_question_ends_it(world: World) -> None:
    number = asked(world)
    before = rungs_of(world, number)

    def rest(session: Session, one: Commitment) -> None:
        now = world.clock.now()
        ladder.snooze(session, world.policy, one, now.replace(day=25), "in ferie", now=now, actor="A-1")

    act(world, number, rest)
    at(world, 20)
    assert told(world) == []
    world.hear(Answer("r-1", 1, "fine", "mail", world.clock.now(), text="Grazie, tutto bene!"))
    at(world, 20, 9, 2)
    assert told(world) == [], "thanks let it rest"
    world.hear(Answer("r-2", 1, "message", "mail", world.clock.now(), text="Quando venite?", asks=Asks.OWNER))
    at(world, 20, 9, 4)
    assert "a-1" in told(world)
    assert ("woken", "the customer asks") in history(world, number)
    act(world, number, rest)
    with pytest.raises(ValueError, match="put off 2 times already"):
        act(world, number, rest)
    assert owed(world, number).due_at == before["due:deputy"]


def test_a_rung_at_which_nobody_stands_is_skipped_logged_and_the_next_one_told_in_the_same_run(
    world: World,
) -> None:
    number = asked(world)
    with world.db.write() as session:
        for ref in ("A-1", "A-2", "M-1"):
            session.scalars(select(Staff).where(Staff.ref == ref)).one().email = None
    world.escalate()
    assert told(world) == ["d-1"], "owner, deputy and manager have no address: one run walks past all of them"
    skipped = [cause for event, cause in history(world, number) if event == "rung-skipped"]
    assert skipped == [f"nobody reachable: {level}" for level in ("owner", "deputy", "team-lead", "manager")]
    world.escalate()
    assert told(world) == ["d-1"]


def test_at_night_empty_rungs_are_skipped_at_once_and_the_next_one_is_told_when_its_hours_begin(
    world: World,
) -> None:
    asked(world)
    with world.db.write() as session:
        session.scalars(select(Staff).where(Staff.ref == "A-1")).one().email = None
    at(world, 18, 22)
    assert told(world) == []
    at(world, 19, 7)
    assert told(world) == ["a-2"]


def test_a_notice_that_no_server_takes_goes_to_the_next_rung_in_the_same_run(world: World) -> None:
    number = asked(world)
    world.mailer.answers = lambda mail: (
        Refused(550, "5.1.1 no such user", recipient=True)
        if mail.recipients[0].startswith("a-")
        else Accepted(250, "OK")
    )
    world.escalate()
    assert told(world) == ["m-1"]
    assert owed(world, number).told_id is not None


def test_no_matter_ends_in_silence_though_nobody_at_all_can_be_reached(world: World) -> None:
    number = asked(world)
    with world.db.write() as session:
        for one in session.scalars(select(Staff)):
            one.email = None
    for hour in range(9, 17):
        at(world, 18, hour)
    assert told(world) == []
    with world.db.write() as session:
        session.scalars(select(Staff).where(Staff.ref == "D-1")).one().email = "d-1@casa.example"
    for hour in range(9, 17):
        at(world, 19, hour)
    assert set(told(world)) == {"d-1"}
    assert owed(world, number).done_at is None


def test_b26_the_second_break_of_a_chain_goes_to_the_manager(world: World) -> None:
    number = asked(world)
    first_due = owed(world, number).due_at
    at(world, 19, 10)
    with world.db.write() as session:
        second = re_promise(
            session,
            world.policy,
            session.get_one(Commitment, number),
            WED.replace(day=20, hour=12),
            "overload",
            "domani a mezzogiorno",
            now=world.clock.now(),
            actor="A-1",
        ).id
    assert (owed(world, number).state, owed(world, number).due_at) == ("broken", first_due)
    world.mailer.mails.clear()
    at(world, 20, 12)
    assert "m-1" in told(world), "the manager hears when the second one is over, and not a day later"
    with world.db.write() as session:
        third = re_promise(
            session,
            world.policy,
            session.get_one(Commitment, second),
            WED.replace(day=24),
            "overload",
            "martedì",
            now=WED.replace(day=20, hour=13),
            actor="A-1",
        )
        assert (third.breaks, third.root_id) == (2, number)
    assert "asked:manager" in rungs_of(world, third.id)


def test_b12_no_new_date_without_a_reason_from_the_list(world: World) -> None:
    number = asked(world)
    with world.db.write() as session, pytest.raises(ValueError, match="choose from supplier, carrier"):
        re_promise(
            session,
            world.policy,
            session.get_one(Commitment, number),
            WED.replace(day=25),
            "boh",
            "dopo",
            now=WED,
            actor="A-1",
        )
    with world.db.write() as session, pytest.raises(ValueError, match="say in a few words"):
        fulfil(session, session.get_one(Commitment, number), "done", " ", now=WED, actor="A-1")


def test_a_complaint_starts_one_rung_up(world: World) -> None:
    with world.db.write() as session:
        factories.customer(session, "C-1")
    world.hear(Answer("r-1", 1, "rating", "page", WED, rating=1))
    with world.db.write() as session:
        made = promise(session, world.policy, 1, CommitmentKind.CALL_BACK, (Subject.CUSTOMER, 1), now=WED)
    steps = rungs_of(world, made.id)
    assert steps["half:deputy"] == datetime(2026, 3, 18, 14, tzinfo=UTC)
    assert steps["due:manager"] == made.due_at


def test_b31_a_seller_silent_on_three_promises_loses_them_to_the_deputy(world: World) -> None:
    numbers = []
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        deputy = factories.staff(session, "S-2", "seller")
        for ref in ("C-1", "C-2", "C-3"):
            customer = factories.customer(session, ref)
            made = promise(
                session,
                world.policy,
                customer.id,
                CommitmentKind.CALL_BACK,
                (Subject.CUSTOMER, customer.id),
                now=WED,
                owners=Owners(seller.id, deputy.id),
            )
            numbers.append(made.id)
    at(world, 19, 8)
    assert {owed(world, number).owner_id for number in numbers} == {seller.id}
    at(world, 19, 10)
    at(world, 19, 10, 2)
    assert {owed(world, number).owner_id for number in numbers} == {deputy.id}
    assert ("handed-over", "silent owner") in history(world, numbers[0])
    assert "s-2" in told(world)
    at(world, 19, 10, 4)
    assert {owed(world, number).owner_id for number in numbers} == {deputy.id}, "and not back again"


def test_b25_three_missed_terms_on_one_order_go_up_by_themselves(world: World) -> None:
    number = asked(world)
    for day in (19, 20):
        at(world, day, 10)
        with world.db.write() as session:
            number = re_promise(
                session,
                world.policy,
                session.get_one(Commitment, number),
                WED.replace(day=day + 1, hour=8),
                "overload",
                "domani",
                now=world.clock.now(),
                actor="A-1",
            ).id
        world.escalate()
        assert world.reasons() == []
    at(world, 21, 10)
    assert world.reasons() == ["missed-terms"]
    at(world, 21, 11)
    assert world.reasons() == ["missed-terms"]


def rungs_of(world: World, number: int) -> dict[str, datetime]:
    """The planned rungs of a promise, by step."""
    with world.db.read() as session:
        rows = session.scalars(
            select(FollowUp).where(
                FollowUp.subject_type == Subject.COMMITMENT,
                FollowUp.subject_id == number,
                FollowUp.state == "planned",
            )
        )
        return {row.step: row.due_at for row in rows}


def test_another_calendar_moves_rungs_after_a_preview_and_no_due_time(world: World) -> None:
    number = asked(world)
    due, before = owed(world, number).due_at, rungs_of(world, number)
    shorter = world.policy.model_copy(
        update={"windows": {**world.policy.windows, "staff": Window(("08:00-12:00",))}}
    )
    with world.db.write() as session:
        moved = recompute(session, shorter, apply=False)
    assert {one.step for one in moved} >= {"half:owner", "manager:manager"}
    assert rungs_of(world, number) == before, "a preview changes nothing"
    with world.db.write() as session:
        recompute(session, shorter, apply=True)
    after = rungs_of(world, number)
    assert after["half:owner"] == next(one.after for one in moved if one.step == "half:owner")
    assert after["half:owner"] != before["half:owner"]
    assert owed(world, number).due_at == due
