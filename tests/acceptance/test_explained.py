"""Nothing is written that nobody sees: what happens and why, in words; a mail before it goes; one contact sent now."""

import asyncio
from datetime import UTC, date, datetime

import pytest

from flows.sweeping import sweep
from models.tables import Base
from tasks.cases.holds import hold_customer
from tasks.sending import explain
from tasks.sending.send_now import bring_forward
from tasks.sending.sweep_report import Scope
from tests import factories
from tests.fakes import plain
from tests.recovery import import_invoice
from tests.world import World

GIULIA = "c-1@posta.example"


@pytest.fixture
def shop(world: World) -> World:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    return world


def said(world: World, ref: str) -> str:
    with world.db.read() as session:
        return "\n".join(explain.explain(session, world.policy, ref, world.clock.now()))


def rows(world: World) -> int:
    return sum(world.count(mapper.class_) for mapper in Base.registry.mappers)


async def _send(world: World, kind: str, *, at_any_hour: bool = False) -> None:
    now = world.clock.now()
    one = bring_forward(world.services, kind, "SO-1", "A-1", "parte domani", now=now)
    scope = Scope(one.sweep, now, frozenset({one.customer_id}), frozenset({kind}), at_any_hour=at_any_hour)
    await sweep(world.services, scope)


def test_what_happened_and_what_will_is_said_with_its_reason(shop: World) -> None:
    import_invoice(shop, "F-1", disputed_at=shop.clock.now())
    shop.sweep()
    text = said(shop, "C-1")
    assert "customer C-1: it, IT" in text
    assert "SO-1 welcome-contact, welcome: sent 2026-03-18 10:00, an answer is awaited until" in text
    assert "SO-1 progress-update, a-week-before: planned for 2026-04-03 08:30" in text
    assert "F-1 payment-reminder, friendly: held: this invoice is disputed" in text
    assert "invoice F-1 of C-1: open, due 2026-03-13" in said(shop, "F-1")
    assert "order SO-1 of C-1: open, promised 2026-04-10, told last 2026-04-10" in said(shop, "SO-1")
    assert "owed: delivery, by 2026-04-10\n" in text + "\n", "a day, and no midnight after it"
    assert GIULIA not in text
    with pytest.raises(ValueError, match="nobody and nothing here has the reference X-9"):
        said(shop, "X-9")


def test_a_preview_shows_the_mail_as_it_would_go_and_writes_nothing(shop: World) -> None:
    before = rows(shop)
    found = explain.preview(shop.services, shop.services.composer, "delay-alert", "C-1", shop.clock.now())
    assert "SO-1" in plain(found.mail)
    assert found.mail.recipients == (GIULIA,)
    assert any("about order SO-1" in line for line in found.made_of)
    assert rows(shop) == before
    assert shop.mailer.mails == []
    with pytest.raises(ValueError, match="is no message of the policy"):
        explain.preview(shop.services, shop.services.composer, "missing-date", "C-1", shop.clock.now())


def test_one_contact_is_brought_forward_on_today_s_facts(shop: World) -> None:
    asyncio.run(_send(shop, "progress-update"))
    assert [row.state for row in shop.follow_ups("progress-update")][:1] == ["sent"]
    assert shop.follow_ups("delay-alert")[0].state == "planned"


def test_quiet_hours_and_holds_stay_unless_the_hour_is_named(shop: World) -> None:
    shop.clock.set(datetime(2026, 3, 18, 2, tzinfo=UTC))  # three in the morning in Rome
    asyncio.run(_send(shop, "progress-update"))
    assert shop.mailer.mails == []
    asyncio.run(_send(shop, "progress-update", at_any_hour=True))
    assert len(shop.mailer.mails) == 1
    shop.mailer.mails.clear()
    hold_customer(shop.services, 1, "A-1", "e' in ospedale", datetime(2026, 3, 30, tzinfo=UTC))
    asyncio.run(_send(shop, "welcome-contact", at_any_hour=True))
    assert shop.mailer.mails == []


def test_what_can_never_go_on_stands_on_a_list(world: World) -> None:
    with world.db.write() as session:
        factories.customer(session)
    import_invoice(world, "F-1", due_on=date(2025, 3, 13), issued_on=date(2025, 2, 13))
    world.policy = world.policy.model_copy(
        update={
            "cadences": {
                name: one
                for name, one in world.policy.cadences.items()
                if one.subject != "invoice" or one.sends
            }
        }
    )
    world.sweep("credit-recovery")  # the letters are stale, and this policy asks nobody
    with world.db.read() as session:
        [line] = explain.at_an_end(session, world.policy, world.clock.now())
    assert line.startswith("F-1: due 2025-03-13, nothing follows; last: ")
