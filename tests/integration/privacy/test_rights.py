"""A customer gets a copy of everything, and is forgotten on request: figures stay, the person does not."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from models.tables import Base, Commitment, Customer, FollowUp, Inbound, Response, Suppression
from models.words import CaseReasonKind, InboundState, Meaning, Outcome, Subject
from tasks.cases.open_case import open_case
from tasks.commitments.close import fulfil
from tasks.importing.apply import apply_rows
from tasks.importing.rejects import RejectFile
from tasks.importing.rows import CustomerRow, Reject
from tasks.mailboxes.opening import originals_folder
from tasks.mailboxes.originals import Originals
from tasks.privacy.rights import CannotEraseError, erase, export
from tasks.runtime.settings import Settings
from tests import factories
from tests.world import World

NAME, EMAIL, PHONE = "Ofelia Quaglia", "ofelia.quaglia@posta.example", "+39 333 555 0777"
WORDS = "zanzariera graffiata"
TRACES = ("ofelia", "quaglia", "333 555 0777", "zanzariera", "graffiata", "via segreta", "amica bruna")
OTHER = "Tullio Neri"


@pytest.fixture
def settings(world: World, tmp_path: Path) -> Settings:
    state = tmp_path / "state"
    for folder in ("mailbox", "archive"):
        for part in ("tmp", "new", "cur"):
            (state / folder / part).mkdir(parents=True)
    return Settings(
        _env_file=None, state_dir=state, database_url=world.db.url, archive_maildir=state / "archive"
    )


def a_life(world: World, settings: Settings) -> int:
    """A customer with everything that there is to know, and another one beside."""
    now = world.clock.now()
    digest = Originals(originals_folder(settings)).keep(f"From: {EMAIL}\n\n{WORDS}".encode())
    with world.db.write() as session:
        one = factories.customer(
            session, "C-1", name=NAME, email=EMAIL, phone=PHONE, postal_address="Via Segreta 1"
        )
        other = factories.customer(session, "C-2", name=OTHER, email="tullio@posta.example")
        order = factories.order(
            session, one, description=WORDS, seller_promise=WORDS, referred_by="amica Bruna", delivered_at=now
        )
        factories.order(session, other, "SO-2", seller_promise="consegna gratuita")
        factories.invoice(session, one, paid_at=now)
        session.add(
            Response(
                ref="r-1",
                customer_id=one.id,
                order_id=order.id,
                channel="mail",
                meaning=Meaning.MESSAGE,
                text=WORDS,
                received_at=now,
                recorded_at=now,
            )
        )
        session.add(
            Suppression(channel="email", address=EMAIL, customer_id=one.id, at=now, by="x", why=WORDS)
        )
        session.add(
            Inbound(
                **dict.fromkeys(("sender_name", "subject", "why", "words", "quoted"), WORDS),
                **dict.fromkeys(("received_at", "recorded_at", "handled_at"), now),
                identity="1",
                digest=digest,
                sender=EMAIL,
                size_bytes=1,
                verdict="human",
                attachments=[WORDS],
                state=InboundState.HANDLED,
                customer_id=one.id,
            )
        )
        case = open_case(
            session,
            world.policy,
            one.id,
            CaseReasonKind.CALL_ME,
            (Subject.CUSTOMER, one.id),
            now=now,
            actor="customer",
        )
    world.sweep()
    world.escalate()
    world.close_case(WORDS, Outcome.AGREED)
    for number, mail in enumerate(world.mailer.mails):
        (settings.state_dir / "mailbox" / "new" / f"{number}").write_bytes(mail.body)
    rejects = RejectFile(settings.state_dir, "shop", now)
    rejects.add("customers", [Reject("c.csv", 2, "name", NAME, "x"), Reject("c.csv", 3, "name", OTHER, "x")])
    return case.id


def settle(world: World) -> None:
    """Whatever the closed case still owes is done."""
    with world.db.write() as session:
        for owed in session.scalars(select(Commitment).where(Commitment.done_at.is_(None))):
            fulfil(session, owed, "done", "ok", now=world.clock.now(), actor="M-1")


def everything(world: World, settings: Settings) -> str:
    """All rows of all tables and all files, in small letters."""
    with world.db.read() as session:
        rows = [
            repr(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
        ]
    files = [
        path.read_bytes().decode("utf-8", "replace")
        for path in settings.state_dir.rglob("*")
        if path.is_file() and not path.name.startswith("seguito.db")
    ]
    return "\n".join([*rows, *files]).lower()


def test_a_copy_holds_everything_and_nobody_else(world: World, settings: Settings) -> None:
    a_life(world, settings)
    copy = export(world.services, "C-1")
    found: dict[str, Any] = json.loads(copy)
    for name in (
        "customers",
        "orders",
        "invoices",
        "messages",
        "responses",
        "inbound",
        "cases",
        "statements",
        "history",
    ):
        assert found[name], name
    assert NAME in copy
    assert WORDS in copy
    assert OTHER not in copy
    with pytest.raises(ValueError, match="C-9"):
        export(world.services, "C-9")


def test_what_is_open_keeps_a_customer(world: World, settings: Settings) -> None:
    a_life(world, settings)
    with world.db.write() as session:
        customer = session.scalars(select(Customer).where(Customer.ref == "C-1")).one()
        factories.invoice(session, customer, "F-9")
    before = everything(world, settings)
    with pytest.raises(CannotEraseError, match="invoice F-9 is open"):
        erase(world.services, settings, "C-1", "A-1")
    with pytest.raises(CannotEraseError, match="nobody here"):
        erase(world.services, settings, "C-1", "A-77")
    assert everything(world, settings) == before


def test_nothing_of_the_person_stays_but_the_figures(world: World, settings: Settings) -> None:
    a_life(world, settings)
    settle(world)
    assert all(trace in everything(world, settings) for trace in ("ofelia", "zanzariera", "via segreta"))
    counts = {table: world.count(table) for table in (Customer, FollowUp, Response, Inbound)}
    said = erase(world.services, settings, "C-1", "A-1")
    assert "C-1 is erased" in said
    left = everything(world, settings)
    traces = [line for line in left.splitlines() if any(trace in line for trace in TRACES)]
    assert not traces, "\n".join(traces)
    assert OTHER.lower() in left
    assert "consegna gratuita" in left
    assert {table: world.count(table) for table in counts} == counts
    with world.db.read() as session:
        assert session.scalars(select(Customer.ref).order_by(Customer.id)).all() == ["C-1", "C-2"]
    sent = len(world.mailer.mails)
    world.sweep()
    assert not any(
        "c-1" in mail.recipients[0] or "ofelia" in mail.recipients[0] for mail in world.mailer.mails[sent:]
    )


def test_a_source_that_brings_the_customer_again_changes_nothing(world: World, settings: Settings) -> None:
    a_life(world, settings)
    settle(world)
    erase(world.services, settings, "C-1", "A-1")
    row = CustomerRow(
        ref="C-1", name=NAME, email=EMAIL, phone=PHONE, language="it", country="IT", timezone="Europe/Rome"
    )
    with world.db.write() as session:
        apply_rows(session, "customers", [row], world.clock.now(), "import:x", policy=world.policy)
    assert "ofelia" not in everything(world, settings)


def test_statements_are_final_again_afterwards(world: World, settings: Settings) -> None:
    a_life(world, settings)
    settle(world)
    erase(world.services, settings, "C-1", "A-1")
    with pytest.raises(DatabaseError, match="never changed"), world.db.write() as session:
        session.execute(text("UPDATE statements SET text = 'x'"))
