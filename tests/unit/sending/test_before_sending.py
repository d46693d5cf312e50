from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.rules.calendar.calendars import Place, Window
from models.rules.planning.cadence import Cadence, Step
from models.rules.sending.before_sending import (
    ANSWERED,
    EXTRAS_STOPPED,
    STALE,
    SUPERSEDED,
    Decision,
    HoldBack,
    Moment,
    OpenCase,
    Postpone,
    Send,
    Skip,
    decide,
)

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
OFFICE = Window(("08:30-12:30",))


def judged(cadence: dict[str, Any] | None = None, **facts: Any) -> Decision:
    rule = Cadence("credit-recovery", "invoice", "due", (Step("s", "1 day"),), **(cadence or {}))
    words = frozenset(facts.pop("conditions", ()))
    moment = {"now": NOW, "owed_at": NOW, "due_at": NOW, "place": Place("IT", "Europe/Rome"), **facts}
    return decide(rule, OFFICE, Moment(conditions=words, **moment))


@pytest.mark.parametrize(
    ("cadence", "facts", "decision"),
    [
        ({}, {}, Send()),
        ({"moot_when": ("paid",)}, {"conditions": {"paid"}}, Skip("paid")),
        ({"hold_when": ("disputed",)}, {"conditions": {"disputed"}}, HoldBack("disputed")),
        (
            {"moot_when": ("paid",), "hold_when": ("disputed",)},
            {"conditions": {"paid", "disputed"}},
            Skip("paid"),
        ),
        ({"needs": ("listened",)}, {}, HoldBack("not listened")),
        ({"needs": ("listened",)}, {"conditions": {"listened"}}, Send()),
        ({"extra": True}, {"extras_stopped": True}, Skip(EXTRAS_STOPPED)),
        ({}, {"extras_stopped": True}, Send()),
        ({}, {"newer_step_due": True}, Skip(SUPERSEDED)),
        ({"hold_when": ("disputed",)}, {"answered": True, "conditions": {"disputed"}}, Skip(ANSWERED)),
        (
            {"opens_case": "welcome-missing"},
            {"now": NOW.replace(hour=12)},
            Postpone(datetime(2026, 3, 19, 7, 30, tzinfo=UTC)),
        ),
        ({}, {"due_at": NOW - timedelta(days=16)}, Skip(STALE)),
        ({"max_late": "1 month"}, {"due_at": NOW - timedelta(days=16)}, Send()),
        ({}, {"has_address": False}, OpenCase("undeliverable")),
        ({"opens_case": "listening-call"}, {}, OpenCase("listening-call")),
        ({"opens_case": "listening-call", "moot_when": ("paid",)}, {"conditions": {"paid"}}, Skip("paid")),
        (
            {},
            {"now": NOW.replace(hour=12), "due_at": NOW},
            Postpone(datetime(2026, 3, 19, 7, 30, tzinfo=UTC)),
        ),
    ],
)
def test_the_last_look(cadence: dict[str, Any], facts: dict[str, Any], decision: Decision) -> None:
    assert judged(cadence, **facts) == decision
