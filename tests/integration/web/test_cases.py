"""A manager opens a case from the mail, takes it, and says what happened."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.languages import CODES
from models.policy import Policy
from models.queries.cases import cases
from models.tables import Case, History, Response, Staff, Statement
from models.words import CaseReasonKind
from tasks.cases.open_case import open_case
from tasks.responses.record import Answer, hear
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tests import factories
from tests.visitor import Visitor, sent


@pytest.fixture
def visitor(db: Database, policy: Policy, clock: SetClock) -> Visitor:
    return Visitor(db, policy, clock)


@pytest.fixture
def desk(visitor: Visitor) -> dict[str, Staff]:
    with visitor.db.write() as session:
        return factories.desk(session)


@pytest.fixture
def case_id(visitor: Visitor, desk: dict[str, Staff]) -> int:
    """Giulia Ferri gave a 1 and said why; the seller has his version too."""
    now = visitor.clock.now()
    with visitor.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(
            session,
            customer,
            seller_promise="piano in quarzo",
            referred_by="Hotel Bellariva",
            promised_before=date(2026, 4, 3),
        )
        factories.order(session, customer, "SO-2", is_service=True, promised_on=None, cancelled_at=now)
        factories.invoice(session, customer, order_id=order.id)
        sent(session, customer, "welcome-contact", order)
        hear(session, visitor.policy, [_answer(customer.id, order.id, now)], now)
        case = cases.open_case_of(session, customer.id)
        assert case is not None
        cases.add_statement(session, case.id, "seller", desk["seller"].ref, "Il quarzo era in ritardo.", now)
        return case.id


def _answer(customer_id: int, order_id: int, now: object) -> Answer:
    return Answer(
        "r1", customer_id, "rating", "mail", now, order_id=order_id, rating=1, text="Nessuno risponde."
    )


def _case(visitor: Visitor) -> Case:
    with visitor.db.read() as session:
        return session.scalars(select(Case)).one()


def test_opening_a_case_shows_everything_and_changes_nothing(
    visitor: Visitor, desk: dict[str, Staff], case_id: int
):
    link = visitor.case_link(case_id, desk["manager"].id)
    before = visitor.dump()
    for query in ("", "?do=take", "?do=done", "?do=%00"):
        page = visitor.open(link + query)
        visitor.open(link + query, "HEAD")
        assert page.status_code == 200
    assert visitor.dump() == before
    for words in (
        "Giulia Ferri",
        'href="tel:+393335550101"',
        "SO-1",
        "Cucina Nives",
        "piano in quarzo",
        "Hotel Bellariva",
        "3 aprile 2026",
        "10 aprile 2026",
        "1.000,00",
        "La valutazione è bassa",
        "Nessuno risponde.",
        "Il quarzo era in ritardo.",
        "S-1 Rossi",
        "Non se ne occupa ancora nessuno",
    ):
        assert words in page.text, words
    timeline = page.text.split('class="timeline"')[1]
    assert (
        timeline.index("Ordine effettuato") < timeline.index("contatto di benvenuto") < timeline.index("1/5")
    )


def test_words_written_beside_the_case_stand_in_it_once_and_with_their_rating(
    visitor: Visitor, desk: dict[str, Staff], case_id: int
):
    now = visitor.clock.now()
    with visitor.db.write() as session:
        session.add(
            Response(
                ref="old",
                customer_id=1,
                order_id=1,
                meaning="rating",
                rating=2,
                text="Le ante stridono.",
                channel="mail",
                received_at=now + timedelta(minutes=5),  # beside the matter, and newer than what opened it
                recorded_at=now,
            )
        )
    page = visitor.open(visitor.case_link(case_id, desk["manager"].id)).text
    for said in ("Le ante stridono.", "Nessuno risponde.", "Il quarzo era in ritardo."):
        assert page.count(said) == 1, said
    assert "valutazione 2 su 5" in page
    assert "1/5, SO-1" in page, "why it was opened, with its figure"
    assert "2/5, SO-1" not in page
    assert "nessuna parola scritta" not in page


def test_the_manager_takes_a_case_once(visitor: Visitor, desk: dict[str, Staff], case_id: int):
    link, other = (visitor.case_link(case_id, desk[who].id) for who in ("manager", "director"))
    assert "del caso si occupa Lei" in visitor.press(link, do="take").text
    taken = _case(visitor)
    assert (taken.taken_by_id, taken.taken_at) == (desk["manager"].id, visitor.clock.now())
    visitor.clock.set(visitor.clock.now() + timedelta(hours=1))
    assert "Se ne occupa Lei" in visitor.press(link, do="take").text
    assert "Se ne occupa Marco Conti" in visitor.press(other, do="take").text
    assert _case(visitor).taken_by_id == desk["manager"].id
    with visitor.db.read() as session:
        events = session.execute(select(History.event, History.actor).where(History.event == "taken")).all()
    assert [tuple(event) for event in events] == [("taken", "M-1")]


def test_a_case_is_closed_by_what_happened(visitor: Visitor, desk: dict[str, Staff], case_id: int):
    link = visitor.case_link(case_id, desk["manager"].id)
    before = visitor.dump()
    for fields, words in (
        ({"outcome": "only-listened", "text": "  "}, "con un racconto"),
        ({"outcome": "answered", "text": "Ho chiamato."}, "scelga com"),
        ({"text": "Ho chiamato."}, "scelga com"),
        ({"outcome": "solved", "text": "Ho " * 2_000}, "4000"),
    ):
        page = visitor.press(link, do="done", **fields)
        assert page.status_code == 422
        assert words in page.text
        assert fields["text"].strip() in page.text
    assert visitor.press(link, do="burn").status_code == 422
    assert visitor.dump() == before
    done = visitor.press(
        link, do="done", outcome="only-listened", text="Ho ascoltato.\r\nVoleva essere sentita."
    )
    assert done.status_code == 200
    assert "il caso è chiuso" in done.text
    assert "Chiuso da Marco Conti" in done.text
    assert (_case(visitor).outcome, _case(visitor).closed_at) == ("only-listened", visitor.clock.now())
    with visitor.db.read() as session:
        said = session.execute(
            select(Statement.side, Statement.author, Statement.text).order_by(Statement.id)
        )
        assert tuple(said.all()[-1]) == ("manager", "M-1", "Ho ascoltato.\nVoleva essere sentita.")


def test_closing_twice_says_who_did_and_gives_the_words_back(
    visitor: Visitor, desk: dict[str, Staff], case_id: int
):
    link, other = (visitor.case_link(case_id, desk[who].id) for who in ("manager", "director"))
    visitor.press(link, do="done", outcome="solved", text="Risolto al telefono.")
    before = visitor.dump()
    page = visitor.press(other, do="done", outcome="agreed", text="Ho parlato anch'io.")
    assert page.status_code == 200
    assert "Chiuso da Marco Conti" in page.text
    assert "Ho parlato anch&#39;io." in page.text
    assert "Se ne occupa" not in visitor.press(other, do="take").text
    assert visitor.dump() == before


def test_a_case_that_closed_by_itself_says_so(visitor: Visitor, desk: dict[str, Staff]):
    now = visitor.clock.now()
    with visitor.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(session, customer)
        sent(session, customer, "satisfaction-check", order)
        about = ("order", order.id)
        case = open_case(
            session,
            visitor.policy,
            customer.id,
            CaseReasonKind.SILENT,
            about,
            now=now,
            actor="escalate-unanswered",
        )
        hear(
            session, visitor.policy, [Answer("r2", customer.id, "fine", "phone", now, order_id=order.id)], now
        )
    page = visitor.open(visitor.case_link(case.id, desk["manager"].id))
    assert "Si è chiuso da sé" in page.text
    assert "<form" not in page.text


@pytest.mark.parametrize("language", CODES)
def test_a_case_in_every_language(visitor: Visitor, desk: dict[str, Staff], case_id: int, language: str):
    with visitor.db.write() as session:
        reader = factories.staff(session, "M-9", "manager", language=language, name="Kim Nowak")
    link = visitor.case_link(case_id, reader.id)
    for page in (
        visitor.open(link),
        visitor.open(visitor.case_link(case_id, desk["manager"].id)),
        visitor.press(link, do="done", outcome="", text=""),
        visitor.press(visitor.case_link(case_id, desk["director"].id), do="take"),
        visitor.press(link, do="take"),
        visitor.press(link, do="done", outcome="not-reached", text="x"),
        visitor.open(link),
    ):
        assert page.status_code in {200, 422}
    assert f'<html lang="{language}">' in page.text


def test_a_link_of_somebody_who_left_opens_nothing(visitor: Visitor, desk: dict[str, Staff], case_id: int):
    with visitor.db.write() as session:
        session.get_one(Staff, desk["manager"].id).active = False
    link = visitor.case_link(case_id, desk["manager"].id)
    before = visitor.dump()
    for page in (visitor.open(link), visitor.press(link, do="take"), visitor.open(visitor.case_link(999, 1))):
        assert page.status_code == 404
        assert "Ferri" not in page.text
    assert visitor.dump() == before


def test_a_customers_words_are_only_words(visitor: Visitor, desk: dict[str, Staff]):
    now, evil = visitor.clock.now(), "<script>alert(1)</script>\"'><img src=x>"
    with visitor.db.write() as session:
        customer = factories.customer(session, name=evil, phone='"><script>', email='"><script>@x.example')
        order = factories.order(session, customer, description=evil, seller_promise=evil, referred_by=evil)
        hear(
            session,
            visitor.policy,
            [Answer("r", customer.id, "message", "mail", now, order_id=order.id, text=evil)],
            now,
        )
        case = cases.open_case_of(session, customer.id)
        assert case is not None
        cases.add_statement(session, case.id, evil, evil, evil, now)
    page = visitor.press(visitor.case_link(case.id, desk["manager"].id), do="done", text=evil)
    assert "alert(1)" in page.text
    assert "<script" not in page.text
    assert "<img" not in page.text
