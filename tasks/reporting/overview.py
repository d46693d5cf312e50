"""Today at a glance, for the control room: figures only; names and words stand on the desk."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.desk import figures as desk
from models.queries.reporting import overview as queries
from models.rules.calendar.calendars import day_start, local_day
from tasks.escalation.call_list import listed
from tasks.mails.control_words import ControlWords

_OLD = timedelta(days=7)


def overview(session: Session, policy: Policy, now: datetime) -> Sequence[dict[str, Any]]:
    """What waits, what is late, what went out and what comes; `now` is aware. Days are those of the company."""
    words, place = ControlWords.of(policy), policy.company.place
    today = local_day(now, place)
    midnight = day_start(today + timedelta(days=1), place)
    calls = listed(session, policy, now)
    cases, old = desk.case_counts(session, now - _OLD)
    late, due_today, due_week = desk.commitment_counts(session, now, midnight, midnight + timedelta(days=6))
    figures = {
        "calls": sum(one.today for one in calls),
        "queue": sum(not one.today for one in calls),
        "cases": cases,
        "old": old,
        "late": late,
        "due-today": due_today,
        "due-week": due_week,
    }
    rows = [
        {"what": words.say(f"overview.{name}"), "kind": "", "figure": number}
        for name, number in figures.items()
    ]
    rows += _by_kind(words, "sent", queries.sent_since(session, day_start(today, place)))
    tomorrow_evening = day_start(today + timedelta(days=2), place)
    return words.head(rows + _by_kind(words, "next", queries.planned_until(session, tomorrow_evening)))


def _by_kind(words: ControlWords, name: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    what = words.say(f"overview.{name}")
    return [
        {"what": what, "kind": words.kind(kind), "figure": number} for kind, number in sorted(counts.items())
    ]
