"""What the report shows beside turnover, counted from the tables after the real sweeps, on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.languages import CODES
from models.queries import people
from models.queries.escalation import call_list
from models.rules.escalation.call_list import ranked
from models.tables import Commitment, ContractEnd, Order
from models.words import CommitmentKind
from tasks.commitments.close import fulfil, promise, re_promise
from tasks.commitments.make import Owners
from tasks.reporting.weekly import report
from tasks.responses.record import Answer
from tests import factories
from tests.world import World

FIRST, LAST = date(2026, 3, 16), date(2026, 3, 22)
"""The week of the clock of the tests."""


def at(world: World, day: int, hour: int = 9, month: int = 3) -> None:
    """Move to an hour (UTC) of a day in 2026."""
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


def figures(world: World, first: date = FIRST, last: date = LAST) -> dict[str, Any]:
    """The measures of a span, as `seguito report --json` gives them."""
    found: dict[str, Any] = report(world.services, first, last).figures["now"]
    return found


def page(world: World, first: date = FIRST, last: date = LAST) -> str:
    return report(world.services, first, last).markdown


def say(world: World, ref: str, customer_id: int, meaning: str = "call-me", **facts: object) -> None:
    now = world.clock.now()
    world.hear(Answer(ref, customer_id, meaning, "page", now, **facts))  # type: ignore[arg-type]


def owe(world: World, session: Session, order: Order, kind: str, due: datetime, owner: int) -> Commitment:
    """Somebody promises a customer something by a time."""
    return promise(
        session,
        world.policy,
        order.customer_id,
        CommitmentKind(kind),
        ("order", order.id),
        now=world.clock.now(),
        due_at=due,
        owners=Owners(owner, None),
        actor="A-1",
    )


def test_b14_the_after_sale_measures_stand_beside_turnover(world: World) -> None:
    at(world, 16, 10)
    with world.db.write() as session:
        customers = [factories.customer(session, f"C-{number}") for number in range(3)]
        for customer in customers:
            factories.order(session, customer, f"SO-{customer.ref}")
        factories.order(session, customers[0], "SO-X", cancelled_at=world.clock.now(), amount_cents=99)
    world.sweep()
    at(world, 18)
    world.sweep()
    at(world, 19)
    say(world, "r-1", 1, "rating", order_id=1, rating=5)
    say(world, "r-2", 2, "rating", order_id=2, rating=1)
    at(world, 20)
    world.close_case("Ho ascoltato.")
    found = figures(world)
    assert (found["orders"], found["turnover_cents"]) == (3, {"EUR": 3 * 420_000})
    assert found["sent"] == {"order-confirmation": 3, "welcome-contact": 3}
    contacts, cases = found["contacts"], found["cases"]
    assert contacts["confirmed"] == {"part": 3, "of": 3}
    assert (contacts["answers"], contacts["ratings"], contacts["low_ratings"]) == (2, 2, 1)
    assert (cases["opened"], cases["closed"], cases["open_at_end"]) == (1, 1, 0)
    assert cases["hours_to_close"]["median"] == 24
    text = page(world)
    assert "| fatturato | 12.600 EUR | nessun fatturato |" in text
    assert "| valutazioni di 1 o 2 | 1 su 2 (50 %) | nessuno |" in text
    assert "Ferri" not in text
    assert "posta.example" not in text


def test_b14_a_welcome_counts_when_it_was_proven_before_the_alarm(world: World) -> None:
    with world.db.write() as session:
        for ref, email in (("C-1", "c-1@posta.example"), ("C-2", None)):
            factories.order(session, factories.customer(session, ref, email=email), f"SO-{ref}")
    world.sweep("welcome-contact")
    at(world, 24)
    world.sweep("welcome-contact")
    following = figures(world, date(2026, 3, 23), date(2026, 3, 29))
    assert following["contacts"]["welcomed"] == {"part": 1, "of": 2}


def test_b14_alerts_are_measured_by_how_long_before_the_question_they_came(world: World) -> None:
    with world.db.write() as session:
        customers = [factories.customer(session, f"C-{number}") for number in range(3)]
        for customer in customers:
            factories.order(
                session,
                customer,
                f"SO-{customer.ref}",
                promised_on=date(2026, 4, 10),
                promised_before=date(2026, 3, 25),
                promise_moved_at=world.clock.now(),
            )
    at(world, 18, 8)
    say(world, "asked before", 1, order_id=1)
    at(world, 18, 10)
    world.sweep("delay-alert")
    at(world, 19, 10)
    say(world, "asked after", 2, order_id=2)
    found = figures(world)["contacts"]
    assert found["alerts"] == 3
    assert found["alerts_ahead"] == {"part": 2, "of": 3}
    assert found["alert_lead_hours"]["median"] == 24


def test_b15_promised_dates_are_compared_with_the_lead_times_reached_by_line(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        for number, days in enumerate((10, 20, 30, 40, 50)):
            factories.order(
                session,
                customer,
                f"SO-{number}",
                product_line="kitchens",
                promised_on=date(2026, 3, 31),
                delivered_at=factories.SIGNED + timedelta(days=days),
            )
        factories.order(
            session,
            customer,
            "SO-moved",
            product_line="garden",
            promised_on=date(2026, 5, 1),
            promised_before=date(2026, 3, 26),
            delivered_at=factories.SIGNED + timedelta(days=40),
        )
    at(world, 10, month=6)
    kitchens, garden = figures(world, FIRST, date(2026, 6, 9))["lead_times"]
    assert kitchens["line"] == "kitchens"
    assert kitchens["promised_days"] == {"n": 5, "median": 15, "p80": 15}
    assert kitchens["reached_days"] == {"n": 5, "median": 30, "p80": 40}
    assert kitchens["in_time"] == {"part": 1, "of": 5}
    assert garden["promised_days"]["median"] == 10, (
        "the day promised first counts, not the one it was moved to"
    )
    assert "| kitchens | 5 | 15 giorni | 30 giorni | 15 giorni | 40 giorni | 1 su 5 (20 %) |" in page(
        world, FIRST, date(2026, 6, 9)
    )


def test_b15_however_often_a_day_was_moved_it_is_the_first_one_that_counts(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=date(2026, 3, 26))
    world.sweep("delay-alert")
    for day in (date(2026, 4, 5), date(2026, 4, 15)):
        world.clock.set(world.clock.now() + timedelta(hours=1))
        with world.db.write() as session:
            order = session.get_one(Order, 1)
            order.promised_before, order.promised_on = order.promised_on, day
            order.promise_moved_at, order.to_plan = world.clock.now(), True
        world.sweep("delay-alert")
    with world.db.write() as session:
        session.get_one(Order, 1).delivered_at = factories.SIGNED + timedelta(days=40)
    [line] = figures(world, FIRST, date(2026, 6, 9))["lead_times"]
    assert line["promised_days"]["median"] == 10


def test_b15_without_a_product_line_it_is_the_sellers_team_that_promised(world: World) -> None:
    with world.db.write() as session:
        seller = factories.staff(session, "S-9", "seller", team="Veneto")
        factories.order(
            session,
            factories.customer(session),
            seller_id=seller.id,
            delivered_at=factories.SIGNED + timedelta(days=3),
        )
    assert [row["line"] for row in figures(world)["lead_times"]] == ["Veneto"]


def ledger(world: World) -> None:
    """Five promises of two kinds that fell due in the week: two kept, one late, one broken, one moved in time."""
    with world.db.write() as session:
        customer = factories.customer(session)
        orders = [factories.order(session, customer, f"SO-{number}") for number in range(5)]
        anna = anna_id(session)
        due = world.clock.now() + timedelta(hours=4)
        kept, late, broken, moved, call = (
            owe(world, session, order, kind, due, anna)
            for order, kind in zip(orders, ["appointment"] * 4 + ["call-back"], strict=True)
        )
        soon = world.clock.now() + timedelta(hours=1)
        for one in (kept, call):
            fulfil(session, one, "done", "fatto", now=soon, actor="A-1")
        later = due + timedelta(hours=1)
        fulfil(session, late, "done", "fatto", now=later, actor="A-1", reason_code="carrier")
        next_week = due + timedelta(days=7)
        re_promise(session, world.policy, moved, next_week, "supplier", "avvisato", now=soon, actor="A-1")
        re_promise(session, world.policy, broken, next_week, "supplier", "scuse", now=later, actor="A-1")
    at(world, 20)


def anna_id(session: Session) -> int:
    anna = people.staff_by_ref(session, "A-1")
    assert anna is not None
    return anna.id


def test_b17_each_promise_is_kept_late_or_broken_and_counted(world: World) -> None:
    ledger(world)
    found = figures(world)["promises"]
    assert {name: found[name] for name in ("kept", "late", "broken", "moved")} == {
        "kept": 2,
        "late": 1,
        "broken": 1,
        "moved": 1,
    }
    assert "| impegni mantenuti | 2 su 5 (40 %) | nessuno |" in page(world)


def test_b17_a_promise_over_its_time_is_broken_though_nobody_said_so(world: World) -> None:
    with world.db.write() as session:
        order = factories.order(session, factories.customer(session))
        owe(
            world,
            session,
            order,
            "call-back",
            world.clock.now() + timedelta(hours=4),
            anna_id(session),
        )
    assert figures(world)["promises"]["broken"] == 0
    at(world, 18, 14)
    found = figures(world)["promises"]
    assert (found["broken"], found["reasons"]) == (1, {"unstated": 1})


def test_b24_the_kept_ratio_of_appointments_stands_with_its_denominator(world: World) -> None:
    ledger(world)
    assert "| Un appuntamento | 4 | 1 su 4 (25 %) | 1 | 1 | 1 |" in page(world)
    assert "| Una telefonata promessa | 1 | 1 su 1 (100 %) | 0 | 0 | 0 |" in page(world)


def test_b12_the_reasons_of_what_slipped_are_counted(world: World) -> None:
    ledger(world)
    assert figures(world)["promises"]["reasons"] == {"supplier": 2, "carrier": 1}
    assert "| Fornitore | 2 |" in page(world)


def test_b23_misses_are_counted_by_team_and_by_name_only_where_the_policy_says_so(world: World) -> None:
    with world.db.write() as session:
        for number in range(2):
            factories.staff(session, f"A-{number + 3}", "after-sale")
    ledger(world)
    assert list(figures(world)["promises_by_owner"]) == ["after-sale"]
    assert "A-1" not in page(world)
    assert "Anna" not in page(world)
    open_counts = world.policy.report.model_copy(update={"name_owners": True})
    world.policy = world.policy.model_copy(update={"report": open_counts})
    assert list(figures(world)["promises_by_owner"]) == ["A-1"]


def test_b23_a_team_too_small_to_hide_a_person_is_counted_with_others(world: World) -> None:
    ledger(world)  # the desk has two people: their count would be Anna's
    assert list(figures(world)["promises_by_owner"]) == ["others"]


def queue(world: World) -> list[str]:
    with world.db.read() as session:
        calls = ranked(call_list.open_cases(session) + call_list.commitments(session))
    return [call.customer for call in calls]


def test_b10_who_contacts_us_more_often_does_not_come_first_and_the_report_shows_it(world: World) -> None:
    with world.db.write() as session:
        for number in range(1, 5):
            factories.customer(session, f"C-{number}")
    for number, times in ((1, 1), (2, 2), (3, 1), (4, 6)):
        world.clock.set(world.clock.now() + timedelta(minutes=5))
        for time in range(times):
            say(world, f"r-{number}-{time}", number)
    before = queue(world)
    assert before == ["C-1", "C-2", "C-3", "C-4"], "by waiting time"
    world.clock.set(world.clock.now() + timedelta(minutes=5))
    for time in range(20):
        say(world, f"again-{time}", 4, "message", text="Allora?")
    assert queue(world) == before
    found = figures(world)["queue"]
    assert found["waiting"] == 4
    assert found["place_by_contacts"] > 0, "who wrote most stands last: it brought nobody forward"
    assert found["place_by_waiting"] == -1
    assert "Correlazione di rango tra posto e numero di contatti: +0" in page(world)


def test_b10_the_report_shows_the_wait_by_number_of_contacts(world: World) -> None:
    with world.db.write() as session:
        factories.customer(session)
    say(world, "r-1", 1)
    say(world, "r-2", 1)
    at(world, 20)
    world.close_case("Ho ascoltato.")
    assert figures(world)["waits_by_contacts"] == {"2": {"n": 1, "median": 48, "p80": 48}}
    assert "| 2 | 1 | 2 giorni | 2 giorni |" in page(world)


def test_b37_withdrawals_and_terminations_are_reported_apart_and_by_cause(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        for kind, cause, confirmed in (
            ("withdrawal", "delay", True),
            ("withdrawal", "price", True),
            ("termination", "price", True),
            ("termination", "service", False),
        ):
            now = world.clock.now()
            session.add(
                ContractEnd(
                    customer_id=customer.id,
                    kind=kind,
                    cause="",
                    cause_code=cause,
                    declared_at=now,
                    heard_by="A-1",
                    confirmed_at=now if confirmed else None,
                )
            )
    found = figures(world)["contract_ends"]
    assert found == {"withdrawal": {"delay": 1, "price": 1}, "termination": {"price": 1}}
    assert "| recessi | 2 | 0 |" in page(world)
    assert "| disdette | 1 | 0 |" in page(world)


@pytest.mark.parametrize("language", CODES)
def test_the_report_speaks_one_language_throughout(world: World, language: str) -> None:
    english = set(report(world.services, FIRST, LAST, language="en").markdown.splitlines())
    told = report(world.services, FIRST, LAST, language=language)
    heads = {line for line in told.markdown.splitlines() if line.startswith("#")}
    assert language == "en" or not heads & english
    assert "none" not in told.sentence or language == "en"
    own = report(world.services, FIRST, LAST)
    assert own.sentence == report(world.services, FIRST, LAST, language="it").sentence
