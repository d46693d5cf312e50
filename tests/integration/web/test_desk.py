"""The desk: signed in by a press and never by a look, everybody sees what is theirs, and nobody else's press counts."""

import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote, urlsplit

import httpx
import pytest
from sqlalchemy import select

from deployments.web.hosts import networks
from models.tables import Customer, DeskSession, FollowUp, History, Order, Staff
from models.words import CaseReasonKind, Meaning, Subject
from tasks.cases.open_case import open_case
from tasks.desk.sessions import end_sessions
from tasks.responses.record import Answer
from tests import factories
from tests.desk import Browser, staff
from tests.world import World


def sessions(world: World) -> Sequence[DeskSession]:
    with world.db.read() as session:
        return session.scalars(select(DeskSession)).all()


@pytest.fixture
def browser(world: World) -> Browser:
    with world.db.write() as session:
        first = factories.customer(session, "C-1", name="Giulia Ferri")
        second = factories.customer(session, "C-2", name="Ugo Verdi")
        one = factories.order(session, first, "SO-1")
        factories.order(session, second, "SO-2")
        one.seller_id = session.scalars(select(Staff.id).where(Staff.ref == "S-1")).one()
        open_case(
            session,
            world.policy,
            one.customer_id,
            CaseReasonKind.LOW_RATING,
            (Subject.ORDER, one.id),
            now=world.clock.now(),
            actor="test",
        )
    return Browser(world, httpx.Cookies())


def test_opening_the_link_signs_nobody_in_and_the_press_does_once(browser: Browser) -> None:
    link = urlsplit(browser.link_of("M-1")).path
    shown = browser.get(link)
    assert 'action="/desk/enter"' in shown.text
    assert sessions(browser.world) == []
    assert "seguito_desk" not in shown.headers.get("set-cookie", "")
    entered = browser.press("/desk/enter", link=link.removeprefix("/r/"))
    assert (entered.status_code, entered.headers["location"]) == (303, "/desk")
    cookie = entered.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "path=/desk", "max-age=43200"))
    other = Browser(browser.world, httpx.Cookies())
    again = other.press("/desk/enter", link=link.removeprefix("/r/"))
    assert again.status_code == 200
    assert "ne chieda uno nuovo" in again.text or "ask for a new one" in again.text
    assert len(sessions(browser.world)) == 1


def test_a_link_of_more_than_an_hour_ago_leads_to_asking_for_a_new_one(browser: Browser) -> None:
    link = urlsplit(browser.link_of("M-1")).path.removeprefix("/r/")
    browser.world.clock.set(browser.world.clock.now() + timedelta(minutes=61))
    stale = browser.press("/desk/enter", link=link)
    assert 'action="/desk/ask"' in stale.text
    assert sessions(browser.world) == []


def test_who_asks_for_a_link_learns_nothing_and_gets_one_an_hour(browser: Browser) -> None:
    known = staff(browser.world, "M-1").email or ""
    pages = [
        browser.press("/desk/ask", address=address).text
        for address in (known, "nobody@elsewhere.example", known)
    ]
    assert pages[0] == pages[1] == pages[2]
    with browser.world.db.read() as session:
        asked = session.scalars(select(FollowUp).where(FollowUp.kind == "own-page")).all()
    assert len(asked) == 1


def test_an_hour_is_an_hour_and_not_that_of_the_clock(browser: Browser) -> None:
    known, start = staff(browser.world, "M-1").email or "", browser.world.clock.now().replace(minute=59)
    for minutes, mails in ((0, 1), (2, 1), (59, 1), (61, 2), (62, 2)):
        browser.world.clock.set(start + timedelta(minutes=minutes))
        browser.press("/desk/ask", address=known)
        with browser.world.db.read() as session:
            asked = session.scalars(select(FollowUp).where(FollowUp.kind == "own-page")).all()
        assert len(asked) == mails, minutes


