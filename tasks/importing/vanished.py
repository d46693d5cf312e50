"""Rows that are no longer in an export that has all rows each time: noted, asked about, and rested."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from models.queries import watermarks
from models.queries.importing import guard as queries
from models.rules.importing.guard import GuardKind, Habit, habit_after
from tasks.importing.guard import Guard
from tasks.importing.seen import SeenKeys

_PART = 10_000


@dataclass
class _Compared:
    """What is known of a table, beside what came: ids, and the references of what came no more."""

    gone: list[int] = field(default_factory=list)
    back: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    newly: list[str] = field(default_factory=list)


def habit_of(session: Session, source: str, table: str, *, complete: bool | None) -> Habit:
    """What is known of a source: whether its exports have all rows of a table.

    Where several sources bring a table, none of them is the whole of it.
    """
    if complete is False or queries.sources_of(session, table) - {source}:
        return Habit.PARTS
    known = watermarks.watermark(session, queries.habit_name(source, table))
    return Habit(known) if known else Habit.DECLARED if complete else Habit.UNKNOWN


def look_for_vanished(
    session: Session, source: str, guard: Guard, seen: SeenKeys, now: datetime, *, complete: bool | None
) -> int:
    """Compare what is there with what came; returns how many rows do not come any more, new ones or not."""
    habit = habit_of(session, source, guard.table, complete=complete)
    if habit is Habit.PARTS or not guard.bases[GuardKind.VANISHED]:
        return 0
    found = _compare(session, guard.table, seen)
    if habit.is_whole:
        for ref in found.newly if habit is Habit.RESTS else found.missing:
            guard.note_vanished(ref)
    after = habit_after(
        habit,
        all_came=not found.missing,
        some_came_back=bool(found.back and found.gone),
        complete=bool(complete),
        asks=guard.trips(GuardKind.VANISHED),
        let_through=GuardKind.VANISHED in guard.let_through,
    )
    watermarks.set_watermark(session, queries.habit_name(source, guard.table), after, now)
    if not after.is_whole:
        if habit.is_whole:
            queries.forget_vanished(session, guard.table)
        return 0
    queries.mark_vanished(session, guard.table, found.back, None)
    if habit.is_whole:
        queries.mark_vanished(session, guard.table, found.gone, now)
    return len(found.missing)


def _compare(session: Session, table: str, seen: SeenKeys) -> _Compared:
    found = _Compared()
    for id_, ref, at in _known(session, table):
        if seen.has(ref):
            found.back += [id_] if at is not None else []
            continue
        found.missing.append(ref)
        if at is None:
            found.gone.append(id_)
            found.newly.append(ref)
    return found


def _known(session: Session, table: str) -> Iterator[tuple[int, str, datetime | None]]:
    last = 0
    while part := queries.refs_in_parts(session, table, last, _PART):
        last = part[-1][0]
        yield from part
