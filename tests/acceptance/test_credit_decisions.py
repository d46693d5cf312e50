"""Credit recovery: what managers sign and decide, and the dossier they decide by (B06)."""

import html
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from models.tables import Commitment, History, Invoice, Staff
from tasks.credit_recovery import by_reference
from tasks.credit_recovery.document import document
from tasks.responses.record import Answer
from tests import factories
from tests.recovery import (
    CREDIT,
    at,
    duty_link,
    plain,
    promises,
    states,
    style_hash,
    text_of,
    to_the_signature,
    visitor,
)
from tests.world import World


def test_b06_the_warning_goes_only_after_the_call_and_with_a_managers_signature(world: World) -> None:
    link = to_the_signature(world)
    at(world, 3, 23)
    world.sweep(CREDIT)
    [warning] = world.follow_ups("credit-recovery-warning")
    assert (warning.state, warning.reason) == ("held", "not signed")
    before = visitor(world).dump()
    page = visitor(world).open(link)
    assert visitor(world).dump() == before, "reading changes nothing"
    for words in ("F-1", "1.234,56", "conti@posta.example", "mercoledì 18 marzo 2026", "Marco Conti"):
        assert words in page.text.replace("\xa0", " ")
    letter = re.search(r'name="letter" value="(\w+)"', page.text)
    assert letter is not None
    assert visitor(world).press(link, do="sign", letter=letter[1]).status_code == 200
    at(world, 3, 23)
    world.sweep(CREDIT)
    [mail] = world.mailer.to("conti@posta.example")[-1:]
    assert "F-1" in mail.subject
    assert not re.search("recupero|sollecito|mora|insoluto", mail.subject), "the subject is neutral"
    said = text_of(mail)
    assert "al telefono mercoledì 18 marzo 2026" in said
    assert "entro martedì 31 marzo 2026" in said
    assert "Firmato da Marco Conti" in said
    with world.db.read() as session:
        [signed] = session.scalars(select(History).where(History.event == "warning-signed"))
        assert (signed.actor, signed.cause, signed.subject_id) == ("M-1", "link", 1)
    [owed] = promises(world, "signature")
    assert owed.state == "late", "its clock ran on without a signature"


def test_the_page_shows_the_letter_as_it_goes(world: World) -> None:
    link = to_the_signature(world)
    at(world, 3, 23)
    page = visitor(world).open(link).text
    letter = re.search(r'name="letter" value="(\w+)"', page)
    assert letter is not None
    visitor(world).press(link, do="sign", letter=letter[1])
    world.sweep(CREDIT)
    shown = re.sub("<[^>]+>", "", page)
    sent = text_of(world.mailer.to("conti@posta.example")[-1])
    body = sent[: sent.index("Firmato da Marco Conti")]
    for line in body.splitlines():
        assert line.removeprefix("- ") in html.unescape(shown)


def test_the_warning_demands_interest_and_flat_sum_and_the_ladder_counts_from_the_legal_day(
    world: World,
) -> None:
    # PLN 1,234.56 due on Saturday 14 February 2026, a day off in Poland, so on Monday. Interest from the 17th to
    # 23 March: 12 + 23 = 35 days at 4.00 + 10 = 14 %: 1234.56 * 14 * 35 / 36500 = 16.5735; the flat sum is EUR 40
    saturday = {"due_on": date(2026, 2, 14), "currency": "PLN"}
    business = {"country": "PL", "timezone": "Europe/Warsaw", "language": "pl", "is_business": True}
    link = to_the_signature(world, saturday, name="Zielony Zakątek Sp. z o.o.", **business)
    call = world.follow_ups("listening-call")[0]
    assert call.owed_at.date() == date(2026, 3, 10), (
        "22 days after Monday 16 February, and not after the Saturday"
    )
    at(world, 3, 23)
    letter = re.search(r'name="letter" value="(\w+)"', visitor(world).open(link).text)
    assert letter is not None
    visitor(world).press(link, do="sign", letter=letter[1])
    world.sweep(CREDIT)
    said = " ".join(text_of(world.mailer.to("conti@posta.example")[-1]).split())
    assert (
        "Prosimy o zapłatę do 31 marca 2026 r. Kwota do zapłaty: 1 251,13 zł + równowartość 40,00 €." in said
    )
    assert "Odsetki za opóźnienie do 23 marca 2026 r.: 16,57 zł" in said
    assert "Ustawa z 8 marca 2013 r." in said
    assert "art. 187 § 1 pkt 3 k.p.c." in said