def test_a_session_ends_by_time_by_pressing_and_everywhere(browser: Browser) -> None:
    browser.enter("M-1")
    assert "seguito" not in browser.get("/desk").text.partition("<main>")[0]
    assert 'action="/desk/ask"' not in browser.get("/desk").text
    phone = Browser(browser.world, httpx.Cookies())
    browser.world.clock.set(browser.world.clock.now() + timedelta(seconds=1))
    phone.enter("M-1")
    browser.press("/desk/out")
    assert 'action="/desk/ask"' in browser.get("/desk").text
    assert 'action="/desk/ask"' not in phone.get("/desk").text
    phone.press("/desk/out", everywhere="1")
    assert all(one.revoked_at is not None for one in sessions(browser.world))
    browser.world.clock.set(browser.world.clock.now() + timedelta(seconds=1))
    browser.enter("M-1")
    browser.world.clock.set(browser.world.clock.now() + timedelta(hours=12, seconds=1))
    assert 'action="/desk/ask"' in browser.get("/desk").text


def test_whoever_leaves_the_company_is_signed_out(browser: Browser) -> None:
    browser.enter("M-1")
    with browser.world.db.write() as session:
        session.scalars(select(Staff).where(Staff.ref == "M-1")).one().active = False
    assert 'action="/desk/ask"' in browser.get("/desk").text


@pytest.mark.parametrize(
    ("peer", "header", "enters"),
    [
        ("10.1.2.3", "m-1@casa.example", True),
        ("10.1.9.9", "m-1@casa.example", False),
        ("127.0.0.1", "m-1@casa.example", False),
        ("::ffff:10.1.2.3", " M-1@casa.example ", True),
        ("10.1.2.3", "nobody@casa.example", False),
        ("10.1.2.3", "%", False),
        ("10.1.2.3", "", False),
    ],
)
def test_the_header_of_a_sign_on_is_believed_from_its_proxy_alone(
    browser: Browser, peer: str, header: str, enters: bool
) -> None:
    proxied = Browser(
        browser.world,
        httpx.Cookies(),
        peer=peer,
        more={"desk_user_header": "X-Forwarded-Email", "desk_proxies": networks("10.1.2.0/24")},
    )
    page = proxied.ask("GET", "/desk/company", headers={"X-Forwarded-Email": header})
    assert ('action="/desk/ask"' not in page.text) is enters
    told = {"X-Forwarded-Email": "m-1@casa.example", "X-Forwarded-For": "10.1.2.3"}
    unasked = Browser(browser.world, httpx.Cookies(), peer="10.1.2.3").ask("GET", "/desk", headers=told)
    assert 'action="/desk/ask"' in unasked.text, "a header that no setting names is none"


def test_a_colleague_who_lost_a_telephone_is_signed_out_by_another(browser: Browser) -> None:
    browser.enter("M-1")
    services = browser.world.services
    with pytest.raises(ValueError, match="nobody here has the reference X-9"):
        end_sessions(services, "M-1", "X-9")
    assert end_sessions(services, "M-1", "A-1") == 1
    assert 'action="/desk/ask"' in browser.get("/desk").text
    with browser.world.db.read() as session:
        noted = session.scalars(select(History).where(History.event == "signed-out")).one()
        assert (noted.actor, noted.subject_id) == ("A-1", staff(browser.world, "M-1").id)


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_press_from_another_site_does_nothing(browser: Browser, headers: dict[str, str]) -> None:
    browser.enter("M-1")
    assert browser.ask("POST", "/desk/out", headers=headers).status_code == 404
    assert sessions(browser.world)[0].revoked_at is None
    link = urlsplit(browser.link_of("M-1")).path.removeprefix("/r/")
    assert browser.ask("POST", "/desk/enter", headers=headers, link=link).status_code == 404


def test_the_day_shows_the_case_with_its_reason_and_its_page(browser: Browser) -> None:
    page = browser.enter("M-1").get("/desk").text
    assert "Giulia Ferri" in page
    assert "C-1" in page
    link = re.search(r'href="(/desk/case/[0-9]+)"', page)
    assert link is not None
    assert browser.get(link[1]).status_code == 200


