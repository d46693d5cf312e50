"""What people look for at the desk is found within the presses that docs/how-to/desk.md names, no more and no less."""

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from models.queries.health import state
from models.rules.health.intervals import EVERY
from models.tables import Case, Customer, FollowUp, Order, Staff, Watermark
from models.words import CaseReasonKind, CommitmentKind, FollowUpState, Subject
from tasks.cases.holds import hold_customer, stop_delay_alerts
from tasks.cases.open_case import open_case
from tasks.commitments.close import promise
from tasks.planning.plan import plan_all
from tests import factories
from tests.command import ROOT
from tests.desk import Browser
from tests.world import World

FIND = "/desk/find?q=ferri"
"""Leads to the customer, since there is but one."""
QUESTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "what did this customer get": ((FIND,), "contatto di benvenuto"),
    "what comes next": ((FIND,), "aggiornamento durante l"),
    "what holds it, and until when": ((FIND,), "20 marzo 2026, ore 12:00, Marco Conti"),
    "who stopped the alert, and why": ((FIND,), "lo sa dal venditore"),
    "what was agreed, and who owes it": ((FIND,), "Una telefonata promessa, Marco Conti"),
    "which contacts failed today, and for whom": (
        ("/desk/company", "/desk/list/contacts?state=failed"),
        "Giulia Ferri",
    ),
    "what goes out tomorrow": (("/desk/company", "/desk/list/planned?day=tomorrow"), "Ugo Verdi"),
    "my calls": ((), "La valutazione è bassa"),
    "my promises that are late": ((), "in ritardo"),
    "who waits longest": (("/desk/company",), "Chi aspetta da più tempo"),
    "what was parked": (("/desk/company", "/desk/list/commitments?why=mail"), "Una mail da guardare"),
    "which sweep has not run": (("/desk/company",), "non è partito"),
}


@pytest.fixture
def morning(world: World) -> Browser:
    now = world.clock.now()
    with world.db.write() as session:
        manager = session.scalars(select(Staff).where(Staff.ref == "M-1")).one()
        first, second = factories.customer(session), factories.customer(session, "C-2", name="Ugo Verdi")
        order = factories.order(session, first, "SO-1")
        factories.order(session, second, "SO-2")
        session.flush()
    world.sweep("welcome-contact")
    plan_all(world.db, world.policy, now)
    with world.db.write() as session:
        about = (Subject.CUSTOMER, first.id)
        owed = promise(session, world.policy, first.id, CommitmentKind.CALL_BACK, about, now=now, actor="M-1")
        owed.owner_id, owed.due_at = manager.id, now - timedelta(hours=1)
        open_case(
            session,
            world.policy,
            first.id,
            CaseReasonKind.LOW_RATING,
            (Subject.ORDER, session.scalars(select(Order.id).where(Order.ref == "SO-1")).one()),
            now=now - timedelta(hours=3),
            actor="test",
        )
        promise(session, world.policy, second.id, CommitmentKind.MAIL, about, now=now, actor="test")
        welcome = session.scalars(
            select(FollowUp).where(FollowUp.customer_id == first.id, FollowUp.kind == "order-confirmation")
        ).one()
        welcome.state, welcome.sent_at = FollowUpState.FAILED, now
        other = session.scalars(
            select(FollowUp).where(FollowUp.customer_id == second.id, FollowUp.state == "planned")
        ).first()
        assert other is not None
        other.due_at = now + timedelta(days=1)
        for name in EVERY:
            state.note_run(session, name, now - timedelta(hours=9 if name == "delay-alert" else 0))
        session.scalars(select(Customer)).all()
    hold_customer(world, first.id, "M-1", "in ospedale", now + timedelta(days=2, hours=2))
    stop_delay_alerts(world, order.ref, "A-1", "lo sa dal venditore", now + timedelta(days=3))
    return Browser(world).enter("M-1")


def test_each_question_is_answered_in_the_presses_that_the_docs_name(morning: Browser) -> None:
    page = morning.get("/desk").text
    texts = {"": page}
    for question, (presses, words) in QUESTIONS.items():
        before = page
        for press in presses:
            link = press.partition("?")[0] if press == FIND else press.replace("&", "&amp;")
            opens = f'action="{link}"' if press == FIND else f'href="{link}"'
            assert opens in before, f"{question}: nothing opens {press}"
            texts.setdefault(press, "")
            texts[press] = texts[press] or morning.follow(press).text
            before = texts[press]
        assert words in before, f"{question}: {words}"


def test_what_has_not_run_is_told_from_what_has(morning: Browser) -> None:
    page = morning.get("/desk/company").text
    row = re.search(r"<tr>.*delay-alert.*</tr>", page)
    assert row is not None
    assert "18 mar 2026, 01:00" in row[0], "when it ran"
    assert "18 mar 2026, 02:30" in row[0], "by when it should have again"
    assert page.count("non è partito") == 1
    with morning.world.db.write() as session:
        session.execute(delete(Watermark).where(Watermark.name == "ran:import-sales"))
    assert re.search(
        r"<tr>.*import-sales.*mai.*non è ancora partito.*</tr>", morning.get("/desk/company").text
    )


def test_each_figure_of_the_company_counts_the_list_that_it_opens(morning: Browser) -> None:
    world = morning.world
    with world.db.write() as session:
        for customer in session.scalars(select(Customer)):
            factories.invoice(session, customer, f"F-{customer.ref}")
        session.scalars(select(Case)).one().opened_at -= timedelta(days=9)
    world.sweep()
    page = html.unescape(morning.get("/desk/company").text)
    found = re.findall(r'href="(/desk/list/[^"]+)">(?:<strong>)?(\d+)', page)
    found += re.findall(r'href="(/desk/list/[^"]+)">[^<]+</a> <strong>(?:fatture: )?(\d+)', page)
    found += re.findall(r'href="(/desk/list/gaps)">[^<]*: (\d+)</a>', page)
    names = {path.split("?")[0].rsplit("/", 1)[1] for path, _ in found}
    assert names == {"cases", "commitments", "contacts", "calls", "gaps", "money"}
    assert any(number != "0" for path, number in found if "calls" in path)
    for path, number in found:
        file = morning.get(f"{path}{'&' if '?' in path else '?'}form=csv")
        lines = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
        assert len(lines) - 1 == int(number), path
        assert "cliente" in lines[0] or "gaps" in path, "heads are words"
        assert morning.get(path).status_code == 200


def test_each_matter_stands_once_on_the_day(morning: Browser) -> None:
    page = morning.get("/desk").text.partition("<main>")[2]
    links = re.findall(r'href="(/desk/(?:case|commitment|inbound)/\d+)"', page)
    assert len(links) == len(set(links)) > 0
    assert "Telefonata di ascolto" not in page, "that is the call of the case"


def test_the_docs_name_these_questions_and_their_presses() -> None:
    written = (ROOT / "docs/how-to/desk.md").read_text(encoding="utf-8")
    named = {
        match[1].lower(): int(match[2])
        for match in re.finditer(r"^\| ([^|]+?)\? \| [^|]+ \| (\d) \|$", written, re.MULTILINE)
    }
    assert named == {question: len(presses) for question, (presses, _) in QUESTIONS.items()}
