"""Credit recovery: the ladder of an invoice, what holds it, and who decides (B06)."""

import base64
import email.policy
import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from typing import Any

import pytest
from sqlalchemy import select, update

from models.queries import people
from models.tables import Commitment, History, Invoice, Staff
from tasks.claiming import claim_batch
from tasks.hearing import Answer
from tasks.importing.apply import apply_rows
from tasks.importing.rows import InvoiceRow, Origin
from tasks.planning import plan_all
from tasks.rechecking import look_again
from tasks.recording import Spoken, record
from tasks.recovery import by_hand
from tasks.recovery.deciding import let_on
from tasks.recovery.document import document
from tasks.report import Scope
from tasks.smtp import Mail
from tests import factories
from tests.visitor import Visitor
from tests.world import World

CREDIT = "credit-recovery"


def at(world: World, month: int, day: int, hour: int = 9) -> None:
    """Move to an hour (UTC) of a day in 2026."""
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


def states(world: World, kind: str, subject_id: int | None = None) -> list[str]:
    rows = world.follow_ups(kind)
    return [row.state for row in rows if subject_id is None or row.subject_id == subject_id]


def import_invoice(world: World, ref: str, **facts: Any) -> None:
    """The company's system says this of an invoice of the customer C-1."""
    row = InvoiceRow(
        ref=ref, customer="C-1", order=None, currency="EUR", origin=Origin("invoices.csv", 2),
        **{"amount_cents": 100_000, "issued_on": date(2026, 2, 11), "due_on": date(2026, 3, 13), "paid_at": None,
           "disputed_at": None, "cancelled_at": None, **facts},
    )  # fmt: skip
    with world.db.write() as session:
        apply_rows(session, "invoices", [row], world.clock.now(), "import:books", policy=world.policy)


def test_nobody_is_reminded_while_payments_are_not_fresh_and_it_goes_on_after_the_next_import(
    world: World,
) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.invoice(session, customer, "F-1")
        factories.invoice(session, customer, "F-2", due_on=date(2026, 3, 23))
    world.import_payments()
    world.imports_run = False
    at(world, 3, 19)
    assert world.sweep(CREDIT).total("sent") == 2, "a day old is fresh enough"
    with world.db.write() as session:
        factories.invoice(session, customer, "F-3", due_on=date(2026, 3, 16))
        factories.invoice(session, customer, "F-4", due_on=date(2026, 3, 24))
    at(world, 3, 20)
    report = world.sweep(CREDIT)
    assert "1 held: payments not fresh" in report.sentence()
    assert report.by_kind("sent") == {"payment-notice": 1}, "a word before the due day speaks of no payment"
    world.import_payments()
    at(world, 3, 20, 10)
    assert world.sweep(CREDIT).sentence() == "1 sent"


def test_payments_are_as_fresh_as_the_oldest_source(world: World) -> None:
    with world.db.write() as session:
        factories.invoice(session, factories.customer(session))
    world.import_payments()
    world.imports_run = False
    at(world, 3, 20)
    world.import_payments("shop")
    assert "1 held: payments not fresh" in world.sweep(CREDIT).sentence()
    credit = world.policy.credit.model_copy(update={"payment_sources": ("shop",)})
    only_the_shop = replace(world, policy=world.policy.model_copy(update={"credit": credit}))
    at(world, 3, 20, 10)
    assert only_the_shop.sweep(CREDIT).sentence() == "1 sent"


def test_b06_another_invoice_in_dispute_holds_the_warning_until_the_dispute_ends(world: World) -> None:
    with world.db.write() as session:
        factories.customer(session)
    import_invoice(world, "F-1", due_on=date(2026, 2, 16))
    import_invoice(world, "F-2", disputed_at=datetime(2026, 3, 17, tzinfo=UTC))
    world.sweep(CREDIT)
    world.close_case("Ho ascoltato.")
    at(world, 3, 19)
    world.sweep(CREDIT)
    assert [(row.state, row.reason) for row in world.follow_ups("warning-signature")[:1]] == [
        ("held", "customer-disputes")
    ]
    at(world, 3, 30)
    import_invoice(world, "F-2", disputed_at=None)
    world.sweep(CREDIT)
    assert world.follow_ups("warning-signature")[0].reason != "customer-disputes"


