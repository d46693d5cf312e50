"""What a mail says is judged before it is known whose it is, and then it is the customer's; on both databases."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.tables import Case, CaseReason, ContractEnd, Inbound, Invoice, Order, Response
from models.words import CommitmentKind, Subject
from tasks.responses.record import Answer
from tests import factories
from tests.inbox import SENDER, Inbox, row, written
from tests.world import World


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    """A customer with two orders of one day and two invoices, welcomed for both."""
    with world.db.write() as session:
        lucia = factories.customer(session, "K-7", name="Lucia Sartor", email="lucia@casa-sartor.example")
        first = factories.order(session, lucia, "N-2")
        factories.order(session, lucia, "N-3")
        factories.invoice(session, lucia, "F-3", order_id=first.id)
        factories.invoice(session, lucia, "F-4")
    world.sweep("welcome-contact")
    return Inbox(world, tmp_path)


def _write(inbox: Inbox, text: str, subject: str = "", sender: str = "lucia@casa-sartor.example") -> Inbound:
    inbox.deliver(written(text, From=sender, To=SENDER, Subject=subject))
    inbox.collect()
    return row(inbox.world)


def _reasons(world: World) -> list[tuple[str, str, int]]:
    with world.db.read() as session:
        rows = session.execute(
            select(CaseReason.reason, CaseReason.subject_type, CaseReason.subject_id).order_by(CaseReason.id)
        )
        return [tuple(one) for one in rows]  # type: ignore[misc]


def _id(world: World, table: type[Order | Invoice], ref: str) -> int:
    with world.db.read() as session:
        return session.scalars(select(table.id).where(table.ref == ref)).one()


def test_b03_a_formal_complaint_of_a_known_sender_opens_a_case_and_holds_the_ladder(inbox: Inbox) -> None:
    world = inbox.world
    mail = _write(inbox, "Ho già scritto due volte. Ne parlerò con il mio avvocato.", "Reclamo formale")
    assert (mail.state, mail.matched_by, mail.parked_for) == ("handled", "sender", None)
    assert world.reasons() == ["trouble-words"]
    world.sweep("credit-recovery")
    assert {one.state for one in world.follow_ups("payment-reminder")} <= {"held", "planned"}
    assert world.mailer.to("lucia@casa-sartor.example")[-1].subject.find("promemoria") == -1


def test_b37_a_withdrawal_names_its_order_in_the_subject_alone(inbox: Inbox) -> None:
    world = inbox.world
    _write(
        inbox, "Come da oggetto. Cordiali saluti, L. Sartor", "Esercito il diritto di recesso, contratto N-3"
    )
    with world.db.read() as session:
        [end] = session.scalars(select(ContractEnd)).all()
    assert (end.kind, end.order_id) == ("withdrawal", _id(world, Order, "N-3"))


def test_a_contested_invoice_is_a_dispute_about_that_invoice(inbox: Inbox) -> None:
    world = inbox.world
    _write(inbox, "Contesto la fattura f-4: l'importo non è quello concordato.", "Fattura")
    assert _reasons(world) == [("dispute", Subject.INVOICE, _id(world, Invoice, "F-4"))]


@pytest.mark.parametrize("words", ["Kwestionuję fakturę F-4.", "I dispute invoice F-4."])
def test_a_dispute_is_heard_in_other_languages_too(inbox: Inbox, words: str) -> None:
    _write(inbox, words)
    assert [reason for reason, *_ in _reasons(inbox.world)] == ["dispute"]


def test_a_question_of_somebody_with_two_orders_of_a_day_has_an_owner_and_stops_the_nudges(
    inbox: Inbox,
) -> None:
    world = inbox.world
    mail = _write(inbox, "A che ora passate a prendere le misure?")
    assert (mail.state, mail.parked_for) == ("owned", None)
    [owed] = world.promises(CommitmentKind.REPLY)
    assert owed.owner_id == mail.owner_id
    welcomes = world.follow_ups("welcome-contact")
    assert [one.state for one in welcomes] == ["answered", "answered"], "one mail welcomed for both"


def test_who_thanked_first_and_asks_later_is_answered(inbox: Inbox) -> None:
    world = inbox.world
    _write(inbox, "Grazie mille!")
    mail = _write(inbox, "Un'altra cosa: si può avere il piano più chiaro?")
    assert mail.state == "owned"
    assert len(world.promises(CommitmentKind.REPLY)) == 1


def test_the_number_of_an_order_says_which_one_it_is_about(inbox: Inbox) -> None:
    world = inbox.world
    _write(inbox, "Per l'ordine n. N-3: quando arriva?")
    with world.db.read() as session:
        assert session.scalars(select(Response.order_id)).all() == [_id(world, Order, "N-3")]


def test_b34_a_family_member_who_names_the_order_is_heard_for_the_customer(inbox: Inbox) -> None:
    world = inbox.world
    mail = _write(
        inbox,
        "Il tavolo dell'ordine N-2 è arrivato rotto, rivogliamo i soldi!",
        sender="marito@altro.example",
    )
    assert (mail.matched_by, mail.customer_id is not None) == ("named", True)
    assert _reasons(world) == [("trouble-words", Subject.ORDER, _id(world, Order, "N-2"))]


@pytest.mark.parametrize("words", ["Siamo aperti dal 2026 in via Roma 3", "Tel. 0422 555 0100, cod. 31100"])
def test_a_strangers_bare_numbers_name_nothing(inbox: Inbox, words: str) -> None:
    with inbox.world.db.write() as session:
        other = factories.customer(session, "K-8")
        factories.order(session, other, "2026")
        factories.order(session, other, "31100")
    assert _write(inbox, words, sender="info@altro.example").customer_id is None


def test_a_complaint_that_a_colleague_forwards_is_the_customers(inbox: Inbox) -> None:
    world = inbox.world
    head = "-----Messaggio originale-----\nDa: Lucia Sartor <Lucia@casa-sartor.example>\nInviato: lunedì\nA: Anna\n"
    _write(
        inbox,
        f"vedi sotto\n\n{head}Oggetto: ante\n\nLe ante sono graffiate, è inaccettabile.",
        "I: ante",
        sender="a-1@casa.example",
    )
    assert world.reasons() == ["trouble-words"]
    with world.db.read() as session:
        [said] = session.scalars(select(Response)).all()
        assert session.scalars(select(Case)).one().customer_id == said.customer_id
    assert said.text is not None
    assert "graffiate" in said.text
    assert "vedi sotto" not in said.text


def test_two_customers_behind_one_address_are_told_apart_by_the_order(inbox: Inbox) -> None:
    world = inbox.world
    with world.db.write() as session:
        husband = factories.customer(session, "K-9", email="lucia@casa-sartor.example")
        factories.order(session, husband, "N-9")
        husband_id = husband.id
    assert _write(inbox, "Ordine N-9: quando?").customer_id == husband_id
    assert _write(inbox, "Ordine N-2: quando?").customer_id != husband_id


def test_waiting_counts_from_when_the_customer_spoke(inbox: Inbox) -> None:
    world = inbox.world
    spoken = world.clock.now()
    inbox.deliver(written("Quando passate?", From="lucia@casa-sartor.example", To=SENDER))
    world.clock.set(spoken + timedelta(hours=20))
    inbox.collect()
    [owed] = world.promises(CommitmentKind.REPLY)
    assert owed.asked_at is not None
    assert owed.asked_at <= row(world).received_at


@pytest.mark.parametrize(
    ("rating", "text", "owed"),
    [
        (5, "Montate in dieci minuti, 10 e lode.", 0),
        (4, "Stół solidny.", 0),
        (5, "Bellissima, però manca una vite.", 1),
        (4, "Can you send me the cleaning guide?", 1),
        (3, "Montate in dieci minuti.", 1),
    ],
)
def test_praise_that_asks_nothing_owes_no_reply(inbox: Inbox, rating: int, text: str, owed: int) -> None:
    world = inbox.world
    said = world.clock.now() - timedelta(days=200)
    world.hear(Answer("survey", 1, "rating", "survey", said, rating=rating, text=text))
    assert len(world.promises(CommitmentKind.REPLY)) == owed