def test_a_seller_finds_and_sees_only_customers_of_his_or_her_own(browser: Browser) -> None:
    with browser.world.db.read() as session:
        mine, other = session.scalars(select(Customer.ref).order_by(Customer.id)).all()
    browser.enter("S-1")
    found = browser.follow("/desk/find?q=C-").text + browser.follow(f"/desk/find?q={other}").text
    assert f"/desk/customer/{other}" not in found
    assert f"/desk/customer/{mine}" in browser.follow(f"/desk/find?q={mine}").text
    assert browser.get(f"/desk/customer/{mine}").status_code == 200
    assert browser.get(f"/desk/customer/{other}").status_code == 404
    assert browser.get("/desk/company").status_code == 404
    assert browser.get("/desk/list/cases").status_code == 404
    assert "/desk/company" not in browser.get("/desk").text


@pytest.mark.parametrize("asked", ["łucja", "Łucja", "ŁUCJA ŻAK", "żak", "Łucja Żak", "100%"])
def test_letters_of_every_language_are_found_in_any_case(browser: Browser, asked: str) -> None:
    with browser.world.db.write() as session:
        session.scalars(select(Customer).where(Customer.ref == "C-1")).one().name = "Łucja Żak 100%"
    found = browser.enter("M-1").follow(f"/desk/find?q={quote(asked)}").text
    assert "C-1" in found
    assert "C-2" not in found
    listed = browser.get(f"/desk/list/cases?q={quote(asked)}").text
    assert "/desk/customer/C-1" in listed


def test_whoever_sells_sees_the_open_cases_of_own_customers_and_all_of_these(browser: Browser) -> None:
    browser.enter("S-1")
    today = browser.get("/desk").text
    assert "Casi aperti dei miei clienti" in today
    assert "Giulia Ferri" in today
    assert "Ugo Verdi" not in today
    own = browser.get("/desk/find").text
    assert "Giulia Ferri" in own
    assert "Ugo Verdi" not in own
    assert "Giulia Ferri" not in Browser(browser.world, httpx.Cookies()).enter("A-1").get("/desk/find").text


def test_a_customer_is_found_by_whatever_is_known(browser: Browser) -> None:
    with browser.world.db.write() as session:
        customer = session.scalars(select(Customer).order_by(Customer.id)).first()
        assert customer is not None
        customer.name, customer.phone, customer.email = (
            "Ferramenta Zen 100%",
            "+39 (0422) 555-777",
            "zen@zen.example",
        )
        ref = customer.ref
    browser.enter("A-1")
    for asked in ("ferramenta", "SO-1", "0422555777", "555 777", "ZEN@zen", ref.lower()):
        assert f"/desk/customer/{ref}" in browser.follow(f"/desk/find?q={asked}").text, asked
    nothing = browser.get("/desk/find?q=<script>alert(1)</script>")
    assert nothing.status_code == 200
    assert "<script>alert" not in nothing.text


def test_the_page_of_a_customer_has_past_now_and_what_comes_next(browser: Browser) -> None:
    browser.world.sweep("welcome-contact")
    with browser.world.db.read() as session:
        ref = session.scalars(select(Customer.ref).order_by(Customer.id)).first()
    page = browser.enter("M-1").get(f"/desk/customer/{ref}").text
    assert "Che cosa è previsto" in page or "What is planned" in page
    assert "SO-1" in page


