"""Who is told at a rung, and what happens when nobody stands there: values in, a decision out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from models.rules.commitments.ladder_changes import Pending
from models.rules.escalation.ownership import Person
from models.rules.escalation.rung_placement import DueRung, Placed, Promise, place
from models.rules.planning.step_key import StepKey
from models.words import Level

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
OWNER = Person(1, "after-sale", "it", "a-1@casa.example")
DEPUTY = Person(2, "after-sale", "it", "a-2@casa.example")
MANAGER = Person(3, "manager", "it", "m-1@casa.example")
DIRECTOR = Person(4, "director", "it", "d-1@casa.example")
EVERYBODY = (OWNER, DEPUTY, MANAGER, DIRECTOR)


def rung(id_: int, level: Level, people: Sequence[Person] = EVERYBODY, name: str = "due") -> DueRung:
    return DueRung(id_, 7, StepKey(name, level), level, people, "it")


def above(id_: int, level: Level, people: Sequence[Person]) -> dict[int, Placed]:
    """What becomes of a rung beside one at which the manager is told."""
    due = [rung(9, Level.MANAGER, people, "manager"), rung(id_, level, people)]
    return place(due, promise(), NOW).rungs


def promise(*pending: Pending, told: str | None = None, done: bool = False) -> dict[int, Promise]:
    return {7: Promise(OWNER.id, DEPUTY.id, told, done, pending)}


def later(id_: int, level: Level, hours: int, *, waits: bool = False) -> Pending:
    at = NOW + timedelta(hours=hours)
    return Pending(id_, level, at, at, waits)


def test_whoever_stands_at_a_rung_is_told() -> None:
    found = place([rung(1, Level.OWNER), rung(2, Level.DEPUTY), rung(3, Level.MANAGER)], promise(), NOW)
    assert found.rungs == {1: Placed(OWNER.id), 2: Placed(DEPUTY.id), 3: Placed(MANAGER.id)}
    assert found.times == {}


def test_nobody_is_told_of_what_is_settled() -> None:
    assert place([rung(1, Level.OWNER)], promise(done=True), NOW).rungs == {1: Placed(skipped="closed")}
    assert place([rung(1, Level.OWNER)], {}, NOW).rungs == {1: Placed(skipped="closed")}


def test_past_an_empty_rung_the_next_one_hears_now() -> None:
    pending = (later(2, Level.MANAGER, 5), later(3, Level.DIRECTOR, 9))
    found = place([rung(1, Level.OWNER, (DEPUTY, MANAGER))], promise(*pending), NOW)
    assert found.rungs == {1: Placed(skipped="nobody reachable: owner")}
    assert found.times == {2: NOW}


def test_two_empty_rungs_of_one_promise_bring_the_next_one_forward_once() -> None:
    due = [rung(1, Level.DEPUTY, (OWNER, MANAGER)), rung(2, Level.TEAM_LEAD, (OWNER, MANAGER))]
    found = place(due, promise(later(3, Level.MANAGER, 5)), NOW)
    assert {one.skipped for one in found.rungs.values()} == {
        "nobody reachable: deputy",
        "nobody reachable: team-lead",
    }
    assert found.times == {3: NOW}


def test_once_somebody_has_heard_the_rung_above_an_empty_one_comes_at_its_own_time() -> None:
    due = [rung(1, Level.DEPUTY, (OWNER, DIRECTOR)), rung(2, Level.TEAM_LEAD, (OWNER, DIRECTOR))]
    pending = (later(3, Level.MANAGER, 5), later(4, Level.DIRECTOR, 9))
    found = place(due, promise(*pending, told="owner"), NOW)
    assert {one.skipped for one in found.rungs.values()} == {
        "nobody reachable: deputy",
        "nobody reachable: team-lead",
    }
    assert found.times == {}


def test_an_empty_level_beside_one_that_is_told_moves_nothing() -> None:
    due = [rung(1, Level.DEPUTY, (OWNER, MANAGER)), rung(2, Level.MANAGER, (OWNER, MANAGER))]
    found = place(due, promise(later(3, Level.DIRECTOR, 5)), NOW)
    assert found.rungs == {1: Placed(skipped="nobody reachable: deputy"), 2: Placed(MANAGER.id)}
    assert found.times == {}
    known = place(due[:1], promise(later(3, Level.DIRECTOR, 5), told="manager"), NOW)
    assert known.times == {}


def test_nobody_is_told_instead_of_an_empty_rung_when_somebody_above_it_hears_or_has_heard() -> None:
    people = (OWNER, MANAGER)
    assert above(1, Level.DEPUTY, people) == {
        1: Placed(skipped="nobody reachable: deputy"),
        9: Placed(MANAGER.id),
    }
    assert above(1, Level.DIRECTOR, people) == {1: Placed(MANAGER.id), 9: Placed(MANAGER.id)}
    alone = [rung(1, Level.DEPUTY, people)]
    assert place(alone, promise(told="manager"), NOW).rungs == {1: Placed(skipped="nobody reachable: deputy")}
    assert place(alone, promise(told="deputy"), NOW).rungs == {1: Placed(MANAGER.id)}


def test_of_the_levels_of_one_rung_that_are_empty_only_one_is_told_to_somebody_else() -> None:
    people = (OWNER, MANAGER)
    due = [rung(1, Level.DIRECTOR, people), rung(2, Level.MANAGER, people)]
    assert place(due, promise(), NOW).rungs == {
        1: Placed(skipped="nobody reachable: director"),
        2: Placed(MANAGER.id),
    }


def test_at_the_end_of_a_ladder_it_is_anybody_and_the_owner_only_at_last() -> None:
    assert place([rung(1, Level.DIRECTOR, (OWNER, DEPUTY))], promise(), NOW).rungs == {1: Placed(DEPUTY.id)}
    assert place([rung(1, Level.DIRECTOR, (OWNER,))], promise(), NOW).rungs == {1: Placed(OWNER.id)}
    assert place([rung(1, Level.DIRECTOR, ())], promise(), NOW).rungs == {1: Placed()}


def test_while_a_rung_waits_for_people_the_others_are_skipped() -> None:
    pending = (later(2, Level.DIRECTOR, 5, waits=True),)
    found = place([rung(1, Level.MANAGER, (OWNER,))], promise(*pending), NOW)
    assert found.rungs == {1: Placed(skipped="nobody reachable: manager")}
    assert found.times == {}
