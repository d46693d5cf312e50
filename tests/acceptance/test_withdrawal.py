"""Withdrawing on the page: found at a glance, declared in two steps, kept word for word, and told back (B37)."""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.languages import CODES
from models.rules.calendar.calendars import Place
from models.rules.responses.withdrawal import last_day
from models.tables import Case, Customer, Order, Response, Statement
from tests import factories
from tests.fakes import plain
from tests.visitor import sent
from tests.withdrawing import DECLARATION, LINK, buyer, ends
from tests.world import World


def test_b37_the_page_offers_it_and_opening_it_changes_nothing(world: World) -> None:
    who = buyer(world)
    before = who.dump()
    page = who.open(who.link)
    assert f'withdraw">{LINK}</a>' in page.text
    for method in ("GET", "HEAD"):
        assert who.open(who.withdraw, method).status_code == 200
    shown = who.open(who.withdraw).text
    for words in (DECLARATION.replace("'", "&#39;"), "Conferma il recesso", "c-1@posta.example"):
        assert words in shown, words
    assert who.dump() == before


def test_b37_what_is_confirmed_is_on_record_with_its_words_and_hour_and_a_person_hears(world: World) -> None:
    who = buyer(world)
    page = who.press(who.withdraw, text="Non ci sta nella stanza.")
    assert page.status_code == 200
    for words in (
        "Abbiamo ricevuto",
        "mercoledì 18 marzo 2026, ore 10:00 (UTC+01:00)",
        "Non ci sta nella stanza.",
    ):
        assert words in page.text, words
    [end] = ends(world)
    assert (end.kind, end.declared_at, end.order_id) == ("withdrawal", world.clock.now(), 1)
    assert (end.confirmed_at, end.heard_by) == (None, "page"), (
        "whether the right exists is for a person to say"
    )
    assert world.reasons() == ["withdrawal"]
    with world.db.read() as session:
        statement = session.scalars(select(Statement)).one()
    assert (statement.side, statement.text) == ("customer", f"{DECLARATION}\n\nNon ci sta nella stanza.")
    world.escalate()
    told = [plain(mail) for mail in world.mailer.to("m-1@casa.example")]
    assert any("Il cliente ha dichiarato il recesso da un ordine" in words for words in told)


def test_pressed_twice_or_on_another_mails_page_it_counts_once(world: World) -> None:
    who = buyer(world)
    with world.db.write() as session:
        order = session.get_one(Order, 1)
        other = who.answer_link(sent(session, session.get_one(Customer, 1), "arrival-check", order))
    who.press(who.withdraw)
    first = who.dump()
    world.clock.set(world.clock.now() + timedelta(hours=5))
    for link in (who.withdraw, f"{other}/withdraw"):
        assert "mercoledì 18 marzo 2026, ore 10:00 (UTC+01:00)" in who.press(link, text="ancora").text
    assert who.dump() == first
    assert LINK not in who.open(other).text
    assert "Ha dichiarato di recedere" in who.open(other).text
    assert "mercoledì 18 marzo 2026, ore 10:00 (UTC+01:00)" in who.open(f"{other}/withdraw").text


def test_presses_at_once_count_once(world: World) -> None:
    who = buyer(world)
    with world.db.write() as session:
        other = who.answer_link(
            sent(session, session.get_one(Customer, 1), "arrival-check", session.get_one(Order, 1))
        )
    pages: list[int] = []
    presses = [
        threading.Thread(target=lambda link=link: pages.append(who.press(f"{link}/withdraw").status_code))
        for link in (who.link, other, who.link, other)
    ]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    assert pages == [200] * 4
    with world.db.read() as session:
        assert len(session.scalars(select(Response)).all()) == len(session.scalars(select(Case)).all()) == 1
    assert len(ends(world)) == 1


@pytest.mark.parametrize(
    ("facts", "day", "offered"),
    [
        (
            {"delivered_at": None},
            date(2026, 6, 1),
            True,
        ),  # goods that have not come: the window has not begun
        ({"delivered_at": datetime(2026, 3, 18, 9, tzinfo=UTC)}, date(2026, 4, 1), True),
        ({"delivered_at": datetime(2026, 3, 18, 9, tzinfo=UTC)}, date(2026, 4, 2), False),
        ({"is_service": True}, date(2026, 3, 30), True),  # from the signature
        ({"is_service": True}, date(2026, 3, 31), False),
        ({"is_service": True, "delivered_at": factories.SIGNED}, date(2026, 3, 30), True),  # done, not waived
        (
            {"is_service": True, "delivered_at": factories.SIGNED, "withdrawal_waived": True},
            date(2026, 3, 18),
            False,
        ),
        ({"withdrawal_days": 0}, date(2026, 3, 18), False),  # between businesses
        ({"cancelled_at": factories.SIGNED}, date(2026, 3, 18), False),
    ],
)
def test_it_is_offered_while_it_can_apply(
    world: World, facts: dict[str, Any], day: date, *, offered: bool
) -> None:
    who = buyer(world, **facts)
    world.clock.set(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    assert (LINK in who.open(who.link).text) == offered
    opened = who.open(who.withdraw)
    assert opened.status_code == (200 if offered else 303)
    if not offered:
        assert opened.headers["location"].endswith(who.link.rpartition("/")[2])


def test_a_window_that_would_end_on_a_day_off_ends_on_the_next_business_day() -> None:
    rome = Place("IT", "Europe/Rome")
    delivered = datetime(2026, 3, 23, 9, tzinfo=UTC)
    assert last_day(delivered, delivered, 14, rome, is_service=False) == date(2026, 4, 7), (
        "after Easter Monday"
    )


def test_what_is_pressed_a_little_late_is_on_record_all_the_same(world: World) -> None:
    who = buyer(world, is_service=True)
    world.clock.set(datetime(2026, 4, 2, 9, tzinfo=UTC))
    assert "Abbiamo ricevuto" in who.press(who.withdraw).text
    assert len(ends(world)) == 1


def test_where_there_is_no_window_nothing_is_recorded(world: World) -> None:
    who = buyer(world, withdrawal_days=0)
    before = who.dump()
    assert who.press(who.withdraw).status_code == 404
    assert who.dump() == before


def test_the_answer_page_itself_declares_nothing_by_one_press(world: World) -> None:
    who = buyer(world)
    before = who.dump()
    for page in (who.open(f"{who.link}?say=withdraw"), who.press(who.link, meaning="withdraw")):
        assert 'value="withdraw"' not in page.text
    assert who.dump() == before


@pytest.mark.parametrize("language", CODES)
def test_it_speaks_the_customers_language(world: World, language: str) -> None:
    who = buyer(world, customer={"language": language})
    with world.db.write() as session:
        key = sent(
            session,
            session.get_one(Customer, 1),
            "delay-alert",
            factories.order(session, session.get_one(Customer, 1), "SO-2"),
        )
    link = who.answer_link(key)
    pages = (who.open(link), who.open(f"{link}/withdraw"), who.press(f"{link}/withdraw"), who.open(link))
    for page in pages:
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text
    world.escalate()
    assert any("SO-2" in mail.subject for mail in world.mailer.to("c-1@posta.example"))


def test_too_many_words_are_handed_back_and_nothing_is_recorded(world: World) -> None:
    who = buyer(world)
    before = who.dump()
    page = who.press(who.withdraw, text="a" * 4_001)
    assert page.status_code == 422
    assert "a" * 4_001 in page.text
    assert who.dump() == before