def test_a_letter_that_has_changed_is_not_signed_unread(world: World) -> None:
    link = to_the_signature(world)
    letter = re.search(r'name="letter" value="(\w+)"', visitor(world).open(link).text)
    assert letter is not None
    with world.db.write() as session:
        session.execute(update(Invoice).values(amount_cents=100))
    answer = visitor(world).press(link, do="sign", letter=letter[1])
    assert answer.status_code == 422
    at(world, 3, 23)
    world.sweep(CREDIT)
    assert states(world, "credit-recovery-warning") == ["held"]


def test_what_is_paid_before_the_signature_needs_none_any_more(world: World) -> None:
    link = to_the_signature(world)
    with world.db.write() as session:
        session.execute(update(Invoice).values(paid_at=world.clock.now(), to_plan=True))
    world.sweep(CREDIT)
    [owed] = promises(world, "signature")
    assert owed.state == "withdrawn"
    assert visitor(world).press(link, do="sign", letter="").status_code == 422


def test_a_manager_who_waits_is_asked_again_after_it(world: World) -> None:
    link = to_the_signature(world)
    assert (
        visitor(world).press(link, do="put-off", until="2026-04-02", text="Paga a fine mese.").status_code
        == 200
    )
    assert [owed.state for owed in promises(world, "signature")] == ["kept"]
    world.day_by_day(datetime(2026, 4, 1, tzinfo=UTC))
    assert len(promises(world, "signature")) == 1
    world.day_by_day(datetime(2026, 4, 4, tzinfo=UTC))
    assert [owed.state for owed in promises(world, "signature")] == ["kept", "open"]
    assert states(world, "credit-recovery-warning") == ["held"]


def test_only_a_manager_signs(world: World) -> None:
    link = to_the_signature(world)
    with world.db.read() as session:
        [owed] = session.scalars(select(Commitment).where(Commitment.kind == "signature"))
        anna = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
    hers = world.links.duty("commitment", owed.id, anna.id, world.clock.now())
    letter = re.search(r'name="letter" value="(\w+)"', visitor(world).open(link).text)
    assert letter is not None
    assert visitor(world).press(hers, do="sign", letter=letter[1]).status_code == 422
    at(world, 3, 23)
    world.sweep(CREDIT)
    assert states(world, "credit-recovery-warning") == ["held"]


