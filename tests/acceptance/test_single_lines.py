"""Behaviours that hang on one line of the program or the policy: each of these lines was broken once, and seen here."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from models.languages import CODES
from models.queries import facts
from models.tables import Case, Commitment, Inbound, Staff
from models.words import CommitmentKind, InboundState, Outcome, ParkedFor, Subject
from tasks.cases.holds import hold_customer, stop_delay_alerts
from tasks.commitments.close import fulfil, promise
from tasks.commitments.make import Owners
from tasks.escalation.call_list import call_list
from tasks.mailboxes.parking import park
from tasks.mails.labels import label
from tasks.responses.record import Answer
from tests import factories
from tests.world import World

ROUTINE = {
    "it": "secondo una regola uguale per tutti. Non è un giudizio sul lavoro di nessuno",
    "pl": "według zasady jednakowej dla wszystkich. Nie jest oceną niczyjej pracy",
    "en": "by a rule that is the same for everybody. It judges nobody's work",
    "de": "nach einer Regel, die für alle gleich ist. Sie bewertet niemandes Arbeit",
}
"""What every text says that goes up (B07); whoever rewrites one reads it here once more."""


def _customers(world: World, *refs: str) -> list[int]:
    with world.db.write() as session:
        return [factories.customer(session, ref).id for ref in refs]


def _ranked(world: World) -> list[str]:
    return [str(row["customer"]) for row in call_list(world.db, world.policy, world.clock.now())]


def _staff(world: World, ref: str) -> int:
    with world.db.read() as session:
        return session.scalars(select(Staff.id).where(Staff.ref == ref)).one()


def _all_due_at(world: World, due_at: datetime) -> None:
    with world.db.write() as session:
        session.execute(update(Commitment).values(due_at=due_at))


# --- B10: by the hour promised, then by harm, then by waiting ---------------------------------------------------------


def test_b10_of_two_calls_due_at_one_hour_the_customer_who_complains_comes_first(world: World) -> None:
    first, second = _customers(world, "C-1", "C-2")
    with world.db.write() as session:
        promise(
            session, world.policy, first, CommitmentKind.PHONE, ("customer", first), now=world.clock.now()
        )
    world.clock.set(world.clock.now() + timedelta(hours=1))
    world.hear(Answer("r", second, "rating", "page", world.clock.now(), rating=1))
    _all_due_at(world, world.clock.now() + timedelta(hours=3))
    assert _ranked(world) == ["C-2", "C-1"]


def test_b10_of_two_alike_whoever_has_waited_longer_comes_first(world: World) -> None:
    ids = _customers(world, "C-1", "C-2")
    for customer_id, hours in zip(reversed(ids), (0, 2), strict=True):
        world.clock.set(world.clock.now() + timedelta(hours=hours))
        with world.db.write() as session:
            about = (Subject.CUSTOMER, customer_id)
            promise(session, world.policy, customer_id, CommitmentKind.PHONE, about, now=world.clock.now())
    _all_due_at(world, world.clock.now() + timedelta(hours=3))
    assert _ranked(world) == ["C-2", "C-1"]


# --- B29: the window of the order -------------------------------------------------------------------------------------


def test_b29_the_alarm_rings_within_the_window_of_the_order_and_not_of_every_order(world: World) -> None:
    with world.db.write() as session:
        for days in (14, 30, 60):
            customer = factories.customer(session, f"C-{days}")
            factories.order(session, customer, f"SO-{days}", withdrawal_days=days)
    world.sweep("welcome-contact")
    rings = {row.subject_id: row.owed_at.date() for row in world.follow_ups("welcome-missing")}
    assert rings == {1: date(2026, 3, 23), 2: date(2026, 3, 31), 3: date(2026, 4, 15)}


# --- B34: a mail of a known customer ----------------------------------------------------------------------------------


def test_b34_what_is_parked_of_a_known_customer_has_an_owner_and_a_clock_at_once(world: World) -> None:
    [customer_id] = _customers(world, "C-1")
    now = world.clock.now()
    with world.db.write() as session:
        mail = Inbound(
            identity="i",
            digest="d",
            size_bytes=1,
            received_at=now,
            recorded_at=now,
            sender="c-1@posta.example",
            sender_name="",
            subject="Domanda",
            verdict="doubtful",
            why="",
            state=InboundState.OWNED,
            customer_id=customer_id,
            words="A che ora?",
            quoted="",
            attachments=[],
        )
        session.add(mail)
        session.flush()
        park(session, world.policy, mail, ParkedFor.DOUBTFUL, now)
        owner = mail.owner_id
    [owed] = world.promises(CommitmentKind.MAIL)
    assert owner is not None
    assert (owed.owner_id, owed.customer_id) == (owner, customer_id)
    assert owed.deputy_id not in {None, owner}
    assert owed.due_at > now
    world.escalate()
    assert any(mail.recipients[0].endswith("@casa.example") for mail in world.mailer.mails)


# --- B25: the pattern of an owner -------------------------------------------------------------------------------------


def test_b25_an_owner_who_missed_several_terms_is_no_longer_the_only_one_who_knows(world: World) -> None:
    now, owners = world.clock.now(), Owners(_staff(world, "A-1"), _staff(world, "A-2"))
    ids = _customers(world, "C-1", "C-2", "C-3")
    with world.db.write() as session:
        made = [
            promise(
                session,
                world.policy,
                one,
                CommitmentKind.CALL_BACK,
                ("customer", one),
                now=now,
                due_at=now + timedelta(hours=2),
                owners=owners,
            ).id
            for one in ids
        ]
    later = now + timedelta(hours=2, minutes=10)
    world.clock.set(later)
    with world.db.write() as session:
        for number in made[:2]:  # both too late, and settled; one is still open
            owed = session.get_one(Commitment, number)
            fulfil(session, owed, "called", "Sentito.", now=later, actor="A-1")
    world.escalate()
    with world.db.read() as session:
        assert session.get_one(Commitment, made[2]).level == "manager"


# --- B13: news a month before -----------------------------------------------------------------------------------------


def test_b13_who_waits_for_long_hears_a_month_before_and_a_week_before(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=date(2026, 5, 29))
    for day in (datetime(2026, 4, 29, 9, tzinfo=UTC), datetime(2026, 5, 22, 9, tzinfo=UTC)):
        world.clock.set(day)
        world.sweep("welcome-contact")
    told = [(row.step, row.state) for row in world.follow_ups("progress-update")]
    assert told == [("a-month-before:2026-05-29", "sent"), ("a-week-before:2026-05-29", "sent")]


# --- B07: routine -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", CODES)
def test_b07_that_it_is_routine_stands_in_words_of_each_language(language: str) -> None:
    assert ROUTINE[language] in label(language, "case.routine")


# --- B09: a stop takes a name, a reason and an end --------------------------------------------------------------------


def test_b09_no_hold_and_no_stop_without_a_reason_or_without_an_end_to_be_seen(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    now = world.clock.now()
    for reason, until, wrong in (
        (" ", now + timedelta(days=3), "say why"),
        ("In viaggio.", now - timedelta(minutes=1), "has passed"),
        ("In viaggio.", now + timedelta(days=3650), "at most"),
    ):
        with pytest.raises(ValueError, match=wrong):
            stop_delay_alerts(world.services, "SO-1", "A-1", reason, until)
        with pytest.raises(ValueError, match=wrong):
            hold_customer(world.services, 1, "A-1", reason, until)


# --- B06: nobody listened to whom nobody reached ----------------------------------------------------------------------


def test_b06_who_was_not_reached_was_not_listened_to(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.invoice(session, customer, due_on=date(2026, 2, 20))
    world.sweep("credit-recovery")
    world.clock.set(world.clock.now() + timedelta(hours=2))
    if not world.reasons():
        world.sweep("credit-recovery")
    assert world.reasons() == ["listening-call"]
    world.close_case("Non risponde nessuno.", Outcome.NOT_REACHED)
    with world.db.read() as session:
        assert facts.called(session, [1]) == {}
        case = session.scalars(select(Case)).one()
    assert (case.closed_at, case.outcome) == (None, None)
    with world.db.write() as session:  # as an earlier version closed it
        session.execute(
            update(Case).values(closed_at=world.clock.now(), outcome=Outcome.NOT_REACHED, manager_id=None)
        )
        assert facts.called(session, [1]) == {}
