"""Whoever wants a call hears who calls and when, at the hour that was named; on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.rules.responses.call_hour import OwnWords, names_hour
from models.tables import Customer, Order, Staff
from models.words import CommitmentKind
from tasks.escalation.daily_digest import digest_of
from tasks.responses.by_staff import Spoken, Wants, record
from tests import factories
from tests.fakes import plain
from tests.inbox import SENDER, Inbox, written
from tests.visitor import Visitor, sent
from tests.world import World

HER = "lucia@casa-sartor.example"
FIVE = datetime(2026, 3, 18, 16, tzinfo=UTC)
"""Five in the afternoon in Rome, on the day of the tests."""


@pytest.fixture
def company(world: World) -> World:
    """Lucia has an order, and a number."""
    with world.db.write() as session:
        lucia = factories.customer(session, "K-7", name="Lucia Sartor", email=HER, phone="+39 02 5551234")
        factories.order(session, lucia, "N-2")
    return world


def _visit(world: World) -> tuple[Visitor, str]:
    visitor = Visitor(world.db, world.policy, world.clock)
    with world.db.write() as session:
        lucia = session.scalars(select(Customer)).one()
        key = sent(session, lucia, "satisfaction-check", session.scalars(select(Order)).one())
    return visitor, visitor.answer_link(key)


@pytest.mark.parametrize("fields", [{"call_at": "2026-03-18T17:00"}, {"text": "Dopo le 17, grazie."}])
def test_b35_the_page_names_who_calls_and_when(company: World, fields: dict[str, str]) -> None:
    visitor, link = _visit(company)
    assert 'name="call_at"' in visitor.open(link).text
    page = visitor.press(link, meaning="call-me", **fields).text
    for words in ("Marco Conti", "mercoledì 18 marzo 2026, ore 18:00", "non prima delle 17:00"):
        assert words in page, words
    assert "appena possibile" not in page
    [call] = company.promises(CommitmentKind.LISTENING_CALL)
    assert (call.not_before, call.due_at) == (FIVE, FIVE + timedelta(hours=1))
    company.escalate()
    told = " ".join(plain(mail) for mail in company.mailer.to("m-1@casa.example"))
    assert "non prima delle 17:00" in told
    with company.db.read() as session:
        listed = digest_of(session, company.policy, call.owner_id or 0, company.clock.now())
    assert [(line.due_at, line.not_before) for line in listed.lines] == [(call.due_at, FIVE)]


def test_a_companys_own_words_for_the_hour_count_like_ours(company: World) -> None:
    said = {"text": "Rappelez-moi mardi à partir de 17h30, merci."}
    assert not names_hour(said["text"])
    own = OwnWords(
        call=("rappel",),
        after=("à partir de",),
        weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    )
    french = replace(company, policy=company.policy.model_copy(update={"call_words": own}))
    visitor, link = _visit(french)
    visitor.press(link, meaning="call-me", **said)
    call = company.promises(CommitmentKind.LISTENING_CALL)[-1]
    assert call.not_before == datetime(2026, 3, 24, 16, 30, tzinfo=UTC), "Tuesday, half past five in Rome"


def test_without_an_hour_the_policys_time_is_named(company: World) -> None:
    visitor, link = _visit(company)
    page = visitor.press(link, meaning="call-me").text
    [call] = company.promises(CommitmentKind.LISTENING_CALL)
    assert call.not_before is None
    assert "La chiama entro mercoledì 18 marzo 2026" in page


def test_an_hour_that_has_passed_is_asked_for_again(company: World) -> None:
    visitor, link = _visit(company)
    answer = visitor.press(link, meaning="call-me", call_at="2026-03-17T17:00")
    assert answer.status_code == 422
    assert "devono ancora venire" in answer.text
    assert company.promises(CommitmentKind.LISTENING_CALL) == []


def test_an_hour_named_later_is_a_new_promise_and_no_slip(company: World) -> None:
    visitor, link = _visit(company)
    visitor.press(link, meaning="call-me")
    visitor.press(link, meaning="call-me", text="Meglio domani dopo le 17.")
    first, second = company.promises(CommitmentKind.LISTENING_CALL)
    assert (first.state, first.reason, second.breaks) == ("re-promised", "customer-asked", 0)
    assert second.due_at == FIVE + timedelta(days=1, hours=1)
    page = visitor.press(link, meaning="call-me", call_at="2026-03-20T11:00").text
    assert "venerdì 20 marzo 2026, ore 12:00 (non prima delle 11:00)" in page
    assert len(company.promises(CommitmentKind.LISTENING_CALL)) == 3


def test_b35_a_mail_that_names_an_hour_is_answered_with_person_and_hour(
    company: World, tmp_path: Path
) -> None:
    inbox = Inbox(company, tmp_path)
    inbox.deliver(written("Potete richiamarmi dopo le 17?", From=HER, To=SENDER))
    inbox.collect()
    company.escalate()
    [owed] = company.promises(CommitmentKind.REPLY)
    assert (owed.not_before, owed.due_at) == (FIVE, FIVE + timedelta(hours=1))
    with company.db.read() as session:
        owner = session.get_one(Staff, owed.owner_id)
    [mail] = company.mailer.to(HER)
    for words in (
        owner.name,
        "Le telefona entro mercoledì 18 marzo 2026, ore 18:00",
        "non prima delle 17:00",
    ):
        assert words in plain(mail), words
    assert "ci dispiace" not in plain(mail)
    assert "non prima delle 17:00" in " ".join(plain(one) for one in company.mailer.to(owner.email or ""))


def test_b35_a_call_back_taken_by_phone_keeps_the_hour(company: World) -> None:
    with company.db.write() as session:
        spoken = Spoken("s-1", "N-2", "Vuole essere richiamata dopo le 17.", "A-1", wants=Wants.CALL)
        record(session, company.policy, spoken, company.clock.now())
    [owed] = company.promises(CommitmentKind.CALL_BACK)
    assert (owed.not_before, owed.due_at) == (FIVE, FIVE + timedelta(hours=1))


def test_b04_a_seller_who_takes_down_a_call_back_settles_nothing_else(company: World) -> None:
    with company.db.write() as session:
        session.scalars(select(Order)).one().seller_id = (
            session.scalars(select(Staff).where(Staff.ref == "S-1")).one().id
        )
    with company.db.write() as session:
        spoken = Spoken("s-1", "N-2", "Tutto bene, richiamare.", "S-1", rating=5, wants=Wants.CALL)
        record(session, company.policy, spoken, company.clock.now())
    assert len(company.promises(CommitmentKind.CALL_BACK)) == 1
    assert _visit(company)[0].responses() == []
