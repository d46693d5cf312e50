"""What is done about a customer at the desk: by role, named by who is signed in, and by the functions of every door."""

import os
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from models.tables import (
    Case,
    Commitment,
    Customer,
    FollowUp,
    History,
    Hold,
    Inbound,
    Message,
    Order,
    Response,
    Staff,
    Statement,
)
from models.words import CaseReasonKind, CommitmentKind, Matter, Subject
from tasks.archive.archives import MaildirArchive
from tasks.cases.open_case import open_case
from tasks.commitments.close import promise
from tasks.planning.plan import plan_all
from tasks.runtime.settings import Settings
from tests import factories
from tests.desk import Browser, staff
from tests.world import World

SOON = "2026-03-20T15:00"
"""Friday, two days after the clock of the tests."""


@pytest.fixture
def firm(world: World) -> World:
    """C-1 is of the seller S-1, C-2 of nobody who sells here; SO-1 is late."""
    with world.db.write() as session:
        first, second = (
            factories.customer(session, "C-1"),
            factories.customer(session, "C-2", name="Ugo Verdi"),
        )
        one = factories.order(session, first, "SO-1")
        factories.order(session, second, "SO-2")
        one.seller_id = one.owner_id = session.scalars(
            select(factories.Staff.id).where(factories.Staff.ref == "S-1")
        ).one()
    return world


def press(firm: World, ref: str, customer: str = "C-1", **form: str) -> httpx.Response:
    firm.clock.set(firm.clock.now() + timedelta(seconds=1))
    return Browser(firm).enter(ref).press(f"/desk/customer/{customer}", **form)


def rows(firm: World, table: type) -> list:
    with firm.db.read() as session:
        return list(session.scalars(select(table)))


def test_a_manager_holds_and_releases_by_name_and_reason(firm: World) -> None:
    for form in ({"until": SOON}, {"until": "2020-01-01T10:00", "text": "ferie"}, {"text": "ferie"}):
        assert press(firm, "M-1", do="hold", **form).status_code == 422
    assert rows(firm, Hold) == []
    held = press(firm, "M-1", do="hold", until=SOON, text="in ospedale")
    assert held.status_code == 200
    assert "Marco Conti: in ospedale" in held.text
    [hold] = rows(firm, Hold)
    assert (hold.actor, hold.reason) == ("M-1", "in ospedale")
    assert "ripartono" in press(firm, "M-1", do="release", text="è tornata").text
    assert rows(firm, Hold)[0].released_at is not None
    assert press(firm, "M-1", do="release", text="è tornata").status_code == 422, "nothing is held any more"


def test_a_delay_alert_is_stopped_for_an_order_of_this_customer_alone(firm: World) -> None:
    assert press(firm, "A-1", do="stop-alert", order="SO-2", until=SOON, text="lo sa").status_code == 422
    assert press(firm, "A-1", do="stop-alert", order="SO-1", until=SOON, text="lo sa").status_code == 200
    [hold] = rows(firm, Hold)
    assert (hold.subject_type, hold.sweep, hold.actor) == ("order", "delay-alert", "A-1")


def test_a_seller_mutes_nothing_of_an_own_sale_and_is_not_offered_to(firm: World) -> None:
    firm.clock.set(firm.clock.now() + timedelta(seconds=1))
    page = Browser(firm).enter("S-1").get("/desk/customer/C-1").text
    for do in ("hold", "release", "stop-alert", "erase"):
        assert f'id="{do}"' not in page
    assert "/desk/export/" not in page
    assert '<option value="nothing more"' not in page, "what is refused is not offered"
    said = press(firm, "S-1", do="record", text="Chiede il pezzo nuovo.", wants="an answer", press="w")
    assert said.status_code == 200
    for form in (
        {"do": "hold", "until": SOON, "text": "aspetto"},
        {"do": "stop-alert", "order": "SO-1", "until": SOON, "text": "glielo dico io"},
        {"do": "erase"},
    ):
        assert press(firm, "S-1", **form).status_code == 422
    firm.clock.set(firm.clock.now() + timedelta(seconds=1))
    assert Browser(firm).enter("S-1").get("/desk/export/C-1").status_code == 404
    assert rows(firm, Hold) == []


