"""Sellers have no account: each of our people has a signed page to raise a matter or ask for help (B04, B20, B32)."""

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.languages import CODES
from models.tables import Case, CaseReason, Commitment, Customer, Order, Staff, Statement
from models.words import Matter
from tasks.cases.staff_page_link import send_link
from tasks.mails.labels import label
from tests import factories
from tests.fakes import plain
from tests.inbox import SENDER, Inbox, written
from tests.visitor import SITE, Visitor
from tests.world import World

WORDS = "Aveva la mia parola sul piano in quarzo, e nessuno lo ha ordinato."
_OWN = re.compile(rf"{re.escape(SITE)}/r/[\w.-]+")


@pytest.fixture
def visitor(world: World) -> Visitor:
    """S-1 sold SO-1 to Giulia Ferri (C-1); C-2 is nobody's of the sellers."""
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        factories.order(session, factories.customer(session), seller_id=seller.id)
        other = factories.customer(session, "C-2", name="Jan Nowak")
        factories.order(session, other, "SO-2")
        factories.invoice(session, other, "F-2")
    return Visitor(world.db, world.policy, world.clock)


def link(visitor: Visitor, ref: str = "S-1") -> str:
    with visitor.db.read() as session:
        return visitor.own_link(session.scalars(select(Staff.id).where(Staff.ref == ref)).one())


def counts(visitor: Visitor) -> dict[str, int]:
    tables = (Case, CaseReason, Statement, Commitment)
    with visitor.db.read() as session:
        return {one.__tablename__: session.scalar(select(func.count(one.id))) or 0 for one in tables}


def raised(about: str = "SO-1", **changes: str) -> dict[str, str]:
    return {"about": about, "matter": "promise", "text": WORDS, **changes}


def test_b04_opening_the_page_shows_a_form_and_changes_nothing(visitor: Visitor) -> None:
    before = visitor.dump()
    for method in ("GET", "HEAD"):
        page = visitor.open(link(visitor), method)
        assert page.status_code == 200
    page = visitor.open(link(visitor))
    for words in (
        "Segnalare la questione di un cliente",
        "S-1 Rossi",
        "Ho bisogno di una mano",
        "Un ritardo",
    ):
        assert words in page.text, words
    assert "Ferri" not in page.text, "it tells nothing of any customer"
    assert visitor.dump() == before


def test_b04_a_seller_raises_a_matter_and_a_manager_hears_at_once(world: World, visitor: Visitor) -> None:
    page = visitor.press(link(visitor), **raised())
    assert page.status_code == 200
    assert "la questione è ora il caso 1" in page.text
    with world.db.read() as session:
        said = session.scalars(select(Statement)).one()
        assert (said.side, said.author, said.text) == ("seller", "S-1", WORDS)
        reason = session.scalars(select(CaseReason)).one()
        assert (reason.reason, reason.subject_type) == (Matter.PROMISE.reason, "order")
    world.escalate()
    notice = next(mail for mail in world.mailer.mails if "m-1@casa.example" in mail.recipients)
    assert "Ferri" in notice.subject


@pytest.mark.parametrize("about", ["SO-1", " C-1 ", "c-1@posta.example", "C-1@Posta.Example"])
def test_b20_whatever_names_the_customer_leads_to_the_one_open_case(visitor: Visitor, about: str) -> None:
    visitor.press(link(visitor), **raised("C-1", text="La prima cosa."))
    page = visitor.press(link(visitor), **raised(about))
    assert "c&#39;era già il caso 1" in page.text
    assert (counts(visitor)["cases"], counts(visitor)["statements"]) == (1, 2)


def test_an_invoice_names_its_customer_too(visitor: Visitor) -> None:
    visitor.press(link(visitor), **raised("F-2", matter="payment"))
    with visitor.db.read() as session:
        reason = session.scalars(select(CaseReason)).one()
        assert (reason.reason, reason.subject_type) == ("raised-payment", "invoice")


def test_pressed_twice_it_counts_once_and_says_so(visitor: Visitor) -> None:
    visitor.press(link(visitor), **raised(help="1"))
    before = counts(visitor)
    page = visitor.press(link(visitor), **raised(help="1"))
    assert "Queste parole le avevamo già" in page.text
    assert counts(visitor) == before
    assert before == {"cases": 1, "case_reasons": 1, "statements": 1, "commitments": 2}, "a call, and help"


