"""A customer answers through a link."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.languages import CODES
from models.policy import Policy
from models.tables import Customer, FollowUp, History, Response
from models.words import Meaning
from tasks.mails.labels import label
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tests import factories
from tests.visitor import Visitor, sent

CHECK = "satisfaction-check"


@pytest.fixture
def visitor(db: Database, policy: Policy, clock: SetClock) -> Visitor:
    with db.write() as session:
        factories.desk(session)
    return Visitor(db, policy, clock)


@pytest.fixture
def link(visitor: Visitor) -> str:
    """The link of a satisfaction check about order SO-1."""
    return _link(visitor)


def _link(visitor: Visitor, kind: str = CHECK, **facts: object) -> str:
    with visitor.db.write() as session:
        customer = factories.customer(session, **facts)
        return visitor.answer_link(sent(session, customer, kind, factories.order(session, customer)))


def _key(visitor: Visitor, link: str) -> str:
    return visitor.links.read_answer(link.rpartition("/")[2], 90)


def test_opening_a_link_changes_nothing(visitor: Visitor, link: str):
    before = visitor.dump()
    for query in ("", "?say=rating&score=1", "?say=call-me", "?say=%00&score=99"):
        for method in ("GET", "HEAD"):
            assert visitor.open(link + query, method).status_code == 200
    assert visitor.dump() == before


def test_the_page_says_what_the_mail_was_about_and_preselects(visitor: Visitor, link: str):
    page = visitor.open(link + "?say=rating&score=4").text
    assert "SO-1" in page
    assert "Cucina Nives" in page
    assert "Giulia Ferri" in page
    assert 'name="rating" value="4" checked' in page
    assert 'name="meaning" value="" checked' in page
    page = visitor.open(link + "?say=not-arrived").text
    assert 'name="meaning" value="not-arrived" checked' in page
    assert page.count(" checked") == 1


def test_a_link_that_the_policy_offers_no_more_still_does_what_it_says(visitor: Visitor, link: str):
    assert 'value="paid" checked' in visitor.open(link + "?say=paid").text
    assert visitor.press(link, meaning="paid").status_code == 200
    assert [row[1] for row in visitor.responses()] == ["paid"]


def test_an_answer_is_recorded_with_all_it_belongs_to(visitor: Visitor, link: str):
    page = visitor.press(link, rating="5", text="Tutto  bene,\r\ngrazie\x00")
    assert page.status_code == 200
    with visitor.db.read() as session:
        row = session.scalars(select(Response)).one()
        follow_up = session.scalars(select(FollowUp)).one()
    assert row.ref == f"{_key(visitor, link)}:rating"
    assert (row.meaning, row.rating, row.text) == ("rating", 5, "Tutto  bene,\ngrazie")
    assert (row.channel, row.order_id, row.invoice_id) == ("page", follow_up.subject_id, None)
    assert row.follow_up_id == follow_up.id
    assert row.received_at == visitor.clock.now()
    assert follow_up.state == "answered"
    assert visitor.reasons() == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"rating": "1"}, "low-rating"),
        ({"rating": "2", "meaning": ""}, "low-rating"),
        ({"meaning": "call-me"}, "call-me"),
        ({"meaning": "not-arrived"}, "not-arrived"),
        ({"meaning": "not-solved"}, "not-solved"),
        ({"text": "La porta non chiude."}, "message"),
    ],
)
def test_trouble_opens_a_case_in_the_same_request_and_names_who_hears_of_it(
    visitor: Visitor, link: str, fields: dict[str, str], reason: str
):
    page = visitor.press(link, **fields).text
    assert visitor.reasons() == [reason]
    assert "Marco Conti" in page.split("<h2>")[1]


def test_a_rating_and_a_wish_are_two_answers(visitor: Visitor, link: str):
    visitor.press(link, rating="2", meaning="call-me", text="Dopo le 17")
    assert sorted(row[1:] for row in visitor.responses()) == [
        ("call-me", None, "Dopo le 17"),
        ("rating", 2, None),
    ]
    assert sorted(visitor.reasons()) == ["call-me", "low-rating"]


def test_who_rates_low_and_wants_a_call_is_told_first_that_we_are_sorry(visitor: Visitor, link: str):
    page = visitor.press(link, rating="2", meaning="call-me", text="Dopo le 17").text
    sorry, call = "Ci dispiace che non sia andata come doveva", "La chiama entro"
    assert 0 < page.index(sorry) < page.index(call)
    assert page.count(sorry) == 1


def test_pressing_twice_is_kind_and_counts_once(visitor: Visitor, link: str):
    fields = {"rating": "2", "meaning": "call-me", "text": "Dopo le 17"}
    visitor.press(link, **fields)
    before = visitor.dump()
    again = visitor.press(link, **fields)
    assert again.status_code == 200
    assert "non è andato perso nulla" in again.text
    assert visitor.dump() == before
    assert "ci è già arrivata" in visitor.open(link).text


def test_two_presses_at_the_same_moment_count_once(visitor: Visitor, link: str):
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: visitor.press(link, rating="1", text="Male"), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(visitor.responses()) == 1
    assert visitor.reasons() == ["low-rating"]


def test_an_addition_is_kept(visitor: Visitor, link: str):
    visitor.press(link, rating="5")
    visitor.press(link, meaning="message", text="Però manca una vite.")
    visitor.press(link, meaning="message", text="E una cerniera.")
    visitor.press(link, meaning="message", text="E una cerniera.")
    assert [row[3] for row in visitor.responses()] == [None, "Però manca una vite.", "E una cerniera."]
    assert len({row[0] for row in visitor.responses()}) == 3
    assert visitor.reasons() == ["message"]


def test_other_words_or_another_rating_for_the_same_question_are_kept(visitor: Visitor, link: str):
    visitor.press(link, rating="5", text="Bene")
    visitor.press(link, rating="5", text="Bene, ma ora perde acqua")
    visitor.press(link, rating="1")
    said = [row[1:] for row in visitor.responses()]
    assert said == [
        ("rating", 5, "Bene"),
        ("message", None, "Bene, ma ora perde acqua"),
        ("message", 1, None),
    ]
    assert visitor.reasons() == ["message", "low-rating"]


def test_whoever_answers_very_often_is_asked_to_call(visitor: Visitor, link: str):
    for number in range(25):
        page = visitor.press(link, meaning="message", text=f"Ancora {number}")
        assert page.status_code == 200
    assert len(visitor.responses()) == 20
    assert "+39 0422 555 0100" in page.text.split("<footer>")[0]


UNRECORDABLE = (
    ({"rating": "6"}, "da 1 a 5"),
    ({"rating": "-1"}, "da 1 a 5"),
    ({"rating": "²"}, "da 1 a 5"),
    ({"meaning": "rating"}, "da 1 a 5"),
    ({"meaning": "burn-it"}, "riconosciuto"),
    ({"meaning": "message", "text": "  \n "}, "Scriva qui sotto"),
    ({}, "Scelga una risposta"),
    ({"rating": "4", "text": "parola " * 600}, "4000 caratteri"),
)


def test_what_cannot_be_recorded_is_said_kindly_and_nothing_typed_is_lost(visitor: Visitor, link: str):
    before = visitor.dump()
    for fields, words in UNRECORDABLE:
        page = visitor.press(link, **fields)
        assert page.status_code == 422
        assert words in page.text
        assert fields.get("text", "").strip() in page.text
    assert visitor.dump() == before


def test_a_text_of_just_the_right_length_is_taken(visitor: Visitor, link: str):
    text = "à\n" * 1_999 + "òò"
    assert visitor.press(link, meaning="message", text=text.replace("\n", "\r\n")).status_code == 200
    assert visitor.responses()[0][3] == text


def test_paid_on_a_letter_of_several_invoices_is_one_answer_on_the_first(visitor: Visitor):
    with visitor.db.write() as session:
        customer = factories.customer(session)
        lead = factories.invoice(session, customer, "F-1")
        other = factories.invoice(session, customer, "F-2")
        link = visitor.answer_link(sent(session, customer, "payment-reminder", lead, other))
    page = visitor.open(link + "?say=paid").text
    assert "F-1" in page
    assert "F-2" in page
    assert visitor.press(link, meaning="paid", text="Bonifico di ieri").status_code == 200
    with visitor.db.read() as session:
        row = session.scalars(select(Response)).one()
    assert (row.invoice_id, row.order_id, row.text) == (lead.id, None, "Bonifico di ieri")
    assert visitor.reasons() == ["payment-check"]  # and somebody looks


def test_the_link_of_a_mail_that_was_sent_anew_still_works(visitor: Visitor, link: str):
    """The server had the first mail after all, though it told us to come back later."""
    with visitor.db.write() as session:
        follow_up = session.scalars(select(FollowUp)).one()
        follow_up.message_id = None
    assert "SO-1" in visitor.open(link).text
    visitor.press(link, rating="3")
    with visitor.db.read() as session:
        assert session.scalars(select(Response.follow_up_id)).one() == follow_up.id


def test_whoever_asks_for_a_call_without_a_known_number_is_asked_for_one(visitor: Visitor):
    link = _link(visitor, phone=None)
    assert "numero di telefono" in visitor.press(link, meaning="call-me").text
    assert "numero di telefono" not in visitor.press(link, meaning="call-me", text="333 555 0199").text


KINDS = ((CHECK, False), ("welcome-contact", True), ("gone-from-the-policy", False))


@pytest.mark.parametrize("language", CODES)
def test_every_meaning_in_every_language(visitor: Visitor, language: str):
    for meaning in set(Meaning) - {Meaning.WITHDRAW}:  # which has a page of its own
        for kind, is_service in KINDS:
            with visitor.db.write() as session:
                customer = factories.customer(session, f"C-{kind}-{meaning}", language=language)
                order = factories.order(session, customer, f"SO-{kind}-{meaning}", is_service=is_service)
                link = visitor.answer_link(sent(session, customer, kind, order))
            page = visitor.open(f"{link}?say={meaning}&score=2")
            assert f'<html lang="{language}">' in page.text
            assert label(language, "rating.5") in page.text
            fields = {"rating": "2"} if meaning is Meaning.RATING else {"meaning": meaning, "text": "x"}
            if meaning is Meaning.WILL_PAY:
                fields["pays_on"] = "2026-03-20"
            for _ in range(2):
                assert visitor.press(link, **fields).status_code == 200


def test_nobody_can_write_html_into_a_page(visitor: Visitor):
    evil = "<script>alert(1)</script>\"'><img src=x>"
    with visitor.db.write() as session:
        customer = factories.customer(session, name=evil)
        order = factories.order(session, customer, description=evil)
        link = visitor.answer_link(sent(session, customer, CHECK, order))
    for page in (
        visitor.open(link),
        visitor.press(link, rating="9", text=evil),
        visitor.press(link, meaning="message", text=evil),
    ):
        assert "alert(1)" in page.text
        assert "<script" not in page.text
        assert "<img" not in page.text


def test_an_old_link_gets_a_kind_page_with_the_way_to_a_person(visitor: Visitor, link: str):
    before = visitor.dump()
    visitor.clock.set(visitor.clock.now() + timedelta(days=91))
    for page in (visitor.open(link), visitor.press(link, rating="1")):
        assert page.status_code == 410
        assert "+39 0422 555 0100" in page.text
        assert "assistenza@casabelvedere.example" in page.text
        assert "Ferri" not in page.text
        assert "SO-1" not in page.text
    assert visitor.dump() == before


def test_courtesies_stop_with_one_click_and_no_question(visitor: Visitor):
    with visitor.db.write() as session:
        customer = factories.customer(session)
        link = visitor.stop_link(sent(session, customer, CHECK, factories.order(session, customer)))
    before = visitor.dump()
    page = visitor.open(link)
    visitor.open(link, "HEAD")
    assert visitor.dump() == before
    assert "fatture e pagamenti continuano" in page.text
    done = visitor.press(link, **{"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert "fatture e pagamenti continuano" in done.text
    stopped = visitor.clock.now()
    visitor.clock.set(stopped + timedelta(days=400))  # a wish to be left alone does not expire
    again = visitor.post(
        link, files={"List-Unsubscribe": (None, "One-Click")}
    )  # RFC 8058 allows multipart too
    assert again.status_code == 200
    assert "<form" not in visitor.open(link).text
    with visitor.db.read() as session:
        assert session.scalars(select(Customer.extras_stopped_at)).one() == stopped
        assert session.scalars(select(History.event)).all() == ["extras-stopped"]
