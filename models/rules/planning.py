"""What we owe, and when: the same facts and policy always give the same follow-ups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.rules import offsets
from models.rules.cadence import Cadence
from models.rules.calendars import Place, Window, local_day, next_open

WITHDRAWN = "withdrawn: the facts changed"


@dataclass(frozen=True)
class Subject:
    """The facts that planning needs of an order, an invoice or a case."""

    type: str
    id: int
    customer_id: int | None
    place: Place
    anchors: Mapping[str, date | datetime]
    """The dates it has, by name. A cadence on a date that is missing owes nothing yet."""
    withdrawal_days: int = 0


@dataclass(frozen=True)
class Owed:
    """One contact owed: `owed_at` is in UTC and inside the window of its cadence."""

    kind: str
    step: str
    sweep: str
    owed_at: datetime


@dataclass(frozen=True)
class Known:
    """A follow-up that already exists."""

    id: int
    kind: str
    step: str
    nudge: int
    state: str
    reason: str | None
    owed_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class Changes:
    """What planning has to write: new rows, new times (`owed_at`, `due_at`) by id, and rows to withdraw."""

    new: tuple[Owed, ...]
    moved: Mapping[int, tuple[datetime, datetime]]
    withdrawn: tuple[int, ...]


def owed(subject: Subject, cadences: Mapping[str, Cadence], windows: Mapping[str, Window]) -> list[Owed]:
    """Everything the policy owes this subject, past and future alike.

    A step that lies a part of the withdrawal window away is not owed where there is no such window.
    """
    return [
        Owed(kind, _key(step.name, anchor, cadence, subject.place), cadence.sweep, at)
        for kind, cadence in cadences.items()
        if cadence.subject == subject.type and (anchor := subject.anchors.get(cadence.anchor)) is not None
        for step in cadence.steps
        if subject.withdrawal_days or not step.offset.of_withdrawal
        for at in (
            next_open(
                offsets.apply(anchor, step.offset, subject.place, subject.withdrawal_days),
                windows[cadence.window],
                subject.place,
            ),
        )
    ]


def _key(name: str, anchor: date | datetime, cadence: Cadence, place: Place) -> str:
    return f"{name}:{local_day(anchor, place).isoformat()}" if cadence.per_date else name


def reconcile(wanted: Sequence[Owed], known: Iterable[Known], now: datetime) -> Changes:
    """Compare what is owed with what is there. Whatever was sent, claimed or settled is left alone.

    Held contacts get another chance, in their order and with fresh dates: the first one now, each later one as far
    behind it as the policy had put them. Whether they are still held is read again at the claim.
    """
    rows = list(known)
    before = {(row.kind, row.step): row for row in rows if row.nudge == 0}
    keys = {(item.kind, item.step) for item in wanted}
    shifts = _release_shifts(before.values(), now)
    moved = {row.id: (row.owed_at, now) for row in rows if row.nudge and row.state == "held"}
    for item in wanted:
        row = before.get((item.kind, item.step))
        if row is None or not _open(row):
            continue
        shift = shifts.get(item.kind)
        if row.state == "held" or shift is not None:
            moved[row.id] = (item.owed_at, item.owed_at + (shift or timedelta()))
        elif row.owed_at != item.owed_at or row.state == "skipped":
            moved[row.id] = (item.owed_at, item.owed_at)
    return Changes(
        new=tuple(item for item in wanted if (item.kind, item.step) not in before),
        moved=moved,
        withdrawn=tuple(
            row.id for key, row in before.items() if key not in keys and row.state in {"planned", "held"}
        ),
    )


def _open(row: Known) -> bool:
    return row.state in {"planned", "held"} or (row.state == "skipped" and row.reason == WITHDRAWN)


def _release_shifts(rows: Iterable[Known], now: datetime) -> dict[str, timedelta]:
    """By kind: how far the held ladder moves, so that its first held step falls on `now`."""
    first: dict[str, datetime] = {}
    for row in rows:
        if row.state == "held":
            first[row.kind] = min(first.get(row.kind, row.owed_at), row.owed_at)
    return {kind: now - at for kind, at in first.items() if at < now}
