"""Who complains by mail is told within one sweep that we have it; strangers and machines learn nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import factories
from tests.fakes import plain
from tests.inbox import SENDER, Inbox, written
from tests.world import World

HER = "lucia@casa-sartor.example"
COMPLAINT = "Le ante sono rotte, è uno scandalo."


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    with world.db.write() as session:
        lucia = factories.customer(session, "K-7", name="Lucia Sartor", email=HER)
        factories.order(session, lucia, "N-2")
    return Inbox(world, tmp_path)


def _write(inbox: Inbox, text: str = COMPLAINT, sender: str = HER, **headers: str) -> None:
    inbox.deliver(written(text, From=sender, To=SENDER, **headers))
    inbox.collect()
    inbox.world.escalate()


def _told(inbox: Inbox, address: str = HER) -> list[str]:
    return [plain(mail) for mail in inbox.world.mailer.to(address)]


def test_b19_and_b35_a_complaint_is_answered_at_once_with_person_and_hour_and_once_a_matter(
    inbox: Inbox,
) -> None:
    _write(inbox, **{"Message-ID": "<hers-1@posta.example>"})
    [mail] = inbox.world.mailer.to(HER)
    assert "Marco Conti" in plain(mail)
    assert "Le telefona entro" in plain(mail)
    head = mail.body.decode()
    assert "Auto-Submitted: auto-replied" in head
    assert "In-Reply-To: <hers-1@posta.example>" in head
    _write(inbox, "Nessuno mi richiama! Vergogna.")
    assert len(_told(inbox)) == 1


def test_at_night_the_hour_is_one_of_the_next_working_day(inbox: Inbox) -> None:
    inbox.world.clock.set(datetime(2026, 3, 20, 22, 30, tzinfo=UTC))  # a Friday
    _write(inbox)
    [words] = _told(inbox)
    assert "lunedì 23 marzo 2026" in words


def test_the_address_that_wrote_is_answered_and_no_other(inbox: Inbox) -> None:
    _write(inbox, f"Ordine N-2: {COMPLAINT}", sender="marito@altrove.example")
    assert _told(inbox) == []
    [words] = _told(inbox, "marito@altrove.example")
    for secret in ("Lucia", "Sartor", "Marco Conti", "Anna Bianchi", "N-2", "entro", "K-7"):
        assert secret not in words


def test_a_stranger_hears_that_a_person_reads_it_and_nothing_else(inbox: Inbox) -> None:
    _write(inbox, sender="ignoto@altrove.example")
    [words] = _told(inbox, "ignoto@altrove.example")
    assert "una persona la legge" in words
    assert "Marco Conti" not in words
    _write(inbox, "Ancora rotto, scandalo!", sender="ignoto@altrove.example")
    assert len(_told(inbox, "ignoto@altrove.example")) == 1


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        (HER, {"Auto_Submitted": "auto-replied"}),
        (HER, {"Precedence": "bulk"}),
        (HER, {"List_Unsubscribe": "<mailto:x@y.example>"}),
        ("no-reply@altrove.example", {}),
        ("mailer-daemon@altrove.example", {}),
        ("a-1@casa.example", {}),
        (SENDER, {}),
    ],
)
def test_a_machine_a_list_or_a_colleague_is_never_answered(
    inbox: Inbox, sender: str, headers: dict[str, str]
) -> None:
    _write(inbox, sender=sender, **headers)
    assert inbox.world.follow_ups("acknowledgement") == []


def test_a_mere_question_is_answered_by_a_person_alone(inbox: Inbox) -> None:
    _write(inbox, "A che ora arrivate domani?")
    assert _told(inbox) == []


def test_a_new_matter_is_told_anew(inbox: Inbox) -> None:
    world = inbox.world
    _write(inbox)
    world.clock.set(world.clock.now() + timedelta(hours=2))
    world.close_case("Abbiamo parlato, tutto chiarito.")
    world.clock.set(world.clock.now() + timedelta(days=8))
    _write(inbox, "Il piano è difettoso.")
    assert len([words for words in _told(inbox) if "Le telefona entro" in words]) == 2


def test_what_customers_see_are_the_companys_addresses_and_never_private_ones(inbox: Inbox) -> None:
    world = inbox.world
    company = world.policy.company.model_copy(update={"aliases": {"M-1": "conti@casabelvedere.example"}})
    world.policy = world.policy.model_copy(update={"company": company})
    world.sweep("welcome-contact")
    _write(inbox)
    seen = [str(mail.body.decode()) for mail in world.mailer.to(HER)]
    assert seen
    assert all("@casa.example" not in body for body in seen)
    assert any("conti@casabelvedere.example" in body for body in seen)
    assert all(SENDER in body for body in seen)
