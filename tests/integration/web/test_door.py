"""What stands in the Prefect UI leads to a page that tells nothing, and mails the link to the manager."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.tables import History
from models.words import CaseReasonKind, Outcome, Subject
from tasks.cases.open_case import open_case
from tasks.mails.links import door
from tasks.runtime.clock import SetClock
from tests import factories
from tests.visitor import SITE, Visitor
from tests.world import World


@pytest.fixture
def visitor(world: World) -> Visitor:
    return Visitor(world.db, world.policy, world.clock)


def a_case(world: World) -> int:
    """A customer wants to be called, and the manager was told."""
    with world.db.write() as session:
        customer = factories.customer(session)
        about = (Subject.CUSTOMER, customer.id)
        case = open_case(
            session,
            world.policy,
            customer.id,
            CaseReasonKind.CALL_ME,
            about,
            now=world.clock.now(),
            actor="customer",
        )
    world.escalate()
    return case.id


def later(clock: SetClock, hours: int) -> None:
    clock.set(clock.now() + timedelta(hours=hours))


def test_looking_changes_nothing_and_tells_nothing(world: World, visitor: Visitor) -> None:
    number = a_case(world)
    before = visitor.dump()
    page, other = visitor.open(door(SITE, number)), visitor.open(door(SITE, number + 77))
    visitor.open(door(SITE, number), "HEAD")
    assert visitor.dump() == before
    assert page.status_code == other.status_code == 200
    assert page.text == other.text.replace(f"{number + 77}", f"{number}"), (
        "nobody learns which cases there are"
    )
    assert "Giulia" not in page.text
    assert "/c/" not in page.text


def test_a_press_mails_the_link_to_the_manager_once_an_hour(world: World, visitor: Visitor) -> None:
    number = a_case(world)
    assert len(world.mailer.mails) == 1
    for _ in range(3):
        assert visitor.press(door(SITE, number)).status_code == 200
        world.escalate()
    assert len(world.mailer.mails) == 2
    assert world.mailer.mails[1].recipients[0] == "m-1@casa.example"
    later(world.clock, 1)
    visitor.press(door(SITE, number))
    world.escalate()
    assert len(world.mailer.mails) == 3
    with world.db.read() as session:
        told = session.scalars(select(History.event).where(History.event == "escalated")).all()
    assert len(told) == 1, "asking for the link is no escalation"


def test_a_closed_case_and_a_wrong_number_bring_no_mail(world: World, visitor: Visitor) -> None:
    number = a_case(world)
    later(world.clock, 1)
    world.close_case("a visit on Monday", Outcome.AGREED)
    for wrong in (number, number + 77):
        assert visitor.press(door(SITE, wrong)).status_code == 200
    for nonsense in ("0", "9" * 40, "-1", "x", "1/2"):
        assert visitor.press(f"{SITE}/case/{nonsense}").status_code in {200, 404}
    world.escalate()
    assert len(world.mailer.mails) == 1


def test_a_machine_that_presses_every_button_does_not_drown_the_manager(
    world: World, visitor: Visitor
) -> None:
    with world.db.write() as session:
        numbers = [
            open_case(
                session,
                world.policy,
                customer.id,
                CaseReasonKind.CALL_ME,
                (Subject.CUSTOMER, customer.id),
                now=world.clock.now(),
                actor="customer",
            ).id
            for customer in (factories.customer(session, f"C-{number}") for number in range(30))
        ]
    world.escalate()
    told = len(world.mailer.mails)
    for number in numbers:
        visitor.press(door(SITE, number))
    world.escalate()
    assert len(world.mailer.mails) == told + 20
