"""An order keyed on the wrong customer, or a customer merged into another: who is written to is read when it counts."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from deployments.web.app import build_app
from models.tables import Case, Commitment, FollowUp, Response
from tasks.importing.apply import apply_rows
from tasks.importing.rows import InvoiceRow, OrderRow
from tests import factories
from tests.fakes import plain
from tests.world import World

PAOLO, ROSA = "c-1@posta.example", "c-2@posta.example"


def keyed(world: World, customer: str, **facts: Any) -> None:
    """The company's system says whose order and invoice these are."""
    order = OrderRow(
        ref="SO-7",
        customer=customer,
        description="Divano Alba",
        currency="EUR",
        signed_at=factories.SIGNED,
        promised_on=facts.pop("promised_on", date(2026, 4, 10)),
        withdrawal_days=14,
        **facts,
    )
    invoice = InvoiceRow(
        ref="F-7",
        customer=customer,
        amount_cents=800_000,
        currency="EUR",
        issued_on=date(2026, 2, 10),
        due_on=date(2026, 3, 13),
        order="SO-7",
    )
    with world.db.write() as session:
        apply_rows(session, "orders", [order], world.clock.now(), "import:erp", policy=world.policy)
        apply_rows(session, "invoices", [invoice], world.clock.now(), "import:erp", policy=world.policy)


@pytest.fixture
def shop(world: World) -> World:
    with world.db.write() as session:
        factories.customer(session, "C-1", name="Paolo Neri")
        factories.customer(session, "C-2", name="Rosa Gallo")
    return world


def page(world: World, method: str, url: str, **form: str) -> httpx.Response:
    app = build_app(world.db, world.policy, world.links, world.clock)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pages.example") as client:
            return await client.request(method, url, data=form, follow_redirects=True)

    return asyncio.run(ask())


def links(world: World, to: str, purpose: str = "a") -> list[str]:
    found = [
        re.findall(rf"http://pages\.example/{purpose}/[\w.=-]+", plain(mail)) for mail in world.mailer.to(to)
    ]
    return [one[0] for one in found if one]


def mails_to(world: World, address: str) -> int:
    return len(world.mailer.to(address))


def test_after_the_correction_everything_goes_to_the_right_customer(shop: World) -> None:
    keyed(shop, "C-1")
    shop.sweep()
    told = mails_to(shop, PAOLO)
    assert told >= 2  # the welcome, and a reminder of 8,000 euros
    shop.clock.set(shop.clock.now() + timedelta(hours=1))
    keyed(shop, "C-2")
    shop.day_by_day(datetime(2026, 4, 13, 9, tzinfo=UTC))
    assert mails_to(shop, PAOLO) == told  # no nudge, no delay alert, no second reminder
    to_rosa = " ".join(plain(mail) for mail in shop.mailer.to(ROSA))
    assert "SO-7" in to_rosa
    assert "F-7" in to_rosa
    kinds = {row.kind for row in _contacts(shop, 2)}
    assert {"welcome-contact", "order-confirmation", "payment-reminder", "delay-alert"} <= kinds


def test_a_person_hears_at_once_what_the_wrong_one_was_told(shop: World) -> None:
    keyed(shop, "C-1")
    shop.sweep()
    keyed(shop, "C-2")
    assert "told-another" in shop.reasons()
    shop.escalate()
    said = " ".join(plain(mail) for mail in shop.mailer.to("m-1@casa.example"))
    assert "Mail andata a un'altra persona: contatto di benvenuto · C-1" in said  # what, and to whom


def test_nobody_hears_of_a_breach_where_nothing_was_sent(shop: World) -> None:
    keyed(shop, "C-1")
    keyed(shop, "C-2")
    shop.sweep()
    assert "told-another" not in shop.reasons()
    assert mails_to(shop, PAOLO) == 0


def test_the_links_of_the_wrong_one_show_no_order_and_open_nothing_of_the_right_one(shop: World) -> None:
    keyed(shop, "C-1")
    shop.sweep()
    url = links(shop, PAOLO)[0]
    assert "Divano Alba" in page(shop, "GET", url).text
    keyed(shop, "C-2")
    assert "Divano Alba" not in page(shop, "GET", url).text
    assert "SO-7" not in page(shop, "GET", f"{url}/withdraw").text
    assert page(shop, "POST", f"{url}/withdraw").status_code == 404
    assert page(shop, "POST", url, meaning="call-me", choice="call-me").status_code == 200
    with shop.db.read() as session:
        said = session.scalars(select(Response)).all()
        assert {(one.customer_id, one.order_id, one.invoice_id) for one in said} == {(1, None, None)}
        rosa = session.scalars(select(Case).where(Case.customer_id == 2)).all()
        assert [one.closed_at for one in rosa] == [None]  # of what was told to another, and of that alone
    assert shop.reasons().count("call-me") == 1


def test_what_the_wrong_one_said_of_it_decides_nothing(shop: World) -> None:
    keyed(shop, "C-1")
    shop.sweep()
    url = links(shop, PAOLO)[0]
    assert page(shop, "POST", f"{url}/withdraw").status_code == 200
    keyed(shop, "C-2")
    shop.sweep()
    assert mails_to(shop, ROSA) >= 2  # she has not withdrawn
    assert not [row for row in shop.follow_ups("withdrawal-receipt") if row.customer_id == 2]


def test_an_alarm_s_case_and_its_promise_move_along(shop: World) -> None:
    keyed(shop, "C-1", promised_on=None)
    shop.clock.set(datetime(2026, 3, 18, 13, 0, tzinfo=UTC))
    shop.sweep()
    assert shop.reasons() == ["no-promised-date"]
    keyed(shop, "C-2", promised_on=None)
    with shop.db.read() as session:
        open_cases = session.scalars(select(Case).where(Case.closed_at.is_(None))).all()
        assert [one.customer_id for one in open_cases] == [2]
        owed = session.scalars(select(Commitment).where(Commitment.done_at.is_(None))).all()
        assert {one.customer_id for one in owed} == {2}
        closed = session.scalars(select(Case).where(Case.closed_at.is_not(None))).one()
        assert (closed.customer_id, closed.outcome) == (1, "fell-away")


def test_two_rows_of_one_person_go_on_as_one(shop: World) -> None:
    """A customer merged into another row with the same address: nothing is told twice, and nobody reports a breach."""
    with shop.db.write() as session:
        factories.customer(session, "C-3", name="Paolo Neri", email=PAOLO.upper(), billing_email=None)
    keyed(shop, "C-1")
    shop.sweep()
    told, url = mails_to(shop, PAOLO), links(shop, PAOLO)[0]
    keyed(shop, "C-3")
    shop.sweep()
    assert mails_to(shop, PAOLO) == told
    assert mails_to(shop, PAOLO.upper()) == 0
    assert "Divano Alba" in page(shop, "GET", url).text
    assert shop.reasons() == []


def _contacts(world: World, customer_id: int) -> list[FollowUp]:
    with world.db.read() as session:
        query = select(FollowUp).where(FollowUp.customer_id == customer_id, FollowUp.sent_at.is_not(None))
        return list(session.scalars(query))