def test_b06_hand_over_takes_a_manager_and_ends_the_ladder_until_it_is_taken_back(world: World) -> None:
    link = to_the_signature(world)
    letter = re.search(r'name="letter" value="(\w+)"', visitor(world).open(link).text)
    assert letter is not None
    visitor(world).press(link, do="sign", letter=letter[1])
    world.day_by_day(datetime(2026, 4, 2, tzinfo=UTC))
    world.close_case("Nessuna risposta alla lettera.")
    assert promises(world, "hand-over") == []
    world.day_by_day(datetime(2026, 4, 8, tzinfo=UTC))
    link = duty_link(world)
    assert "F-1" in visitor(world).open(link).text
    assert visitor(world).press(link, do="hand-over", text="").status_code == 422, "not by a click"
    assert visitor(world).press(link, do="hand-over", text="Nessun accordo.").status_code == 200
    with world.db.read() as session:
        invoice = session.get_one(Invoice, 1)
        assert (invoice.handed_over_at, invoice.handed_over_by) == (world.clock.now(), "M-1")
        [note] = session.scalars(select(History).where(History.event == "handed-over"))
        assert (note.actor, note.cause) == ("M-1", "Nessun accordo.")
    before = len(world.mailer.to("conti@posta.example"))
    world.day_by_day(datetime(2026, 5, 8, tzinfo=UTC))
    assert len(world.mailer.to("conti@posta.example")) == before
    assert len(promises(world, "hand-over")) == 1
    for by, why, error in (("A-1", "Paga.", "is no manager"), ("M-1", " ", "a few words")):
        with pytest.raises(ValueError, match=error):
            by_reference.take_back(world.services, "F-1", by, why)
    by_reference.take_back(world.services, "F-1", "M-1", "Ha proposto un piano a rate.")
    with pytest.raises(ValueError, match="was not handed over"):
        by_reference.take_back(world.services, "F-1", "M-1", "Ancora.")
    world.sweep(CREDIT)
    assert [owed.state for owed in promises(world, "hand-over")][-1] == "open", "a manager is asked anew"
    printed = by_reference.dossier(world.services, "C-1", None, None, "en")
    assert "Taken back from credit recovery: Marco Conti · F-1" in printed


def test_b06_the_dossier_reckons_interest_line_by_line_and_says_that_it_accrues_while_held(
    world: World,
) -> None:
    with world.db.write() as session:
        customer = factories.customer(session, name="Falegnameria Ferri", is_business=True)
        order = factories.order(
            session, customer, seller_promise="Montaggio compreso", referred_by="Sig. Bassi"
        )
        factories.invoice(session, customer, "F-1", order_id=order.id, due_on=date(2025, 12, 15))
        factories.invoice(session, customer, "F-2", due_on=date(2026, 3, 9), amount_cents=50_000)
    world.hear(Answer("r-1", 1, "not-arrived", "phone", world.clock.now(), order_id=1, text="Manca l'anta."))
    with world.db.read() as session:
        html_ = document(session, world.policy, 1, "it", now=world.clock.now())
        only = document(session, world.policy, 1, "it", now=world.clock.now(), only=["F-2"])
    page = plain(html_)
    # F-1: 16 to 31 December 2025 are 16 days at 2.15 + 8 = 10.15 %, 1 January to 18 March 2026 31 + 28 + 18 = 77 days:
    # 1000 * 10.15 % * 16 / 365 = 4.4493, * 77 / 365 = 21.4123, together 25.86; F-2: 9 days of 500: 1.25
    for words in (
        "16 dicembre 2025 - 31 dicembre 2025 16 2,15 + 8,00 = 10,15 % 1.000,00 x 10,15 % x 16 / 365 4,4493",
        "1º gennaio 2026 - 18 marzo 2026 77 2,15 + 8,00 = 10,15 % 1.000,00 x 10,15 % x 77 / 365 21,4123",
        "Interessi di mora 25,86 €",
        "1.500,00 € 27,11 €",
        "Importi forfettari 80,00 €",
        "Montaggio compreso",
        "Sig. Bassi",
        "Manca l'anta.",
        "Gli interessi continuano a maturare anche mentre i solleciti sono sospesi",
        "I solleciti sono sospesi",
        "non ancora consegnato",
    ):
        assert words in page
    assert "F-1" not in plain(only).partition("Fatture aperte")[2].partition("Tutta la storia")[0]
    assert not re.search(r"(src|href)=|@import|url\(", html_), "it needs nothing else"
    assert "@media print" in html_


