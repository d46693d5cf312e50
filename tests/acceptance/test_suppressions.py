"""Whether an address is dead is one question with one answer, and a person has the last word."""

from pathlib import Path

import pytest

from models.queries.sending import suppressions as queries
from models.rules.sending.answers import Accepted, Refused
from models.tables import Customer
from tasks.sending import suppressions
from tests import factories
from tests.inbox import Inbox, welcome
from tests.world import World


def dead(world: World) -> list[str]:
    with world.db.read() as session:
        return [one.address for one in queries.standing(session)]


@pytest.fixture
def billed(world: World) -> World:
    """A customer with an order, whose bills go to another address."""
    with world.db.write() as session:
        customer = factories.customer(session)
        customer.billing_email = "Bills@casa-rossi.example"
        factories.order(session, customer)
        factories.invoice(session, customer)
    return world


def test_a_dead_billing_address_says_nothing_of_the_main_one(billed: World) -> None:
    gone = Refused(550, "5.1.1 no such user", recipient=True)
    billed.mailer.answers = lambda mail: gone if "Bills" in mail.recipients[0] else Accepted(250, "OK")
    billed.sweep("credit-recovery", "welcome-contact")
    assert {mail.recipients[0] for mail in billed.mailer.mails} == {"c-1@posta.example"}
    assert dead(billed) == ["bills@casa-rossi.example"]


def test_two_customers_with_one_dead_address_are_both_left_alone(billed: World) -> None:
    with billed.db.write() as session:
        twin = factories.customer(session, "C-2")
        twin.email = "C-1@posta.example"
        factories.order(session, twin, "SO-2")
        customer = session.get_one(Customer, 1)
        suppressions.suppress(session, customer, "c-1@posta.example", "5.1.1", billed.clock.now(), "x")
    billed.sweep("welcome-contact")
    assert billed.mailer.mails == []


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "5.3.4"])
def test_a_mail_that_came_back_for_what_may_pass_kills_no_address(
    world: World, tmp_path: Path, status: str
) -> None:
    inbox = Inbox(world, tmp_path)
    inbox.bounce(welcome(world), status)
    assert inbox.collect().sentence() == "1 read: 1 bounce (1 soft)"
    assert dead(world) == []


@pytest.mark.parametrize("said", ["5.7.1 Unable to relay", "sending rate limit exceeded", "5.2.2 full"])
def test_what_a_server_says_of_us_or_the_moment_kills_no_address(billed: World, said: str) -> None:
    billed.mailer.answers = lambda _mail: Refused(550, said, recipient=True)
    billed.sweep("welcome-contact")
    assert dead(billed) == []


def test_a_person_sees_why_an_address_is_dead_and_lifts_it(billed: World) -> None:
    billed.mailer.answers = lambda _mail: Refused(550, "5.1.1 no such user", recipient=True)
    billed.sweep("welcome-contact")
    [(one, ref)] = suppressions.standing(billed.services)
    assert (one.why, ref) == ("550 5.1.1 no such user", "C-1")
    billed.mailer.answers = lambda _mail: Accepted(250, "OK")
    said = suppressions.lift_by_hand(billed.services, "C-1", "main", "he wrote from there", "A-1")
    assert said == "mails go to the main address of C-1 again"
    assert dead(billed) == []


@pytest.mark.parametrize(
    ("ref", "which", "reason", "by", "wrong"),
    [
        ("C-9", "main", "gone", "A-1", "no customer"),
        ("C-1", "third", "gone", "A-1", "main, billing, certified"),
        ("C-1", "main", " ", "A-1", "say why"),
        ("C-1", "main", "gone", "Z-9", "nobody here"),
    ],
)
def test_what_is_wrong_with_a_suppression_by_hand_is_said_and_nothing_done(
    billed: World, ref: str, which: str, reason: str, by: str, wrong: str
) -> None:
    with pytest.raises(ValueError, match=wrong):
        suppressions.suppress_by_hand(billed.services, ref, which, reason, by)
    assert dead(billed) == []
