"""Cadences and steps that the policy calls by another name than before: their contacts are carried over."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.rules.planning.cadence import Cadence
from models.rules.planning.step_key import StepKey
from models.tables import FollowUp, Message
from models.words import Subject

_OF_CUSTOMERS = (Subject.ORDER, Subject.INVOICE, Subject.CLOSED_CASE)


class Vanished(NamedTuple):
    """Contacts that the database has, and that the policy knows no more by this name."""

    kind: str
    step: str
    """Empty: the cadence itself is gone."""
    sent: int
    """How many went out at all."""
    again: int
    """How many of them lie so little back that a step of another name would go out once more."""


def carry_over(session: Session, cadences: Mapping[str, Cadence]) -> int:
    """Give contacts the names that the policy has for them now (`was`); returns how many."""
    count = 0
    for kind, cadence in cadences.items():
        if cadence.was is not None:
            count += _rename_kind(session, cadence.was, kind)
        for step in cadence.steps:
            if step.was is not None:
                count += _rename_step(session, kind, step.was, step.name)
    return count


def _rename_kind(session: Session, old: str, new: str) -> int:
    session.execute(update(Message).where(Message.kind == old).values(kind=new))
    ids = session.scalars(
        update(FollowUp)
        .where(FollowUp.kind == old)
        .values(kind=new)
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    )
    return len(list(ids))


def _rename_step(session: Session, kind: str, old: str, new: str) -> int:
    rows = session.scalars(
        select(FollowUp).where(FollowUp.kind == kind, FollowUp.step.startswith(old, autoescape=True))
    )
    count = 0
    for row in rows:
        key = StepKey.parse(row.step)
        if key.name == old:
            row.step, count = str(replace(key, name=new)), count + 1
    session.flush()
    return count


def vanished(
    session: Session, cadences: Mapping[str, Cadence], since: Mapping[str, datetime]
) -> list[Vanished]:
    """What was sent to customers under names that the policy does not have; `since` says by kind what is recent."""
    rows = session.execute(
        select(FollowUp.kind, FollowUp.step, func.count(FollowUp.id), func.max(FollowUp.sent_at))
        .where(
            among(FollowUp.subject_type, _OF_CUSTOMERS), FollowUp.sent_at.is_not(None), FollowUp.nudge == 0
        )
        .group_by(FollowUp.kind, FollowUp.step)
    )
    sent: Counter[tuple[str, str]] = Counter()
    for kind, step, number, _ in rows:
        key = StepKey.parse(step)
        name = "" if kind not in cadences else key.name
        if key.was_about is None and name not in _names(cadences, kind):
            sent[kind, name] += number
    return [
        Vanished(kind, name, number, _recent(session, kind, name, since.get(kind)))
        for (kind, name), number in sorted(sent.items())
    ]


def _names(cadences: Mapping[str, Cadence], kind: str) -> Iterable[str]:
    """The names that count: those of the policy, and those that it says they had before."""
    if kind not in cadences:
        return {""} if any(one.was == kind for one in cadences.values()) else ()
    return {name for step in cadences[kind].steps for name in (step.name, step.was) if name}


def _recent(session: Session, kind: str, step: str, since: datetime | None) -> int:
    query = select(func.count(func.distinct(FollowUp.subject_id))).where(
        FollowUp.kind == kind, FollowUp.sent_at.is_not(None), FollowUp.nudge == 0
    )
    if step:
        query = query.where(FollowUp.step.startswith(step, autoescape=True))
    if since is not None:
        query = query.where(FollowUp.owed_at >= since)
    return session.scalar(query) or 0