@pytest.mark.parametrize("ends", ["paid_at", "cancelled_at"])
def test_b06_a_disputed_invoice_that_is_paid_or_cancelled_holds_nothing_any_more(
    world: World, ends: str
) -> None:
    with world.db.write() as session:
        factories.customer(session)
    disputed_at = datetime(2026, 3, 17, tzinfo=UTC)
    import_invoice(world, "F-1", due_on=date(2026, 2, 16))
    import_invoice(world, "F-2", disputed_at=disputed_at)
    world.sweep(CREDIT)
    world.close_case("Ho ascoltato.")
    world.sweep(CREDIT)
    assert world.follow_ups("warning-signature")[0].reason == "customer-disputes"
    import_invoice(world, "F-2", disputed_at=disputed_at, **{ends: datetime(2026, 3, 18, tzinfo=UTC)})
    world.sweep(CREDIT)
    assert world.follow_ups("warning-signature")[0].reason != "customer-disputes"


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_a_fact_that_is_taken_back_in_the_moment_of_the_claim_brings_its_contact_back(world: World) -> None:
    with world.db.write() as session:
        factories.invoice(session, factories.customer(session), disputed_at=world.clock.now())
    plan_all(world.db, world.policy, world.clock.now())
    world.import_payments()
    scope = Scope(CREDIT, world.clock.now(), kinds=frozenset({"payment-reminder"}))
    with world.db.write() as session:
        claimed = claim_batch(session, world.policy, scope, token="t", clock_now=world.clock.now())
        with world.db.write() as meanwhile:
            meanwhile.execute(update(Invoice).values(disputed_at=None, to_plan=True))
        plan_all(world.db, world.policy, world.clock.now())
    assert states(world, "payment-reminder") == ["held", "planned"]
    assert look_again(world.db, claimed.kept_back, world.clock.now()) == 1
    world.sweep(CREDIT)
    assert states(world, "payment-reminder") == ["sent", "planned"]


def _to_the_signature(world: World, **facts: Any) -> str:
    """An invoice whose customer a manager has listened to; returns the link that asks for the signature."""
    with world.db.write() as session:
        customer = factories.customer(session, billing_email="conti@posta.example", **facts)
        factories.invoice(session, customer, "F-1", due_on=date(2026, 2, 16), amount_cents=123_456)
    world.sweep(CREDIT)
    world.close_case("La signora era sola con il bambino malato; paga a fine mese.")
    at(world, 3, 19)
    world.sweep(CREDIT)
    world.escalate()
    at(world, 3, 20)
    world.sweep(CREDIT)
    world.escalate()
    return duty_link(world)


def duty_link(world: World) -> str:
    """The link in the newest mail to the manager that leads to a promise."""
    links = [
        re.findall(r"http://pages.example/i/[^\s>\"]+", text_of(mail))
        for mail in world.mailer.to("m-1@casa.example")
    ]
    return next(found[0] for found in reversed(links) if found)


def text_of(mail: Mail) -> str:
    part = message_from_bytes(mail.body, policy=email.policy.default).get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())


def visitor(world: World) -> Visitor:
    return Visitor(world.db, world.policy, world.clock)


def test_b06_the_warning_goes_only_after_the_call_and_with_a_managers_signature(world: World) -> None:
    link = _to_the_signature(world)
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


def promises(world: World, kind: str) -> Sequence[Commitment]:
    with world.db.read() as session:
        return session.scalars(
            select(Commitment).where(Commitment.kind == kind).order_by(Commitment.id)
        ).all()


def test_the_page_shows_the_letter_as_it_goes(world: World) -> None:
    link = _to_the_signature(world)
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


def test_a_letter_that_has_changed_is_not_signed_unread(world: World) -> None:
    link = _to_the_signature(world)
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
    link = _to_the_signature(world)
    with world.db.write() as session:
        session.execute(update(Invoice).values(paid_at=world.clock.now(), to_plan=True))
    world.sweep(CREDIT)
    [owed] = promises(world, "signature")
    assert owed.state == "withdrawn"
    assert visitor(world).press(link, do="sign", letter="").status_code == 422


def test_a_manager_who_waits_is_asked_again_after_it(world: World) -> None:
    link = _to_the_signature(world)
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
    link = _to_the_signature(world)
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


def test_b06_hand_over_takes_a_manager_and_then_the_ladder_is_over(world: World) -> None:
    link = _to_the_signature(world)
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


