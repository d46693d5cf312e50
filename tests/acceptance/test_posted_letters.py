"""A signed warning that goes by registered post: somebody owes it, and has the letter to print."""

import re
from datetime import date

import pytest
from sqlalchemy import update

from models.credit import Credit
from models.tables import Customer, Invoice
from tasks.credit_recovery import by_reference
from tasks.credit_recovery.ask_manager import withdraw_moot
from tests.recovery import CREDIT, at, plain, promises, text_of, to_the_signature, visitor
from tests.world import World

POLISH = {
    "country": "PL",
    "timezone": "Europe/Warsaw",
    "language": "pl",
    "is_business": True,
    "name": "Zielony Zakątek Sp. z o.o.",
    "postal_address": "ul. Długa 7\n00-238 Warszawa",
    "tax_number": "5252248481",
}


def signed(world: World, **facts: object) -> None:
    link = to_the_signature(world, {"currency": "PLN", "issued_on": date(2026, 1, 16)}, **(POLISH | facts))
    at(world, 3, 23)
    letter = re.search(r'name="letter" value="(\w+)"', visitor(world).open(link).text)
    assert letter is not None
    visitor(world).press(link, do="sign", letter=letter[1])
    world.sweep(CREDIT)
    world.escalate()


def test_in_poland_a_signed_warning_is_owed_by_post_and_its_page_prints_what_was_sent(world: World) -> None:
    signed(world)
    [owed] = promises(world, "post")
    link = duty_link_of(world)
    page = visitor(world).open(link).text
    printed = re.search(r'href="http://pages.example(/d/[^"]+/letter)"', page)
    assert printed is not None
    before = visitor(world).dump()
    letter = visitor(world).open(f"http://pages.example{printed[1]}")
    assert visitor(world).dump() == before, "printing changes nothing"
    words = plain(letter.text)
    for part in (
        "List polecony za potwierdzeniem odbioru",
        "Zielony Zakątek Sp. z o.o.",
        "00-238 Warszawa",
        "NIP 5252248481",
        "23 marca 2026 r.",
    ):
        assert part in words
    sent = " ".join(text_of(world.mailer.to("conti@posta.example")[-1]).split())
    for line in re.findall(
        r"(?:Prosimy o zapłatę|Kwota do zapłaty:|Podpisano:) [^.]+\.|Odsetki za opóźnienie do [^:]+: \S+ zł",
        sent,
    ):
        assert line in " ".join(words.split()), "the same letter as was mailed"
    assert "Prosimy o zapłatę" in sent
    assert owed.due_at.date() == date(2026, 3, 25)
    assert "nothing-needed" in page
    assert "not-reached" not in page, "a letter is no call"
    visitor(world).press(link, do="done", outcome="done", text="nr przesyłki 00559007734000001")
    [owed] = promises(world, "post")
    assert "00559007734000001" in (owed.outcome or "")


def duty_link_of(world: World) -> str:
    """The link of whoever owes the posting."""
    [owed] = promises(world, "post")
    assert owed.owner_id is not None
    return world.links.duty("commitment", owed.id, owed.owner_id, world.clock.now())


def test_elsewhere_nobody_is_asked_to_post_and_the_letter_can_be_printed_all_the_same(
    world: World,
) -> None:
    signed(world, country="IT", language="it", timezone="Europe/Rome")
    assert promises(world, "post") == []
    html = by_reference.letter_to_post(world.services, "C-1")
    assert "Raccomandata con ricevuta di ritorno" in html


def test_what_is_paid_is_posted_no_more(world: World) -> None:
    signed(world)
    with world.db.write() as session:
        session.execute(update(Invoice).values(paid_at=world.clock.now()))
        assert withdraw_moot(session, world.clock.now()) == 1
    with pytest.raises(ValueError, match="no signed warning is open"):
        by_reference.letter_to_post(world.services, "C-1")


def test_whoever_has_no_address_that_works_gets_the_letter_by_post_alone(world: World) -> None:
    signed(world)
    with world.db.write() as session:
        session.execute(update(Customer).values(email=None, billing_email=None))
    assert "Zielony Zakątek" in by_reference.letter_to_post(world.services, "C-1")


def test_a_country_is_two_letters() -> None:
    with pytest.raises(ValueError, match="write two capital letters"):
        Credit(by_post=("Poland",))