def test_a_consumer_owes_no_interest_and_a_table_that_ends_says_so(world: World) -> None:
    with world.db.write() as session:
        for ref, facts in (("C-1", {}), ("C-2", {"is_business": True, "country": "PL", "language": "pl"})):
            customer = factories.customer(session, ref, **facts)
            factories.invoice(session, customer, f"F-{ref}", currency="PLN", amount_cents=600_000)
        factories.invoice(session, customer, "F-SUN", currency="PLN", due_on=date(2026, 3, 15))
        factories.invoice(session, customer, "F-LATER", currency="PLN", due_on=date(2026, 9, 30))
    with world.db.read() as session:
        consumer = document(session, world.policy, 1, "en", now=world.clock.now())
        business = document(session, world.policy, 2, "pl", now=world.clock.now(), as_of=date(2026, 8, 1))
    assert "No interest at the commercial rate is calculated: the customer is a private person." in consumer
    assert "/ 365" not in consumer
    page = plain(business)
    # PLN 6,000 from 14 March to 30 June 2026: 18 + 30 + 31 + 30 = 109 days at 4 + 10 = 14 %: 250.8493
    assert "109 4,00 + 10,00 = 14,00 % 6 000,00 x 14,00 % x 109 / 365 250,8493" in page
    assert "Wyliczenie kończy się na dniu 30 czerwca 2026" in page
    assert "70,00 €" in page
    # due on a Sunday, so on Monday: PLN 1,000 from 17 March on are 15 + 30 + 31 + 30 = 106 days
    assert (
        "termin płatności: 15 marca 2026 r. Termin przypada w dzień wolny od pracy; zgodnie z prawem" in page
    )
    assert "w najbliższym dniu roboczym: 16 marca 2026 r." in page
    assert "1 000,00 x 14,00 % x 106 / 365" in page
    # 250.85 and 1000 * 14 * 106 / 36500 = 40.66; what is not due yet is in no sum with what is
    assert "Należność główna po terminie Odsetki za opóźnienie 7 000,00 zł 291,51 zł" in page


def test_the_dossier_opens_by_its_link_and_changes_nothing(world: World) -> None:
    link = to_the_signature(world)
    guest = visitor(world)
    [dossier] = re.findall(r'href="(http://pages.example/d/[^"]+/print)"', guest.open(link).text)
    before = guest.dump()
    page = guest.open(dossier)
    assert page.status_code == 200
    assert "La signora era sola con il bambino malato" in html.unescape(page.text)
    assert style_hash(page.text) in page.headers["content-security-policy"]
    assert guest.open(dossier + "?to=x").status_code == 404
    assert guest.open(dossier.replace("/d/", "/d/x")).status_code == 404
    assert guest.dump() == before


def test_signing_and_handing_over_by_command_take_a_manager_and_say_what_was_done(world: World) -> None:
    to_the_signature(world)
    assert "F-1" in by_reference.letter(world.services, "C-1", "M-1")
    for customer, by, error in (
        ("C-9", "M-1", "no customer has the reference C-9"),
        ("C-1", "A-1", "is no manager"),
    ):
        with pytest.raises(ValueError, match=error):
            by_reference.sign(world.services, customer, by, "command")
    assert by_reference.sign(world.services, "C-1", "M-1", "command") == ["F-1"]
    with pytest.raises(ValueError, match="no warning waits"):
        by_reference.sign(world.services, "C-1", "M-1", "command")
    with pytest.raises(ValueError, match="nothing waits to be handed over"):
        by_reference.hand_over(world.services, "C-1", "M-1", "Subito.")


def test_a_dispute_while_a_signature_is_waited_for_ends_in_being_asked_again(world: World) -> None:
    to_the_signature(world)
    with world.db.write() as session:
        session.execute(update(Invoice).values(disputed_at=world.clock.now(), to_plan=True))
    world.sweep(CREDIT)
    at(world, 3, 23)
    world.sweep(CREDIT)
    assert [owed.state for owed in promises(world, "signature")] == ["withdrawn"]
    assert states(world, "warning-signature") == ["held"]
    at(world, 4, 14)
    with world.db.write() as session:
        session.execute(update(Invoice).values(disputed_at=None, to_plan=True))
    world.sweep(CREDIT)
    assert [owed.state for owed in promises(world, "signature")] == ["withdrawn", "open"]
