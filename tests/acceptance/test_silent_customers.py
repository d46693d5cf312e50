"""Who does not answer a plain question stands by name on the manager's list, once; nobody owes a call (B21, B27)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from models.queries.escalation.silent_customers import standing
from models.tables import Case, Customer, Order, Staff
from models.words import CommitmentKind
from tasks.escalation.call_list import call_list
from tasks.responses.by_staff import Spoken, record
from tasks.responses.record import Answer
from tests import factories
from tests.desk import Browser
from tests.fakes import plain
from tests.world import World

DELIVERED = datetime(2026, 3, 2, 9, tzinfo=UTC)
MANAGER = "m-1@casa.example"


def never_answers(world: World, *refs: str, share: float = 0.0) -> World:
    """Customers were asked on 4 March, again on the 10th, and by the 17th nobody has answered."""
    answers = world.policy.answers.model_copy(update={"silent_call_share": share})
    asked = replace(world, policy=world.policy.model_copy(update={"answers": answers}))
    with world.db.write() as session:
        for ref in refs:
            customer = factories.customer(session, ref, name=f"Famiglia {ref}")
            factories.order(
                session,
                customer,
                f"SO-{ref}",
                signed_at=DELIVERED - timedelta(days=40),
                promised_on=date(2026, 3, 2),
                delivered_at=DELIVERED,
            )
    for day in (4, 10, 11, 17):
        asked.clock.set(datetime(2026, 3, day, 9, tzinfo=UTC))
        asked.sweep("satisfaction-check")
        asked.escalate()
    return asked


def names(world: World) -> list[str]:
    with world.db.read() as session:
        return [one.ref for one in standing(session)]


def test_silence_is_no_case_and_the_name_is_told_once(world: World) -> None:
    asked = never_answers(world, "C-1", "C-2")
    assert names(asked) == ["C-1", "C-2"]
    assert asked.count(Case) == 0
    [digest] = asked.mailer.to(MANAGER)
    assert "Famiglia C-1, ordine SO-C-1" in plain(digest)
    assert "In tutto: 2" in plain(digest)
    for day in (18, 19, 20):
        asked.clock.set(datetime(2026, 3, day, 9, tzinfo=UTC))
        asked.escalate()
    assert len(asked.mailer.to(MANAGER)) == 1, "told once, and still on the list"
    rows = call_list(asked.db, asked.policy, asked.clock.now())
    assert [(row["customer"], row["for"], row["when"]) for row in rows] == [
        ("C-1", "M-1", "silent"),
        ("C-2", "M-1", "silent"),
    ]


def test_an_answer_of_any_kind_takes_the_name_off(world: World) -> None:
    asked = never_answers(world, "C-1", "C-2")
    with world.db.read() as session:
        order = session.get_one(Order, 1)
        customer_id = order.customer_id
    asked.hear(Answer("r-1", customer_id, "rating", "page", asked.clock.now(), order_id=1, rating=5))
    assert names(asked) == ["C-2"]


def test_a_call_that_is_written_down_takes_the_name_off(world: World) -> None:
    asked = never_answers(world, "C-1")
    with world.db.write() as session:
        spoken = Spoken("s-1", "SO-C-1", "Tutto bene, dice la signora.", "M-1", rating=5)
        record(session, asked.policy, spoken, asked.clock.now())
    assert names(asked) == []


def test_at_the_desk_a_call_is_written_down_where_the_name_stands(world: World) -> None:
    asked = never_answers(world, "C/1", "C-2")
    desk = Browser(asked).enter("M-1")
    page = desk.get("/desk").text
    assert "Famiglia C/1" in page
    [link] = re.findall(r'href="(/desk/customer/C%2F1\?do=record)[^"]*">Annotare la telefonata', page)
    assert re.search('id="record"[^>]* open>', desk.get(link).text)
    assert names(asked) == ["C/1", "C-2"], "opening changes nothing"
    path = link.partition("?")[0]
    assert desk.press(path, do="record", text="Tutto bene, dice.", rating="5").status_code == 200
    assert names(asked) == ["C-2"]
    assert "Famiglia C/1" not in desk.get("/desk").text


def test_whom_the_lot_draws_is_the_managers_call_and_stands_on_no_list(world: World) -> None:
    asked = never_answers(world, "C-1", share=1.0)
    assert names(asked) == []
    [call] = asked.promises(CommitmentKind.PHONE)
    with world.db.read() as session:
        assert call.owner_id == session.scalars(select(Staff.id).where(Staff.ref == "M-1")).one()
    assert len(asked.mailer.to(MANAGER)) == 1, "in the digest, and in no mail of its own"
    assert asked.mailer.to("a-1@casa.example") == []


def test_two_questions_are_one_name(world: World) -> None:
    asked = never_answers(world, "C-1")
    with world.db.write() as session:
        order = session.get_one(Order, 1)
        factories.order(
            session,
            session.get_one(Customer, order.customer_id),
            "SO-9",
            signed_at=DELIVERED,
            promised_on=date(2026, 3, 18),
            delivered_at=datetime(2026, 3, 18, 9, tzinfo=UTC),
        )
    for day in (20, 26, 27, 30, 31):
        asked.clock.set(datetime(2026, 3, day, 9, tzinfo=UTC))
        asked.sweep("satisfaction-check")
        asked.escalate()
    asked.clock.set(datetime(2026, 4, 8, 9, tzinfo=UTC))
    asked.escalate()
    assert names(asked) == ["C-1"]
    with world.db.read() as session:
        assert standing(session)[0].order == "SO-C-1", "since the first of them"