def test_what_a_seller_must_not_see_is_not_there_by_address_either(firm: World) -> None:
    now = firm.clock.now()
    with firm.db.write() as session:
        other = session.scalars(select(Customer).where(Customer.ref == "C-2")).one()
        case = open_case(
            session,
            firm.policy,
            other.id,
            CaseReasonKind.LOW_RATING,
            (Subject.CUSTOMER, other.id),
            now=now,
            actor="test",
        )
        owed = promise(
            session,
            firm.policy,
            other.id,
            CommitmentKind.CALL_BACK,
            (Subject.CUSTOMER, other.id),
            now=now,
            actor="test",
        )
        mail = Inbound(
            identity="x",
            digest="",
            size_bytes=1,
            received_at=now,
            recorded_at=now,
            sender="ugo@posta.example",
            sender_name="Ugo",
            subject="Segreto",
            verdict="human",
            why="",
            state="owned",
            customer_id=other.id,
            words="Segreto",
            quoted="",
            attachments=[],
        )
        session.add(mail)
        session.flush()
        sent = Message(
            key="f9-1",
            customer_id=other.id,
            kind="welcome-contact",
            step="first",
            language="it",
            recipient="ugo@posta.example",
            subject="Segreto",
            state="accepted",
            resends=0,
            marked_at=now,
        )
        session.add(sent)
        session.flush()
        paths = [
            "/desk/customer/C-2",
            f"/desk/case/{case.id}",
            f"/desk/commitment/{owed.id}",
            f"/desk/inbound/{mail.id}",
            f"/desk/inbound/{mail.id}/original/{mail.id}",
            f"/desk/sent/{sent.id}",
            f"/desk/sent/{sent.id}?shown=1",
            "/desk/look/welcome-contact/SO-2",
            "/desk/export/C-2",
        ]
    browser = Browser(firm).enter("S-1")
    for path in paths:
        assert browser.get(path).status_code == 404, path
    for path in (paths[0], *paths[1:4]):
        done = browser.press(path, do="record", text="Tutto bene.", outcome="done")
        assert done.status_code == 404, path
    assert rows(firm, Response) == []
    for path in ("/desk/case/0", "/desk/case/99999999999999999999", "/desk/secret/1", "/desk/commitment/777"):
        assert browser.get(path).status_code == 404, path


def test_what_a_customer_said_is_recorded_once_a_showing_by_who_is_signed_in(firm: World) -> None:
    form = {"do": "record", "about": "SO-1", "text": "Tutto bene, grazie.", "rating": "5", "press": "abc"}
    assert press(firm, "A-1", **form).status_code == 200
    press(firm, "A-1", **form)
    [said] = rows(firm, Response)
    assert (said.rating, said.channel, said.order_id is not None) == (5, "phone, A-1", True)
    assert press(firm, "A-1", do="record", text="", press="b").status_code == 422
    assert press(firm, "A-1", do="record", text="x", rating="9", press="c").status_code == 422
    call = press(firm, "A-1", do="record", text="Richiamatemi.", wants="a call back", press="d")
    assert call.status_code == 200
    assert [one.kind for one in rows(firm, Commitment)] == [CommitmentKind.CALL_BACK]


def test_the_reference_of_another_customer_is_none_here(firm: World) -> None:
    press(firm, "A-1", do="record", about="SO-2", text="Tutto bene.", press="abc")
    with firm.db.read() as session:
        mine = session.scalars(select(Customer.id).where(Customer.ref == "C-1")).one()
    assert [one.customer_id for one in rows(firm, Response)] == [mine]


def test_an_appointment_names_who_goes_and_a_past_one_is_refused(firm: World) -> None:
    assert press(firm, "S-1", do="appointment", at="2020-01-01T10:00", text="posa").status_code == 422
    coming = {"next-who": "S-1"}
    assert (
        press(firm, "A-1", do="appointment", about="SO-1", at=SOON, text="posa", **coming).status_code == 200
    )
    [made] = rows(firm, Commitment)
    with firm.db.read() as session:
        assert session.get_one(Staff, made.owner_id).ref == "S-1"  # who comes owns it
    assert (made.kind, made.words, f"{made.due_at:%Y-%m-%d %H:%M}") == (
        CommitmentKind.APPOINTMENT,
        "posa",
        "2026-03-20 14:00",
    )
    assert press(firm, "S-1", do="appointment", about="SO-1", at=SOON, text="posa").status_code == 422


