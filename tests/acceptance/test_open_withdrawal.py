"""A withdrawal without a link, by order number and address, at the page that a shop links to (article 11a, B37)."""

import re

import pytest
from sqlalchemy import select

from models.languages import CODES
from models.tables import Inbound
from models.words import CommitmentKind
from tasks.mailboxes.withdrawal_form import MOST_STRANGERS_A_DAY, FormClaim, declare
from tests import factories
from tests.recovery import plain, promises
from tests.visitor import SITE, Visitor
from tests.withdrawing import ends, receipts
from tests.world import World

PAGE = f"{SITE}/withdraw"
THEIRS = {"order": "SO-1", "email": "C-1@posta.example", "name": "Giulia Ferri"}


def shop(world: World, **facts: object) -> Visitor:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), **facts)
    return Visitor(world.db, world.policy, world.clock)


def strangers(world: World) -> list[Inbound]:
    with world.db.read() as session:
        return list(session.scalars(select(Inbound).order_by(Inbound.id)))


def test_b37_opening_and_filling_in_change_nothing_and_two_presses_declare(world: World) -> None:
    visitor = shop(world)
    before = visitor.dump()
    assert 'value="SO-1"' in visitor.open(f"{PAGE}?order=SO-1").text
    shown = visitor.press(PAGE, do="show", **THEIRS, text="Non ci sta.")
    assert visitor.dump() == before
    declaration = (
        "Io, Giulia Ferri, recedo dal contratto relativo all'ordine SO-1. "
        "Indirizzo per la ricevuta: C-1@posta.example. Non ci sta."
    )
    assert declaration in plain(shown.text)
    done = visitor.press(PAGE, do="confirm", **THEIRS, text="Non ci sta.")
    assert declaration in plain(done.text)
    assert re.search(r"Dichiarato: \w+ \d+\S* marzo 2026, ore \d\d:\d\d \(UTC\+0[12]:00\)", plain(done.text))
    visitor.press(PAGE, do="confirm", **THEIRS, text="Non ci sta.")
    assert len(ends(world)) == 1, "pressed twice it counts once"
    world.escalate()
    [receipt] = receipts(world)
    assert "recedo dal contratto relativo all'ordine SO-1" in " ".join(receipt.split())
    assert "UTC+0" in receipt


@pytest.mark.parametrize(
    "other",
    [{"order": "SO-2"}, {"email": "somebody@posta.example"}],
    ids=["another order", "another address"],
)
def test_nobody_learns_which_orders_there_are_and_nothing_is_lost(
    world: World, other: dict[str, str]
) -> None:
    visitor = shop(world)
    wrong = THEIRS | other
    theirs = visitor.press(PAGE, do="confirm", **THEIRS)
    others = visitor.press(PAGE, do="confirm", **wrong)
    told = others.text
    for name, value in other.items():
        told = told.replace(value, THEIRS[name])
    assert (others.status_code, told) == (theirs.status_code, theirs.text)
    visitor.press(PAGE, do="confirm", **wrong)
    [parked] = strangers(world)
    assert "recedo dal contratto" in parked.words
    assert parked.customer_id is None
    [look] = promises(world, CommitmentKind.MAIL)
    assert look.inbound_id == parked.id, "a person owes a look by an hour"


def test_a_sale_without_the_right_is_put_before_a_person(world: World) -> None:
    visitor = shop(world, withdrawal_days=0)
    visitor.press(PAGE, do="confirm", **THEIRS)
    assert ends(world) == []
    assert len(strangers(world)) == 1


def test_a_flood_of_strangers_is_kept_and_rings_once_a_day_fifty_times(world: World) -> None:
    visitor = shop(world)
    now = world.clock.now()
    with world.db.write() as session:
        for number in range(MOST_STRANGERS_A_DAY - 1):
            claim = FormClaim("SO-9", f"x{number}@posta.example", "X", "Recedo dal contratto.")
            declare(session, world.policy, claim, now, lambda _raw: "")
    for number in range(3):
        visitor.press(PAGE, do="confirm", **(THEIRS | {"email": f"y{number}@posta.example"}))
    assert len(strangers(world)) == MOST_STRANGERS_A_DAY + 2
    assert len(promises(world, CommitmentKind.MAIL)) == MOST_STRANGERS_A_DAY


@pytest.mark.parametrize("left_out", [{"order": ""}, {"email": "giulia"}, {"name": " "}])
def test_what_is_missing_is_said_and_what_was_typed_stays(world: World, left_out: dict[str, str]) -> None:
    visitor = shop(world)
    before = visitor.dump()
    page = visitor.press(PAGE, do="confirm", **(THEIRS | left_out))
    assert page.status_code == 422
    assert "Servono il numero dell'ordine" in plain(page.text)
    assert visitor.dump() == before


@pytest.mark.parametrize("language", CODES)
def test_it_speaks_every_language(world: World, language: str) -> None:
    visitor = shop(world)
    page = visitor.open(f"{PAGE}?language={language}")
    assert f'<html lang="{language}">' in page.text
    assert f'<html lang="{language}">' in visitor.press(PAGE, do="show", language=language, **THEIRS).text