def test_two_presses_at_once_count_once(visitor: Visitor) -> None:
    address = link(visitor)
    pages: list[int] = []
    presses = [
        threading.Thread(target=lambda: pages.append(visitor.press(address, **raised(help="1")).status_code))
        for _ in range(4)
    ]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    assert pages == [200] * 4
    assert counts(visitor) == {"cases": 1, "case_reasons": 1, "statements": 1, "commitments": 2}


def test_the_same_words_after_the_closing_open_nothing(world: World, visitor: Visitor) -> None:
    visitor.press(link(visitor), **raised())
    world.close_case("Sentito il cliente: il piano arriva.")
    before = counts(visitor)
    assert "caso 1" in visitor.press(link(visitor), **raised(help="1")).text
    assert counts(visitor) == before
    page = visitor.press(link(visitor), **raised(text="Il piano non è arrivato."))
    assert "la questione è ora il caso 2" in page.text


def test_the_same_words_about_something_else_are_kept_beside_the_first(visitor: Visitor) -> None:
    visitor.press(link(visitor), **raised(text="Il cliente chiama."))
    visitor.press(link(visitor), **raised("C-1", matter="payment", text="Il cliente chiama."))
    with visitor.db.read() as session:
        found = session.scalars(select(CaseReason).order_by(CaseReason.id)).all()
        assert [reason.subject_type for reason in found] == ["order", "customer"]


def test_the_same_words_are_news_after_a_while(world: World, visitor: Visitor) -> None:
    visitor.press(link(visitor), **raised(text="Il cliente chiede di essere richiamato."))
    world.close_case("Sentito il cliente.")
    world.clock.set(world.clock.now() + timedelta(days=2))
    page = visitor.press(link(visitor), **raised(text="Il cliente chiede di essere richiamato."))
    assert "la questione è ora il caso 2" in page.text


def test_b32_help_that_is_asked_for_has_a_name_and_a_time(visitor: Visitor) -> None:
    page = visitor.press(link(visitor), **raised(help="1"))
    assert "La richiesta di aiuto è arrivata a Marco Conti" in page.text
    with visitor.db.read() as session:
        owed = session.scalars(select(Commitment).where(Commitment.kind == "help")).one()
        assert owed.words == WORDS
        assert owed.due_at == visitor.clock.now() + timedelta(hours=4)
    assert "Ferri" not in page.text


