"""A role holds on every door, and every name and reason that is asked for is shown; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.queries.cases import dossier as dossiers
from models.queries.people import people
from models.rules.cases.acting import ActError
from models.tables import Commitment, Order, Staff
from models.words import CommitmentKind
from tasks.cases.holds import hold_customer, release_customer, stop_delay_alerts
from tasks.commitments import actions
from tasks.commitments.actions import Owing
from tasks.commitments.close import promise
from tasks.mails.timeline_words import happened
from tasks.responses.by_staff import RecordingError, Spoken, record
from tests import factories
from tests.fakes import plain
from tests.world import World


@pytest.fixture
def sold(world: World) -> World:
    """S-1 sold N-2 to Lucia; S-2 sells, too, but not to her."""
    with world.db.write() as session:
        other = factories.staff(session, "S-2", "seller")
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        lucia = factories.customer(session, "K-7")
        factories.order(session, lucia, "N-2", seller_id=seller.id)
        assert other.id
    return world


def _staff(world: World, ref: str) -> Staff:
    with world.db.read() as session:
        return session.scalars(select(Staff).where(Staff.ref == ref)).one()


def _act(world: World, owed_id: int, ref: str, do: str, *words: object) -> object:
    with world.db.write() as session:
        owed = session.get_one(Commitment, owed_id)
        by = session.scalars(select(Staff).where(Staff.ref == ref)).one()
        owing = Owing(session, world.policy, owed, by, world.clock.now())
        return getattr(actions, do)(owing, *words)


def test_b04_whoever_sold_neither_holds_nor_stops_what_is_about_the_own_sale(sold: World) -> None:
    until = sold.clock.now() + timedelta(days=20)
    with pytest.raises(ValueError, match="after-sale or a manager"):
        hold_customer(sold.services, 1, "S-1", "Preferisco aspettare.", until)
    with pytest.raises(ValueError, match="after-sale or a manager"):
        stop_delay_alerts(sold.services, "N-2", "S-1", "Glielo dico io.", until)
    hold_customer(sold.services, 1, "S-2", "Lutto in famiglia.", until)


def test_where_nobody_else_works_it_is_allowed_and_shown(sold: World) -> None:
    with sold.db.write() as session:
        for one in session.scalars(select(Staff).where(Staff.role != "seller")):
            one.active = False
    hold_customer(sold.services, 1, "S-1", "Lutto in famiglia.", sold.clock.now() + timedelta(days=3))
    with sold.db.read() as session:
        told = dossiers.of_customer(session, 1, sold.clock.now())
        assert told is not None
        [event] = [one for one in told.events if one.what == "act-held"]
        assert (event.kind, event.text) == ("S-1", "Lutto in famiglia.")


def test_b04_all_is_well_about_an_own_sale_is_for_somebody_else_to_record(sold: World) -> None:
    fine = Spoken("r-1", "N-2", "Tutto bene.", "S-1", rating=5)
    with sold.db.write() as session:
        with pytest.raises(RecordingError, match="whoever sold"):
            record(session, sold.policy, fine, sold.clock.now())
        bad = Spoken("r-2", "N-2", "È arrabbiata.", "S-1", rating=1)
        assert "manager" in record(session, sold.policy, bad, sold.clock.now())
        assert "recorded" in record(
            session, sold.policy, Spoken("r-3", "N-2", "Bene.", "A-1"), sold.clock.now()
        )


def test_nobody_who_sells_promises_anew_or_waves_away_what_a_colleague_owes(sold: World) -> None:
    now = sold.clock.now()
    with sold.db.write() as session:
        anna = next(one.id for one in people(session) if one.role == "after-sale")
        owed = promise(session, sold.policy, 1, CommitmentKind.CALL_BACK, ("order", 1), now=now)
        owed.owner_id = anna
        owed_id = owed.id
    later = now + timedelta(days=2)
    for do, words in (
        ("promise_anew", (later, "customer-asked", "Va bene dopodomani.")),
        ("close", ("nothing-needed", "Ci ho pensato io.")),
    ):
        with pytest.raises(ActError, match=r"for after-sale (and managers|or a manager)"):
            _act(sold, owed_id, "S-1", do, *words)
    with sold.db.write() as session:
        session.get_one(Commitment, owed_id).owner_id = _staff(sold, "S-1").id
    assert _act(sold, owed_id, "S-1", "close", "called", "L'ho richiamata, tutto chiaro.")


def test_every_act_stands_in_the_one_story_with_who_and_why(sold: World) -> None:
    now = sold.clock.now()
    with sold.db.write() as session:
        owed_id = promise(session, sold.policy, 1, CommitmentKind.CALL_BACK, ("order", 1), now=now).id
    _act(sold, owed_id, "A-1", "take")
    _act(sold, owed_id, "A-1", "snooze", now + timedelta(days=2), "In ferie fino a lunedì.")
    _act(sold, owed_id, "A-1", "hand_over", "A-2", "La conosce meglio.")
    hold_customer(sold.services, 1, "A-1", "In ospedale.", now + timedelta(days=9))
    release_customer(sold.services, 1, "M-1", "È tornata a casa.")
    with sold.db.read() as session:
        told = dossiers.of_customer(session, 1, now)
        assert told is not None
        staff = {one.id: one for one in session.scalars(select(Staff))}
        story = [happened(one, "it", staff).sentence for one in told.events]
    for name, why in (
        ("Anna Bianchi", "In ferie fino a lunedì."),
        ("Anna Bianchi", "La conosce meglio."),
        ("Anna Bianchi", "In ospedale."),
        ("Marco Conti", "È tornata a casa."),
    ):
        assert any(name in line and why in line for line in story), (name, why, story)


def test_b09_each_hold_and_stop_is_told_to_the_manager_with_name_reason_and_end(sold: World) -> None:
    until = sold.clock.now() + timedelta(days=20)
    stop_delay_alerts(sold.services, "N-2", "A-1", "Il cliente è in viaggio.", until)
    sold.clock.set(sold.clock.now() + timedelta(days=1))
    sold.escalate()
    told = " ".join(plain(mail) for mail in sold.mailer.to("m-1@casa.example"))
    for words in ("N-2", "Anna Bianchi", "Il cliente è in viaggio.", "7 aprile"):
        assert words in told, words


def test_b31_two_silent_colleagues_who_stand_in_for_each_other_do_not_swap(sold: World) -> None:
    now = sold.clock.now()
    with sold.db.write() as session:
        anna, ewa = (
            session.scalars(select(Staff).where(Staff.ref == ref)).one().id for ref in ("A-1", "A-2")
        )
        for number in range(6):
            customer = factories.customer(session, f"C-{number}")
            owed = promise(
                session,
                sold.policy,
                customer.id,
                CommitmentKind.CALL_BACK,
                ("customer", customer.id),
                now=now,
            )
            owed.owner_id, owed.deputy_id = (anna, ewa) if number % 2 else (ewa, anna)
    sold.clock.set(now + timedelta(days=2))
    sold.escalate()
    manager = _staff(sold, "M-1").id
    assert {one.owner_id for one in sold.promises(CommitmentKind.CALL_BACK)} == {manager}
    assert all(one.deputy_id != one.owner_id for one in sold.promises(CommitmentKind.CALL_BACK))


def test_who_is_named_as_the_own_deputy_has_somebody_else_behind(sold: World) -> None:
    with sold.db.write() as session:
        for one in session.scalars(select(Staff)):
            one.deputy_id = one.id
        customer = factories.customer(session, "C-7")
        order = factories.order(session, customer, "N-7")
        promise(
            session,
            sold.policy,
            customer.id,
            CommitmentKind.CALL_BACK,
            ("order", order.id),
            now=sold.clock.now(),
        )
    sold.sweep("welcome-contact")
    [owed] = sold.promises(CommitmentKind.CALL_BACK)
    assert owed.deputy_id not in {None, owed.owner_id}
    with sold.db.read() as session:
        named = session.scalars(select(Order).where(Order.ref == "N-7")).one()
        assert named.deputy_id not in {None, named.owner_id}
