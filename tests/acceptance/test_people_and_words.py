"""Who stands for the company, and in what words: through the real sweeps on both databases."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from models.languages import CODES
from models.tables import Commitment, Order, Staff
from tasks.mails.labels import label
from tasks.responses.record import Answer, Asks
from tasks.smtp.transaction import Mail
from tests import factories
from tests.inbox import Inbox
from tests.visitor import Visitor, sent
from tests.world import World

_TROUBLE = {
    "it": (r"dispiace|scus", r"soluzione|si fa sentire|Le risponde"),
    "pl": (r"rzepraszamy|rzykro nam", r"rozwiązani|odezwie się|da Państwu znać"),
    "en": (r"sorry", r"way round|get in touch|get back to you|another way"),
    "de": (r"tut uns leid", r"Lösung|meldet sich"),
}
"""How each language acknowledges trouble, and how it offers a way round it."""


def text(mail: Mail) -> str:
    part = message_from_bytes(mail.body, policy=policy.default).get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())


def opening(words: str) -> str:
    """The first lines of a mail after the greeting: its first paragraph, as one line."""
    return " ".join(re.split(r"\r?\n\r?\n", words)[1].split())


def places(world: World) -> set[str]:
    """The roles of the owners and deputies of all orders."""
    with world.db.read() as session:
        roles = {row.id: row.role for row in session.scalars(select(Staff))}
        return {
            roles[id_ or 0]
            for order in session.scalars(select(Order))
            for id_ in (order.owner_id, order.deputy_id)
        }


@pytest.mark.parametrize("language", CODES)
def test_b07_what_goes_up_says_that_it_is_routine_and_judges_nobody(world: World, language: str) -> None:
    with world.db.write() as session:
        for person in session.scalars(select(Staff)):
            person.language = language
        customer = factories.customer(session)
        order = factories.order(session, customer, promised_on=None)
    world.hear(Answer("r-1", 1, "rating", "page", world.clock.now(), order_id=order.id, rating=1))
    question = Answer(
        "r-2", 1, "message", "mail", world.clock.now(), order_id=order.id, text="Allora?", asks=Asks.OWNER
    )
    world.hear(question)
    world.escalate()
    notices = [mail for mail in world.mailer.mails if mail.recipients[0].endswith("@casa.example")]
    assert {mail.recipients[0] for mail in notices} >= {"m-1@casa.example"}
    assert len(notices) > 1
    for mail in notices:
        assert label(language, "case.routine") in " ".join(text(mail).split())


def test_b16_routine_is_owned_by_after_sale_and_not_by_the_seller(inbox: Inbox) -> None:
    world = inbox.world
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.role == "seller")).one()
        for number in range(1, 4):  # owners take turns: none of the turns is a seller's
            customer = factories.customer(session, f"C-{number}")
            factories.order(session, customer, f"SO-{number}", seller_id=seller.id)
    world.sweep("welcome-contact")
    assert places(world) == {"after-sale"}
    assert not any(seller.name in text(mail) for mail in world.mailer.mails)
    welcome = next(mail for mail in world.mailer.mails if "Anna Bianchi" in text(mail))
    inbox.reply(welcome, "Quando viene il montatore?")
    inbox.collect()
    with world.db.read() as session:
        [owner_id] = session.scalars(select(Commitment.owner_id).where(Commitment.kind == "reply")).all()
        assert session.get_one(Staff, owner_id).role == "after-sale"
    world.escalate()
    assert world.mailer.to("s-1@casa.example") == []


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    return Inbox(world, tmp_path)


def test_b30_an_owner_and_a_deputy_are_named_to_the_customer_from_the_first_mail_on(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    world.sweep("welcome-contact")
    first = text(world.mailer.mails[0])
    assert "Anna Bianchi" in first
    assert "Ewa Nowak" in first
    assert "assistenza@casabelvedere.example" in first  # the company's address, which is collected
    assert "@casa.example" not in first  # and no private one
    assert all("Anna Bianchi" in text(mail) for mail in world.mailer.to("c-1@posta.example"))


def test_b28_who_brought_a_customer_stands_in_the_dossier_and_not_in_the_customers_mails(
    world: World,
) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), referred_by="Studio Bruni")
    world.sweep("welcome-contact")
    world.hear(Answer("r-1", 1, "call-me", "page", world.clock.now(), order_id=1))
    world.escalate()
    [notice] = world.mailer.to("m-1@casa.example")
    assert "Cliente presentato da Studio Bruni: sono in gioco due rapporti" in " ".join(text(notice).split())
    assert not any("Studio Bruni" in text(mail) for mail in world.mailer.to("c-1@posta.example"))


@pytest.mark.parametrize("language", CODES)
def test_b19_a_word_of_delay_first_says_sorry_and_then_offers_a_way_round(
    world: World, language: str
) -> None:
    with world.db.write() as session:
        passed = factories.customer(session, "C-1", language=language)
        factories.order(session, passed, "SO-1", promised_on=date(2026, 3, 17))
        moved = factories.customer(session, "C-2", language=language)
        factories.order(
            session,
            moved,
            "SO-2",
            promised_on=date(2026, 4, 20),
            promised_before=date(2026, 4, 10),
            promise_moved_at=datetime(2026, 3, 18, 8, tzinfo=UTC),
        )
    world.sweep("delay-alert")
    assert len(world.mailer.mails) == 2
    sorry, way = _TROUBLE[language]
    for mail in world.mailer.mails:
        words = " ".join(text(mail).split())
        assert re.search(sorry, opening(text(mail))), words
        offered = re.search(way, words)
        assert offered is not None, words
        first = re.search(sorry, words)
        assert first is not None
        assert first.start() < offered.start()


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("said", [{"meaning": "not-arrived"}, {"meaning": "not-solved"}, {"rating": "1"}])
def test_b19_the_page_that_answers_trouble_acknowledges_it_and_says_what_happens_next(
    world: World, language: str, said: dict[str, str]
) -> None:
    visitor = Visitor(world.db, world.policy, world.clock)
    with world.db.write() as session:
        customer = factories.customer(session, language=language)
        order = factories.order(session, customer, delivered_at=factories.SIGNED)
        link = visitor.answer_link(sent(session, customer, "satisfaction-check", order))
    answer = " ".join(visitor.press(link, **said).text.split())
    sorry, way = (re.search(words, answer) for words in _TROUBLE[language])
    assert sorry is not None
    assert way is not None
    assert sorry.start() < way.start()