@pytest.mark.parametrize(
    ("changes", "at", "words"),
    [
        ({"about": "SO-9"}, "about", "Non troviamo nessun ordine"),
        ({"about": "nessuno@posta.example"}, "about", "Non troviamo nessun ordine"),
        ({"about": " "}, "about", "di quale cliente o ordine"),
        ({"about": "x" * 400}, "about", "Non troviamo nessun ordine"),
        ({"matter": "revenge"}, "matter", "Scelga che cosa riguarda"),
        ({"text": "  "}, "text", "in poche parole"),
        ({"text": "a" * 4_001}, "text", "4000 caratteri"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_typed_twice(
    visitor: Visitor, changes: dict[str, str], at: str, words: str
) -> None:
    before = visitor.dump()
    page = visitor.press(link(visitor), **raised() | changes | {"help": "1"})
    assert page.status_code == 422
    fault = re.search(rf'<small id="{at}-fault" class="fault">([^<]+)</small>', page.text)
    assert fault is not None
    assert words in fault[1]
    for kept in ({**raised(), **changes}["about"].strip()[:300], 'name="help" value="1"'):
        assert kept in page.text
    assert re.search(r'name="help"[^>]* checked', page.text)
    assert visitor.dump() == before


def test_an_address_of_several_customers_means_the_sellers_own(visitor: Visitor) -> None:
    with visitor.db.write() as session:
        for customer in session.scalars(select(Customer)):
            customer.email = "casa@posta.example"
    visitor.press(link(visitor), **raised("casa@posta.example"))
    with visitor.db.read() as session:
        case = session.scalars(select(Case)).one()
        assert session.get_one(Customer, case.customer_id).ref == "C-1"
    with visitor.db.write() as session:
        for order in session.scalars(select(Order)):
            order.seller_id = 1
    page = visitor.press(link(visitor), **raised("casa@posta.example", text="Un'altra cosa."))
    assert page.status_code == 422
    assert "più clienti" in page.text


def test_a_seller_sees_the_file_of_no_customer_but_the_own_ones(visitor: Visitor) -> None:
    own = visitor.press(link(visitor), **raised())
    case = re.search(r'href="([^"]+/c/[^"]+)"', own.text)
    assert case is not None
    assert visitor.open(case[1]).status_code == 200
    other = visitor.press(link(visitor), **raised("SO-2"))
    assert "il caso 2" in other.text
    assert "/c/" not in other.text
    assert "Nowak" not in other.text
    assert "/c/" in visitor.press(link(visitor, "A-1"), **raised("SO-2")).text


@pytest.mark.parametrize("language", CODES)
def test_the_page_speaks_the_language_of_its_reader(visitor: Visitor, language: str) -> None:
    with visitor.db.write() as session:
        reader = factories.staff(session, "S-9", "seller", language=language, name="Kim Nowak")
    address = visitor.own_link(reader.id)
    for page in (
        visitor.open(address),
        visitor.press(address, **raised(about="SO-9")),
        visitor.press(address, **raised(help="1")),
        visitor.press(address, **raised()),
    ):
        assert f'<html lang="{language}">' in page.text


def test_a_link_that_was_changed_grew_old_or_belongs_to_somebody_who_left_opens_nothing(
    visitor: Visitor,
) -> None:
    address = link(visitor)
    with visitor.db.write() as session:
        session.scalars(select(Staff).where(Staff.ref == "A-1")).one().active = False
    before = visitor.dump()
    for forged in (address[:-2], link(visitor, "A-1")):
        for page in (visitor.open(forged), visitor.press(forged, **raised())):
            assert page.status_code == 404
    visitor.clock.set(visitor.clock.now() + timedelta(days=91))
    assert visitor.press(address, **raised()).status_code == 410
    assert visitor.dump() == before


def test_every_mail_to_our_people_carries_the_link_of_its_readers_own_page(
    world: World, visitor: Visitor
) -> None:
    visitor.press(link(visitor), **raised(help="1"))
    world.escalate()
    assert world.mailer.mails
    with world.db.read() as session:
        names = {f"{one.ref.lower()}@casa.example": one.name for one in session.scalars(select(Staff))}
    for mail in world.mailer.mails:
        address = _OWN.search(plain(mail))
        assert address is not None, mail.subject
        assert label("it", "own.raise") in plain(mail)
        assert f"a nome di {names[mail.recipients[0]]}." in visitor.open(address[0]).text


@pytest.mark.usefixtures("visitor")
def test_customers_get_no_such_link(world: World) -> None:
    world.sweep("welcome-contact")
    assert world.mailer.mails
    assert not any(_OWN.search(plain(mail)) for mail in world.mailer.mails)


def test_a_link_that_is_asked_for_goes_to_the_address_on_record_once_an_hour(
    world: World, visitor: Visitor
) -> None:
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        for _ in range(2):
            send_link(session, world.policy, seller, world.clock.now())
    world.escalate()
    world.escalate()
    [mail] = world.mailer.mails
    assert mail.recipients == ("s-1@casa.example",)
    address = _OWN.search(plain(mail))
    assert address is not None
    assert "S-1 Rossi" in visitor.open(address[0]).text


@pytest.mark.parametrize("subject", ["Pagina", "page", "Re: Strona", "link"])
def test_a_colleague_asks_for_the_link_by_mail(world: World, tmp_path: Path, subject: str) -> None:
    inbox = Inbox(world, tmp_path)
    inbox.deliver(written("", From="s-1@casa.example", To=SENDER, Subject=subject))
    assert inbox.collect().sentence() == "1 read: 1 link asked for"
    world.escalate()
    assert [mail.recipients[0] for mail in world.mailer.mails] == ["s-1@casa.example"]
