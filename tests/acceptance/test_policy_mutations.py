"""Whatever a policy may say and is accepted with: every sweep runs over a whole company, and no row meets a fault.

Policies are the shipped one with a few changes drawn by a seed: numbers, durations, words of another place, parts left
out, cadences under new names. What `seguito policy check` refuses is none of the test's.
"""

import copy
import random
import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.policy import Policy, PolicyError, parse
from models.tables import HeldFault, Order
from tasks.escalation.call_list import call_list
from tasks.mails.texts import missing_texts
from tasks.responses.record import Answer
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tests import factories
from tests.conftest import ROOT
from tests.toml_text import as_toml
from tests.world import World

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
_RAW = tomllib.loads((ROOT / "policy.toml").read_text(encoding="utf-8"))
_NUMBERS = (0, 1, 2, 3, 7, 30, 365, 100_000, -1)
_DURATIONS = ("0 hours", "1 hour", "30 hours", "2 business days", "45 days", "3 months", "-2 days")
_DURATION = re.compile(r"-?\d+ (business )?(minute|hour|day|week|month|year)s?")
_LATER = (0, 1, 3, 9, 24, 70)
"""Days after the beginning on which everything runs."""

Place = tuple[Any, Any]
"""A table or a list, and the key or number of what stands in it."""


def places(of: Any) -> Iterator[Place]:
    """Everything that stands somewhere in a policy."""
    for key, value in list(of.items() if isinstance(of, dict) else enumerate(of)):
        yield of, key
        if isinstance(value, dict | list):
            yield from places(value)


def changed(raw: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The same policy with one to three changes."""
    raw = copy.deepcopy(raw)
    for _ in range(chance.randint(1, 3)):
        within, key = chance.choice(list(places(raw)))
        _change(raw, within, key, chance)
    return raw


def _change(raw: dict[str, Any], within: Any, key: Any, chance: random.Random) -> None:
    value = within[key]
    if chance.random() < 0.1 and isinstance(within, dict):
        del within[key]
    elif isinstance(value, bool):
        within[key] = not value
    elif isinstance(value, int | float):
        within[key] = chance.choice((*_NUMBERS, value * 2, value // 2))
    elif isinstance(value, str):
        alike = [table[name] for table, name in places(raw) if name == key and isinstance(table[name], str)]
        within[key] = chance.choice(_DURATIONS if _DURATION.fullmatch(value) else alike)
    elif isinstance(value, list):
        within[key] = chance.choice(([], value[:1], value[1:], value[::-1], value + value))
    elif chance.random() < 0.5 and isinstance(within, dict):
        within[f"{key}-2"] = within.pop(key)
    else:
        within[f"{key}-2" if isinstance(within, dict) else 0] = copy.deepcopy(value)


def accepted(chance: random.Random) -> Policy:
    """The next changed policy that is accepted."""
    while True:
        try:
            policy = parse(as_toml(changed(_RAW, chance)))
        except PolicyError:
            continue
        if policy != parse(as_toml(_RAW)) and not missing_texts(policy) and not _gaps(policy):
            return policy


def _gaps(policy: Policy) -> list[Any]:
    return [gap for gap in policy.gaps if gap.name not in policy.accepts]


@pytest.fixture
def db(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Database]:
    """What is tried is the policy: one database is enough."""
    path = tmp_path / "seguito.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


def fill(world: World) -> None:
    """A company in the middle of its work: orders of every age and state, money owed, and people who spoke."""
    with world.db.write() as session:
        for number, language in enumerate(("it", "pl", "de", "en", "fr"), 1):
            customer = factories.customer(
                session, f"C-{number}", language=language, is_business=number % 2 == 0
            )
            for days, facts in (
                (0, {}),
                (20, {"promised_on": date(2026, 3, 18)}),
                (40, {"promised_on": date(2026, 3, 6)}),
                (60, {"delivered_at": NOW - timedelta(days=8)}),
                (400, {"delivered_at": NOW - timedelta(days=364), "is_service": True}),
            ):
                factories.order(
                    session,
                    customer,
                    f"SO-{number}-{days}",
                    signed_at=NOW - timedelta(days=days, hours=1),
                    **{"promised_on": None, **facts},
                )
            for days in (-3, 5, 40):
                factories.invoice(
                    session,
                    customer,
                    f"F-{number}-{days}",
                    due_on=(NOW - timedelta(days=days)).date(),
                    currency="PLN" if language == "pl" else "EUR",
                )
        session.add(factories.customer(session, "C-6", email=None, phone=None))


def speak(world: World, day: int) -> None:
    """Some say something, in turn what weighs more."""
    meanings = ("rating", "call-me", "not-arrived", "dispute", "message", "paid")
    with world.db.read() as session:
        orders = session.scalars(select(Order).order_by(Order.id)).all()
    for number, meaning in enumerate(meanings):
        order = orders[(number * 4 + day) % len(orders)]
        said = Answer(
            f"{day}-{number}",
            order.customer_id,
            meaning,
            "page",
            world.clock.now(),
            order_id=order.id,
            rating=1 + day % 5 if meaning == "rating" else None,
            text="Reclamo: l'anta è rotta." if meaning == "message" else None,
        )
        world.hear(said)


def run(db: Database, policy: Policy) -> list[str]:
    """Ten weeks of a company under a policy; returns the faults that were met."""
    world = World.of(db, policy, SetClock(NOW))
    fill(world)
    for day in _LATER:
        world.clock.set(NOW + timedelta(days=day))
        world.sweep()
        world.escalate()
        speak(world, day)
        world.sweep()
        world.escalate()
        call_list(db, policy, world.clock.now())
    with db.read() as session:
        return list(session.scalars(select(HeldFault.reason)))


@pytest.mark.parametrize("seed", range(3))
def test_every_sweep_runs_under_an_accepted_policy(db: Database, seed: int) -> None:
    assert run(db, accepted(random.Random(seed))) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 400))
def test_every_sweep_runs_under_three_hundred_policies(db: Database, seed: int) -> None:
    assert run(db, accepted(random.Random(seed))) == []
