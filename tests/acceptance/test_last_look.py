"""Between claim and mail the facts may change: they are looked at again in the transaction that marks each window."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from models.rules.sending.answers import Accepted, Answer
from models.tables import Customer, Invoice
from tasks.smtp.transaction import Mail
from tests import factories
from tests.fakes import plain
from tests.world import World

MANY = 100
"""More than a window."""


def paid(session: Session) -> None:
    session.execute(
        update(Invoice).where(Invoice.ref == "F-99").values(paid_at=datetime.now(UTC), to_plan=True)
    )


def moved_house(session: Session) -> None:
    session.execute(update(Customer).where(Customer.ref == "C-99").values(email="nuovo@posta.example"))


def partly_paid(session: Session) -> None:
    session.execute(update(Invoice).where(Invoice.ref == "F-99").values(open_cents=12_300, to_plan=True))


def after_the_first(world: World, change: Callable[[Session], None]) -> Callable[[Mail], Answer]:
    """A mail server in whose first answer the facts change."""
    done: list[bool] = []

    def answer(_mail: Mail) -> Answer:
        if not done:
            done.append(True)
            with world.db.write() as session:
                change(session)
        return Accepted(250, "OK")

    return answer


@pytest.fixture
def shop(world: World) -> World:
    with world.db.write() as session:
        for number in range(MANY):
            customer = factories.customer(session, f"C-{number}")
            factories.invoice(session, customer, f"F-{number}")
    return world


def last_of(world: World) -> list[str]:
    return [plain(mail) for mail in world.mailer.mails if "F-99" in plain(mail)]


def test_who_pays_between_claim_and_mail_gets_none(shop: World) -> None:
    shop.mailer.answers = after_the_first(shop, paid)
    shop.sweep("credit-recovery")
    assert last_of(shop) == []
    assert len(shop.mailer.mails) == MANY - 1
    row = next(one for one in shop.follow_ups("payment-reminder") if one.subject_id == MANY)
    assert (row.state, row.reason) == ("skipped", "paid")


def test_who_moves_between_claim_and_mail_gets_it_at_the_new_address(shop: World) -> None:
    shop.mailer.answers = after_the_first(shop, moved_house)
    shop.sweep("credit-recovery")
    assert len(shop.mailer.to("nuovo@posta.example")) == 1
    assert len(shop.mailer.to("c-99@posta.example")) == 0


def test_a_letter_asks_for_what_is_open_when_it_goes(shop: World) -> None:
    shop.mailer.answers = after_the_first(shop, partly_paid)
    shop.sweep("credit-recovery")
    [text] = last_of(shop)
    assert "123,00" in text