def test_a_matter_is_raised_a_version_added_and_help_asked_for(firm: World) -> None:
    assert press(firm, "S-1", do="raise", text="È scontento.").status_code == 422, "what is it about?"
    assert press(firm, "S-1", do="state", text="La mia versione.").status_code == 422, "there is no case"
    assert press(firm, "S-1", do="raise", matter=Matter.DELAY, text="È in ritardo.").status_code == 200
    assert press(firm, "S-1", do="state", text="La mia versione.").status_code == 200
    assert press(firm, "S-1", do="help", text="Non trovo il camion.").status_code == 200
    assert len(rows(firm, Case)) == 1
    assert [one.author for one in rows(firm, Statement)] == ["S-1", "S-1"]
    assert CommitmentKind.HELP in [one.kind for one in rows(firm, Commitment)]


def test_a_mail_is_looked_at_before_it_is_sent_and_looking_changes_nothing(firm: World) -> None:
    firm.sweep("welcome-contact")
    with firm.db.read() as session:
        kinds = set(session.scalars(select(FollowUp.kind).where(FollowUp.state == "planned")))
    assert "progress-update" in kinds
    browser = Browser(firm).enter("A-1")
    before = len(rows(firm, History)), [one.due_at for one in rows(firm, FollowUp)]
    page = browser.get("/desk/customer/C-1").text
    assert 'href="/desk/look/progress-update/SO-1"' in page
    looked = browser.get("/desk/look/progress-update/SO-1")
    assert looked.status_code == 200
    mail = browser.get("/desk/look/progress-update/SO-1?shown=1")
    assert "sandbox" in mail.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in mail.headers["content-security-policy"]
    assert mail.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Cucina Nives" in mail.text
    assert before == (len(rows(firm, History)), [one.due_at for one in rows(firm, FollowUp)])
    form = {"do": "forward", "kind": "progress-update", "about": "SO-1"}
    assert browser.press("/desk/customer/C-1", **form).status_code == 422, "why?"
    assert browser.press("/desk/customer/C-1", **form, text="parte domani").status_code == 200
    with firm.db.read() as session:
        row = session.scalars(
            select(FollowUp).where(FollowUp.kind == "progress-update").order_by(FollowUp.due_at)
        ).first()
        assert row is not None
        assert row.due_at <= firm.clock.now()
        note = session.scalars(select(History).where(History.event == "brought-forward")).one()
    assert (note.actor, note.cause) == ("A-1", "parte domani")
    assert "parte domani" in browser.get("/desk/customer/C-1").text, "it stands in the story"


def test_what_says_that_a_day_has_passed_is_not_brought_before_it(firm: World) -> None:
    with firm.db.write() as session:
        order = session.scalars(select(Order).where(Order.ref == "SO-1")).one()
        order.promised_on = firm.clock.now().date() + timedelta(days=2)
        factories.invoice(
            session, session.get_one(Customer, order.customer_id), "F-1"
        ).due_on = order.promised_on
    plan_all(firm.db, firm.policy, firm.clock.now())
    browser = Browser(firm).enter("A-1")
    forms = [
        {"do": "forward", "kind": kind, "about": about, "text": "subito"}
        for kind, about in (("delay-alert", "SO-1"), ("payment-reminder", "F-1"))
    ]
    for form in forms:
        looked = browser.get(f"/desk/look/{form['kind']}/{form['about']}")
        assert "dice che un giorno è passato" in looked.text
        assert 'value="forward"' not in looked.text
        assert browser.press("/desk/customer/C-1", **form).status_code == 422
    firm.clock.set(firm.clock.now() + timedelta(days=3))
    browser = Browser(firm).enter("A-1")
    for form in forms:
        assert browser.press("/desk/customer/C-1", **form).status_code == 200, "it has passed"


def test_a_mail_is_read_from_the_archive_as_it_was_sent_and_its_links_lead_nowhere(
    firm: World, tmp_path: Path
) -> None:
    firm.sweep("welcome-contact")
    [sent] = [mail for mail in firm.mailer.mails if "c-1@posta.example" in mail.recipients]
    folder = tmp_path / "archive"
    (folder / "new").mkdir(parents=True)
    kept = folder / "new" / "1"
    kept.write_bytes(sent.body)
    at = firm.clock.now().timestamp()
    os.utime(kept, (at, at))
    archive = {"archive": MaildirArchive(folder)}
    browser = Browser(firm, more=archive).enter("S-1")
    [path] = set(re.findall(r'href="(/desk/sent/\d+)"', browser.get("/desk/customer/C-1").text))
    page = browser.get(path)
    assert 'sandbox src="?shown=1"' in page.text
    assert "A: c-1@posta.example" in page.text
    shown = browser.get(f"{path}?shown=1")
    assert "Cucina Nives" in shown.text
    assert "sandbox" in shown.headers["content-security-policy"]
    assert "<style" in shown.text
    assert "/a/" not in shown.text, "whoever reads it cannot answer in the customer's name"
    assert "href=" not in shown.text
    for other in (path, f"{path}?shown=1"):
        assert Browser(firm, httpx.Cookies(), more=archive).get(other).text.count("Nives") == 0
    [theirs] = [one.id for one in rows(firm, Message) if one.recipient == "c-2@posta.example"]
    assert browser.get(f"/desk/sent/{theirs}").status_code == 404, "another's customer"
    kept.unlink()
    assert "non c'è una copia" in browser.get(path).text.replace("&#39;", "'")
    assert browser.get(f"{path}?shown=1").status_code == 404


