"""An appointment comes as a calendar file to the one who goes and to the customer; moved, it takes its own place."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from icalendar import Calendar
from sqlalchemy import select

from models.tables import Commitment, Customer, Staff
from models.words import CommitmentKind
from tasks.cases.raise_matter import set_appointment
from tasks.commitments.actions import NOTHING, Owing, close, promise_anew
from tasks.commitments.agreements import Agreement
from tasks.mails.mime import BOUNDARY
from tests import factories
from tests.desk import Browser
from tests.world import World

AT = datetime(2026, 3, 20, 14, 0, tzinfo=UTC)


@pytest.fixture
def firm(world: World) -> World:
    with world.db.write() as session:
        customer = factories.customer(session, "C-1", postal_address="Via Roma 1, Treviso", language="pl")
        order = factories.order(session, customer, "SO-1")
        order.owner_id = session.scalars(select(Staff.id).where(Staff.ref == "A-1")).one()
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        set_appointment(
            session,
            world.policy,
            "SO-1",
            AT,
            "posa del piano; citofono rotto",
            now=world.clock.now(),
            by=seller,
        )
    return world


def mails_to(world: World, address: str) -> list[EmailMessage]:
    found = [message_from_bytes(one.body, policy=policy.default) for one in world.mailer.to(address)]
    return [one for one in found if isinstance(one, EmailMessage)]


def event(mail: EmailMessage) -> dict[str, str]:
    [file] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert file.get_filename() == "calendar.ics"
    [found] = Calendar.from_ical(file.get_payload(decode=True)).walk("VEVENT")
    return {
        "uid": str(found["uid"]),
        "status": str(found["status"]),
        "organizer": str(found["organizer"]),
        "method": str(Calendar.from_ical(file.get_payload(decode=True))["method"]),
        "sequence": str(found["sequence"]),
        "begins": found.decoded("dtstart").astimezone(UTC).isoformat(),
        "summary": str(found["summary"]),
        "location": str(found.get("location", "")),
        "description": str(found.get("description", "")),
    }


def test_both_get_the_same_hour_and_our_own_words_stay_with_us(firm: World) -> None:
    firm.escalate()
    [ours], [theirs] = (mails_to(firm, one) for one in ("a-1@casa.example", "c-1@posta.example"))
    staff, customer = event(ours), event(theirs)
    assert staff["begins"] == customer["begins"] == AT.isoformat()
    assert staff["uid"] == customer["uid"]
    assert staff["summary"] == "Appuntamento: Giulia Ferri"
    assert customer["summary"] == f"Spotkanie: {firm.policy.company.name}"
    assert staff["location"] == customer["location"] == "Via Roma 1, Treviso"
    assert "citofono" in staff["description"]
    assert "citofono" not in theirs.as_string()
    assert "citofono" not in customer["description"]
    assert "Anna Bianchi" in customer["description"]
    assert "20 marca 2026" in str(theirs["Subject"])
    body = theirs.get_body(("html",))
    assert body is not None
    assert "SO-1" in body.get_content()


def test_a_moved_appointment_takes_the_place_of_the_first_in_every_calendar(firm: World) -> None:
    firm.escalate()
    before = event(mails_to(firm, "c-1@posta.example")[-1])
    with firm.db.write() as session:
        owed = session.scalars(select(Commitment).where(Commitment.kind == CommitmentKind.APPOINTMENT)).one()
        anna = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
        owing = Owing(session, firm.policy, owed, anna, firm.clock.now())
        promise_anew(owing, AT + timedelta(days=1), "customer-asked", "Sabato va meglio.")
    firm.clock.set(firm.clock.now() + timedelta(minutes=2))
    firm.escalate()
    after = event(mails_to(firm, "c-1@posta.example")[-1])
    assert after["uid"] == before["uid"]
    assert int(after["sequence"]) > int(before["sequence"])
    assert after["begins"] == (AT + timedelta(days=1)).isoformat()


def settle(
    world: World, outcome: str, text: str, following: Agreement = NOTHING, reason: str = "", by: str = "A-1"
) -> None:
    """Anna or another one closes the appointment, a while later."""
    world.clock.set(world.clock.now() + timedelta(minutes=2))
    with world.db.write() as session:
        owed = session.scalars(select(Commitment).where(Commitment.kind == CommitmentKind.APPOINTMENT)).one()
        who = session.scalars(select(Staff).where(Staff.ref == by)).one()
        close(Owing(session, world.policy, owed, who, world.clock.now()), outcome, text, reason, following)


@pytest.mark.parametrize("gives_way", [False, True])
def test_an_appointment_that_is_called_off_goes_out_of_the_customer_s_calendar(
    firm: World, gives_way: bool
) -> None:
    firm.escalate()
    before = event(mails_to(firm, "c-1@posta.example")[-1])
    assert (before["method"], before["status"]) == ("PUBLISH", "CONFIRMED")
    assert before["organizer"] == f"mailto:{firm.policy.company.sender}"
    if gives_way:
        call_later = Agreement(AT + timedelta(days=9), what="Nuova proposta per iscritto")
        settle(firm, "agreed", "Non serve più venire.", call_later, "customer-asked")
    else:
        settle(firm, "called-off", "La signora ha disdetto.")
    firm.escalate()
    mail = mails_to(firm, "c-1@posta.example")[-1]
    after = event(mail)
    assert (after["method"], after["status"]) == ("CANCEL", "CANCELLED")
    assert after["uid"] == before["uid"]
    assert int(after["sequence"]) > int(before["sequence"])
    assert "odwołane" in str(mail["Subject"])
    assert "disdetto" not in mail.as_string()
    firm.clock.set(firm.clock.now() + timedelta(days=1))
    firm.escalate()
    assert len(mails_to(firm, "c-1@posta.example")) == 2, "told once"


def test_whoever_goes_hears_from_us_what_a_colleague_called_off(firm: World) -> None:
    firm.escalate()
    before = event(mails_to(firm, "a-1@casa.example")[-1])
    settle(firm, "called-off", "La signora ha disdetto.", by="M-1")
    firm.escalate()
    mail = mails_to(firm, "a-1@casa.example")[-1]
    after = event(mail)
    assert (after["method"], after["uid"]) == ("CANCEL", before["uid"])
    assert "un appuntamento annullato" in str(mail["Subject"])
    body = mail.get_body(("plain",))
    assert body is not None
    assert "La signora ha disdetto." in body.get_content()
    assert "Quando c'è un esito" not in body.get_content()
    told = len(mails_to(firm, "a-1@casa.example"))
    firm.clock.set(firm.clock.now() + timedelta(days=1))
    firm.escalate()
    assert len(mails_to(firm, "a-1@casa.example")) == told, "once"


def test_whom_nobody_told_of_an_appointment_hears_nothing_of_its_end(firm: World) -> None:
    settle(firm, "called-off", "La signora ha disdetto.")
    firm.escalate()
    assert mails_to(firm, "c-1@posta.example") == []


def test_an_appointment_that_was_kept_stays_in_the_calendar(firm: World) -> None:
    firm.escalate()
    settle(firm, "done", "Fatto prima, d'accordo con la signora.")
    firm.escalate()
    assert len(mails_to(firm, "c-1@posta.example")) == 1


def test_an_appointment_that_is_over_before_the_mail_goes_is_not_told(firm: World) -> None:
    with firm.db.write() as session:
        owed = session.scalars(select(Commitment).where(Commitment.kind == CommitmentKind.APPOINTMENT)).one()
        anna = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
        close(Owing(session, firm.policy, owed, anna, firm.clock.now()), "done", "Disdetto al telefono.")
    firm.escalate()
    assert mails_to(firm, "c-1@posta.example") == []


def test_it_is_downloaded_from_the_page_by_who_sees_it(firm: World) -> None:
    with firm.db.read() as session:
        owed = session.scalars(select(Commitment).where(Commitment.kind == CommitmentKind.APPOINTMENT)).one()
        session.scalars(select(Customer)).one()
    browser = Browser(firm).enter("A-1")
    path = f"/desk/commitment/{owed.id}"
    assert f'href="{path}/calendar"' in browser.get(path).text
    file = browser.get(f"{path}/calendar")
    assert file.headers["content-type"].startswith("text/calendar")
    assert Calendar.from_ical(file.content).walk("VEVENT")[0].decoded("dtstart").astimezone(UTC) == AT
    assert Browser(firm).enter("S-1").get(f"{path}/calendar").status_code == 404
    assert 'action="/desk/ask"' in Browser(firm).get(f"{path}/calendar").text


def test_a_mail_with_a_file_reads_like_any_other(firm: World) -> None:
    firm.escalate()
    [mail] = mails_to(firm, "c-1@posta.example")
    assert mail.get_content_type() == "multipart/mixed"
    assert mail.defects == []
    raw = firm.mailer.to("c-1@posta.example")[0].body
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert BOUNDARY.encode() in raw
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "Anna Bianchi" in plain.get_content()
