"""Where nobody but sellers works they do everything, and the story says who; whoever sold mutes nothing otherwise."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.rules.cases.acting import ActError
from models.tables import Case, Commitment, Order, Staff
from models.words import CommitmentKind
from tasks.cases import actions as on_cases
from tasks.cases.actions import Acting
from tasks.cases.holds import hold_customer
from tasks.commitments import actions
from tasks.commitments.actions import Owing
from tasks.commitments.close import promise
from tasks.responses.by_staff import RecordingError, Spoken, record
from tasks.responses.record import Answer
from tasks.sending.suppressions import suppress_by_hand
from tests import factories
from tests.visitor import Visitor
from tests.world import World


@pytest.fixture
def sold(world: World) -> World:
    """S-1 sold N-2 to Lucia, who complains."""
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        factories.order(session, factories.customer(session, "K-7"), "N-2", seller_id=seller.id)
    world.hear(Answer("r", 1, "rating", "page", world.clock.now(), order_id=1, rating=1, text="Ante rotte."))
    return world


def _only_the_seller(world: World) -> Staff:
    with world.db.write() as session:
        for one in session.scalars(select(Staff).where(Staff.role != "seller")):
            one.active = False
        return session.scalars(select(Staff).where(Staff.ref == "S-1")).one()


def test_who_works_alone_closes_the_own_case_and_its_page_offers_it(sold: World) -> None:
    seller = _only_the_seller(sold)
    visitor = Visitor(sold.db, sold.policy, sold.clock)
    page = visitor.open(visitor.case_link(1, seller.id)).text
    assert 'value="only-listened"' in page
    with sold.db.write() as session:
        acting = Acting(
            session,
            sold.policy,
            session.scalars(select(Case)).one(),
            session.get_one(Staff, seller.id),
            sold.clock.now(),
        )
        assert on_cases.close(acting, "only-listened", "L'ho ascoltata.")
    assert seller.name in visitor.open(visitor.case_link(1, seller.id)).text


def test_b04_on_every_door_whoever_sold_leaves_muting_to_others(sold: World) -> None:
    until = sold.clock.now() + timedelta(days=9)
    with sold.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        owed = promise(session, sold.policy, 1, CommitmentKind.CALL_BACK, ("order", 1), now=sold.clock.now())
        owed.owner_id = seller.id
        owing = Owing(session, sold.policy, owed, seller, sold.clock.now())
        with pytest.raises(ActError) as refused:
            actions.close(owing, "nothing-needed", "Ci penso io.")
        assert refused.value.code == "own-sale"
        assert actions.close(owing, "called", "L'ho richiamata.")  # what was done settles one's own
        for said in (
            Spoken("a", "N-2", "Tutto bene.", "S-1", rating=5),
            Spoken("b", "N-2", "Paga dopo.", "S-1", pays_on=(sold.clock.now() + timedelta(days=5)).date()),
        ):
            with pytest.raises(RecordingError, match="whoever sold"):
                record(session, sold.policy, said, sold.clock.now())
    with pytest.raises(ActError, match="after-sale or a manager"):
        suppress_by_hand(sold.services, "K-7", "main", "Non vuole mail.", "S-1")
    with pytest.raises(ActError, match="after-sale or a manager"):
        hold_customer(sold.services, 1, "S-1", "Aspettiamo.", until)


def test_a_manager_who_sold_it_leaves_it_to_somebody_else_too(sold: World) -> None:
    with sold.db.write() as session:
        manager = session.scalars(select(Staff).where(Staff.ref == "M-1")).one()
        session.scalars(select(Order)).one().seller_id = manager.id
    with pytest.raises(ActError, match="after-sale or a manager"):
        hold_customer(sold.services, 1, "M-1", "Aspettiamo.", sold.clock.now() + timedelta(days=9))
    with sold.db.write() as session:
        for one in session.scalars(select(Staff).where(Staff.role != "seller", Staff.ref != "M-1")):
            one.active = False
    hold_customer(sold.services, 1, "M-1", "Aspettiamo.", sold.clock.now() + timedelta(days=9))


def test_no_seller_agrees_for_a_colleague_and_an_appointment_is_set_by_whoever_comes(sold: World) -> None:
    later = actions.Agreement(sold.clock.now() + timedelta(days=9))
    with sold.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        for kind in (CommitmentKind.CALL_BACK, CommitmentKind.SET_APPOINTMENT):
            promise(session, sold.policy, 1, kind, ("order", 1), now=sold.clock.now())
        calls, days = (
            session.scalars(select(Commitment).where(Commitment.kind == kind)).one()
            for kind in (CommitmentKind.CALL_BACK, CommitmentKind.SET_APPOINTMENT)
        )
        with pytest.raises(ActError) as refused:
            actions.close(
                Owing(session, sold.policy, calls, seller, sold.clock.now()),
                "agreed",
                "Più avanti.",
                following=later,
            )
        assert refused.value.code == "not-yours"
        for mutes in (
            actions.take,
            lambda owing: actions.hand_over(owing, "S-1", "Mio."),
        ):
            with pytest.raises(ActError) as refused:
                mutes(Owing(session, sold.policy, calls, seller, sold.clock.now()))
            assert refused.value.code == "not-yours"
        assert actions.close(
            Owing(session, sold.policy, days, seller, sold.clock.now()),
            "appointment-set",
            "Vengo io.",
            following=later,
        )
    [made] = sold.promises(CommitmentKind.APPOINTMENT)
    assert made.owner_id == seller.id