def test_a_manager_takes_a_copy_and_erases_whoever_has_nothing_open(firm: World, tmp_path: Path) -> None:
    with firm.db.write() as session:
        for order in session.scalars(select(Order)):
            order.delivered_at = order.signed_at
    browser = Browser(firm, more={"settings": Settings(state_dir=tmp_path)}).enter("M-1")
    copy = browser.get("/desk/export/C-1")
    assert copy.headers["content-type"] == "application/json"
    assert "Giulia Ferri" in copy.text
    assert browser.press("/desk/customer/C-1", do="erase", ref="C-2").status_code == 422
    gone = browser.press("/desk/customer/C-1", do="erase", ref="C-1")
    assert (gone.status_code, gone.headers["location"]) == (303, "/desk?did=act.erased")
    assert "cancellati" in browser.get("/desk?did=act.erased").text
    with firm.db.read() as session:
        assert "Giulia Ferri" not in set(session.scalars(select(Customer.name)))


def test_a_matter_is_opened_done_and_the_list_comes_back(firm: World) -> None:
    now = firm.clock.now()
    with firm.db.write() as session:
        owed = promise(
            session,
            firm.policy,
            1,
            CommitmentKind.CALL_BACK,
            (Subject.CUSTOMER, 1),
            now=now,
            actor="test",
        )
        owed.owner_id = session.scalars(select(factories.Staff.id).where(factories.Staff.ref == "A-1")).one()
    browser = Browser(firm).enter("A-1")
    path = f"/desk/commitment/{owed.id}"
    today = browser.get("/desk").text
    assert f'href="{path}"' in today
    assert 'href="tel:' in today, "a number to press"
    assert "italiano" in browser.get(path).text, "in which language"
    missing = browser.press(path, do="done", outcome="called")
    assert missing.status_code == 422
    taken = browser.press(path, do="take").text
    assert "da adesso se ne occupa Lei" in taken
    assert "caso" not in missing.text.partition('class="notice')[2].partition("</")[0], "this is none"
    over = browser.press(path, do="hand-over", to="A-2", text="parla polacco")
    assert over.headers["location"] == "/desk?did=inbox.thanks-hand-over&to=A-2"
    assert "Passato a: Ewa Nowak" in browser.get(over.headers["location"]).text
    done = browser.press(path, do="done", outcome="called", text="Ha capito.")
    assert done.headers["location"] == "/desk?did=inbox.thanks"
    assert f'href="{path}"' not in browser.get("/desk").text
    with firm.db.read() as session:
        row = session.get_one(Commitment, owed.id)
        actor = session.scalars(
            select(History.actor).where(History.event == "done", History.subject_id == owed.id)
        ).one()
    assert (row.outcome, actor) == ("called: Ha capito.", staff(firm, "A-1").ref)
    assert "<script>" not in browser.get("/desk?did=case.%3Cscript%3E&to=%3Cscript%3E").text


@pytest.mark.parametrize("path", ["/desk/customer/C-1", "/desk/case/1", "/desk/commitment/1"])
def test_a_press_from_another_site_or_without_a_session_does_nothing(firm: World, path: str) -> None:
    form = {"do": "hold", "until": SOON, "text": "x"}
    stranger = Browser(firm)
    assert 'action="/desk/ask"' in stranger.press(path, **form).text
    evil = Browser(firm).enter("M-1").ask("POST", path, headers={"origin": "https://evil.example"}, **form)
    assert evil.status_code == 404
    framed = Browser(firm).enter("D-1").get("/desk")
    assert framed.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in framed.headers["content-security-policy"]
    assert rows(firm, Hold) == []