def test_b06_a_manager_lets_one_invoice_go_on_and_what_is_about_itself_holds_it_still(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(session, customer)
        factories.invoice(session, customer, "F-1", order_id=order.id)
        factories.invoice(session, customer, "F-2")
    world.hear(Answer("r-1", 1, "not-arrived", "phone", world.clock.now(), order_id=1))
    assert world.sweep(CREDIT).by_kind("sent") == {}
    assert states(world, "payment-reminder")[:2] == ["held", "held"]
    with world.db.write() as session:
        manager, anna = (people.staff_by_ref(session, ref) for ref in ("M-1", "A-1"))
        assert manager is not None
        assert anna is not None
        until = datetime(2026, 4, 18, tzinfo=UTC)
        with pytest.raises(ValueError, match="A-1 is no manager"):
            let_on(session, session.get_one(Invoice, 2), anna, "Altro ordine.", until, now=world.clock.now())
        with pytest.raises(ValueError, match="say why"):
            let_on(session, session.get_one(Invoice, 2), manager, " ", until, now=world.clock.now())
        for id_ in (1, 2):
            let_on(
                session, session.get_one(Invoice, id_), manager, "Altro ordine.", until, now=world.clock.now()
            )
    world.sweep(CREDIT)
    assert states(world, "payment-reminder", 1)[0] == "held", "its own order has not arrived"
    assert states(world, "payment-reminder", 2)[0] == "sent"
    at(world, 3, 20)
    world.hear(Answer("r-2", 1, "call-me", "phone", world.clock.now()))
    at(world, 4, 1)
    world.sweep(CREDIT)
    assert states(world, "payment-reminder", 2)[1] == "held", "what came up later was not decided on"


def test_a_day_that_is_named_for_the_payment_rests_the_reminders_and_a_broken_promise_goes_on(
    world: World,
) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.invoice(session, customer, "F-1")
        factories.invoice(session, customer, "F-2")
    world.sweep(CREDIT)
    guest, link = visitor(world), answer_link(world)
    assert 'name="pays_on" min="2026-03-18" max="2026-04-17"' in guest.open(link + "?say=will-pay").text
    for day in ("", "2026-03-17", "2026-04-18", "x"):
        assert guest.press(link, meaning="will-pay", pays_on=day).status_code == 422
    page = guest.press(link, meaning="will-pay", pays_on="2026-03-31")
    assert "martedì 31 marzo 2026" in page.text
    assert world.reasons() == []
    world.day_by_day(datetime(2026, 4, 1, tzinfo=UTC))
    assert states(world, "payment-reminder") == ["answered", "answered", "held", "held"], (
        "both invoices of the letter"
    )
    world.day_by_day(datetime(2026, 4, 4, tzinfo=UTC))
    assert states(world, "payment-reminder") == ["answered", "answered", "sent", "sent"]
    with world.db.read() as session:
        broken = session.scalars(select(History).where(History.event == "payment-promise-broken")).all()
        assert {row.subject_id for row in broken} == {1, 2}
    at(world, 4, 6)
    guest.press(answer_link(world), meaning="will-pay", pays_on="2026-04-15")
    assert world.reasons() == ["promised-before"], "a new promise for the broken one: a person agrees on it"
    with world.db.read() as session:
        assert session.get_one(Invoice, 1).pays_until is None


def test_staff_record_the_day_that_was_named_by_phone(world: World) -> None:
    with world.db.write() as session:
        factories.invoice(session, factories.customer(session), "F-1")
    with world.db.write() as session:
        spoken = Spoken("s-1", "F-1", "", "A-1", pays_on=date(2026, 3, 27))
        record(session, world.policy, spoken, world.clock.now())
    world.sweep(CREDIT)
    assert states(world, "payment-reminder")[0] == "held"
    with world.db.write() as session:
        session.execute(update(Invoice).values(paid_at=world.clock.now(), to_plan=True))
    world.day_by_day(datetime(2026, 4, 3, tzinfo=UTC))
    with world.db.read() as session:
        assert session.scalars(select(History).where(History.event == "payment-promise-broken")).all() == []


def answer_link(world: World) -> str:
    """The link of the newest mail to the customer."""
    return re.findall(
        r"http://pages.example/a/[^\s>?\"]+", text_of(world.mailer.to("c-1@posta.example")[-1])
    )[0]


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
        "1 gennaio 2026 - 18 marzo 2026 77 2,15 + 8,00 = 10,15 % 1.000,00 x 10,15 % x 77 / 365 21,4123",
        "Interessi di mora 25,86 €", "1.500,00 € 27,11 €", "Somme forfettarie 80,00 €", "Montaggio compreso",
        "Sig. Bassi", "Manca l'anta.", "Gli interessi continuano a maturare anche mentre i solleciti sono sospesi",
        "I solleciti sono sospesi", "non ancora consegnato",
    ):  # fmt: skip
        assert words in page
    assert "F-1" not in plain(only).partition("Fatture aperte")[2].partition("Tutta la storia")[0]
    assert not re.search(r"(src|href)=|@import|url\(", html_), "it needs nothing else"
    assert "@media print" in html_