def test_the_company_s_figures_open_their_lists_and_files(browser: Browser) -> None:
    with browser.world.db.write() as session:
        session.scalars(select(Customer).order_by(Customer.id)).first().name = '=HYPERLINK("x")'  # type: ignore[union-attr]
    browser.enter("M-1")
    page = browser.get("/desk/company").text
    assert re.search(r"<strong>1</strong> (casi aperti|open cases)", page)
    assert browser.get("/desk/list/cases").status_code == 200
    file = browser.get("/desk/list/cases?form=csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert ",'=HYPERLINK" in file.text or "\"'=HYPERLINK" in file.text, "a spreadsheet takes it for words"
    for path in (
        "/desk/list/secrets",
        "/desk/list/cases?page=0",
        "/desk/list/cases?page=99999999999999999999",
    ):
        assert browser.get(path).status_code in {404, 422}


def test_nothing_of_the_desk_is_there_without_a_session(browser: Browser) -> None:
    for path in (
        "/desk",
        "/desk/find?q=a",
        "/desk/customer/C-1",
        "/desk/company",
        "/desk/list/cases?form=csv",
    ):
        page = browser.get(path)
        assert 'action="/desk/ask"' in page.text
        assert "Giulia" not in page.text
    assert browser.press("/desk/out").status_code == 200


def test_what_somebody_said_is_read_at_the_desk(browser: Browser) -> None:
    with browser.world.db.read() as session:
        customer = session.scalars(select(Customer).order_by(Customer.id)).first()
        assert customer is not None
    now = browser.world.clock.now()
    browser.world.hear(
        Answer("r-1", customer.id, Meaning.MESSAGE, "page", now, order_id=1, text="Le ante non chiudono.")
    )
    assert "Le ante non chiudono." in browser.enter("M-1").get(f"/desk/customer/{customer.ref}").text


def test_a_list_is_narrowed_by_words_sorted_and_taken_along_as_it_is_seen(browser: Browser) -> None:
    with browser.world.db.write() as session:
        other = session.scalars(select(Customer).where(Customer.ref == "C-2")).one()
        open_case(
            session,
            browser.world.policy,
            other.id,
            CaseReasonKind.CALL_ME,
            (Subject.CUSTOMER, other.id),
            now=browser.world.clock.now() - timedelta(days=1),
            actor="test",
        )
    browser.enter("M-1")
    both = browser.get("/desk/list/cases").text
    assert both.index("Ugo Verdi") < both.index("Giulia Ferri"), "who waits longest comes first"
    turned = browser.get("/desk/list/cases?sort=-since").text
    assert turned.index("Giulia Ferri") < turned.index("Ugo Verdi")
    for asked in ("q=ugo", "q=telefonata", "why=call-me", "q=C-2"):
        found = browser.get(f"/desk/list/cases?{asked}").text
        assert "Ugo Verdi" in found, asked
        assert "Giulia Ferri" not in found, asked
        file = browser.get(f"/desk/list/cases?{asked}&form=csv").text
        assert file.count("\r\n") == 2, asked
    assert "Ugo Verdi" not in browser.get("/desk/list/cases?q=100%25").text
    mine = browser.get("/desk/list/cases?owner=M-1&sort=name&q=ferri").text
    assert 'href="/desk/case/' in mine
    for path in ("list/cases?q=%00", "find?q=a%00", "customer/C-1%00", "look/welcome-contact/SO-1%00"):
        assert browser.get(f"/desk/{path}").status_code == 404, path
    for odd in ("sort=secret", "sort=-", "q=%27%22%25_", "why=x&owner=y&state=z", "day=never"):
        assert browser.get(f"/desk/list/cases?{odd}").status_code == 200, odd
        assert browser.get(f"/desk/list/planned?{odd}").status_code == 200, odd
        assert browser.get(f"/desk/list/money?{odd}").status_code == 200, odd


def test_what_goes_out_tomorrow_and_what_money_is_held(browser: Browser) -> None:
    world = browser.world
    with world.db.write() as session:
        for one in session.scalars(select(Customer)):
            factories.invoice(session, one, f"F-{one.ref}", open_cents=64_000)
    world.sweep("credit-recovery")
    with world.db.write() as session:
        other = session.scalars(select(Customer).where(Customer.ref == "C-2")).one()
        session.add(
            FollowUp(
                subject_type="order",
                subject_id=session.scalars(select(Order.id).where(Order.ref == "SO-2")).one(),
                customer_id=other.id,
                sweep="welcome-contact",
                kind="progress-update",
                step="x",
                nudge=0,
                owed_at=world.clock.now() + timedelta(days=1),
                due_at=world.clock.now() + timedelta(days=1),
                state="planned",
                attempts=0,
            )
        )
    browser.enter("D-1")
    tomorrow = browser.get("/desk/list/planned?day=tomorrow").text
    assert "Ugo Verdi" in tomorrow
    assert "aggiornamento durante l" in tomorrow
    assert "Ugo Verdi" not in browser.get("/desk/list/planned?day=today").text
    money = browser.get("/desk/list/money").text
    assert "F-C-1" in money
    assert "è aperto un reclamo" in money
    assert "F-C-2" not in money
    company = browser.get("/desk/company").text
    assert "640,00" in money, "what is open of it, and not what it was"
    assert "640,00" in company
    assert "La valutazione è bassa" in company