def test_a_consumer_owes_no_interest_and_a_table_that_ends_says_so(world: World) -> None:
    with world.db.write() as session:
        for ref, facts in (("C-1", {}), ("C-2", {"is_business": True, "country": "PL", "language": "pl"})):
            customer = factories.customer(session, ref, **facts)
            factories.invoice(session, customer, f"F-{ref}", currency="PLN", amount_cents=600_000)
    with world.db.read() as session:
        consumer = document(session, world.policy, 1, "en", now=world.clock.now())
        business = document(session, world.policy, 2, "pl", now=world.clock.now(), as_of=date(2026, 8, 1))
    assert "No commercial interest: the customer is a private person." in consumer
    assert "/ 365" not in consumer
    page = plain(business)
    # PLN 6,000 from 14 March to 30 June 2026: 18 + 30 + 31 + 30 = 109 days at 4 + 10 = 14 %: 250.8493
    assert "109 4,00 + 10,00 = 14,00 % 6 000,00 x 14,00 % x 109 / 365 250,8493" in page
    assert "Wyliczenie kończy się na dniu 30 czerwca 2026" in page
    assert "70,00 €" in page


def plain(html_: str) -> str:
    """The words of a page, one blank between them."""
    words = html.unescape(re.sub("<[^>]+>", " ", html_)).replace("\u00d7", "x").replace("\u2013", "-")
    return " ".join(words.split())


def test_the_dossier_opens_by_its_link_and_changes_nothing(world: World) -> None:
    link = _to_the_signature(world)
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


def style_hash(page: str) -> str:
    style = page.partition("<style>")[2].partition("</style>")[0]
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def test_signing_and_handing_over_by_command_take_a_manager_and_say_what_was_done(world: World) -> None:
    _to_the_signature(world)
    assert "F-1" in by_hand.letter(world.services, "C-1", "M-1")
    for customer, by, error in (
        ("C-9", "M-1", "no customer has the reference C-9"),
        ("C-1", "A-1", "is no manager"),
    ):
        with pytest.raises(ValueError, match=error):
            by_hand.sign(world.services, customer, by, "command")
    assert by_hand.sign(world.services, "C-1", "M-1", "command") == ["F-1"]
    with pytest.raises(ValueError, match="no warning waits"):
        by_hand.sign(world.services, "C-1", "M-1", "command")
    with pytest.raises(ValueError, match="nothing waits to be handed over"):
        by_hand.hand_over(world.services, "C-1", "M-1", "Subito.")


def test_a_dispute_while_a_signature_is_waited_for_ends_in_being_asked_again(world: World) -> None:
    _to_the_signature(world)
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


def test_one_letter_joins_invoices_of_different_steps_and_the_gravest_sets_its_tone(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session, billing_email="conti@posta.example")
        factories.invoice(session, customer, "F-1", due_on=date(2026, 3, 2))
        factories.invoice(session, customer, "F-2", due_on=date(2026, 3, 14))
    world.sweep(CREDIT)
    [mail] = world.mailer.to("conti@posta.example")
    assert mail.subject == "Fatture F-1, F-2: possiamo parlarne?"
    said = text_of(mail).replace("\xa0", " ")
    for words in ("F-1: 1.000,00 €", "F-2: 1.000,00 €", "Totale: 2.000,00 €"):
        assert words in said
    assert world.mailer.to("c-1@posta.example") == [], "nobody but the billing contact is told"
