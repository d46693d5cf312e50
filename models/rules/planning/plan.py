"""What we owe, and when: the same facts and policy always give the same follow-ups."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from models.rules.calendar import offsets
from models.rules.calendar.calendars import Place, Window, local_day, next_open
from models.rules.planning.cadence import Cadence, Step
from models.rules.planning.step_key import StepKey

_PROMISE_MOVED = "promise-moved"
WITHDRAWN = "withdrawn: the facts changed"


@dataclass(frozen=True)
class PlanFacts:
    """The facts that planning needs of an order, an invoice or a case."""

    type: str
    id: int
    customer_id: int | None
    place: Place
    anchors: Mapping[str, date | datetime]
    """The dates it has, by name. A cadence on a date that is missing owes nothing yet."""
    withdrawal_days: int = 0
    untrue: frozenset[str] = frozenset()
    """Conditions that its own facts decide (`models.rules.planning.cadence.CONDITIONS`), and that do not hold now."""
    withdrawals: tuple[datetime, ...] = ()
    """When the customer declared to withdraw, oldest first, even where a person has set it aside since. Receipts tell
    each back; other cadences on `withdrawal` hang on the newest that stands."""
    lost: bool = False
    """The promised day was taken away, and no other was named: it passes all the same, and nothing is said before."""
    moved_to: date | None = None
    """What a moved promise was moved to: it names the alert, so that two moves on one day are two."""
    moved_number: int = 1
    """How many moves to that day there were: a day that is moved away and back is told again."""


@dataclass(frozen=True)
class OwedContact:
    """One contact owed: `owed_at` is in UTC and inside the window of its cadence."""

    kind: str
    step: str
    sweep: str
    owed_at: datetime
    ladder: str | None
    """What moves together after a hold. None for a step that lies before its date: later it would be no use."""


@dataclass(frozen=True)
class KnownFollowUp:
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

    new: tuple[OwedContact, ...]
    moved: Mapping[int, tuple[datetime, datetime]]
    withdrawn: tuple[int, ...]


def owed(
    subject: PlanFacts, cadences: Mapping[str, Cadence], windows: Mapping[str, Window]
) -> list[OwedContact]:
    """Everything the policy owes this subject, past and future alike.

    A step that lies a part of the withdrawal window away is not owed where there is no such window, and one that lies
    before a date not where the sale is younger: nothing is said of a wait that has not begun.
    """
    return [
        OwedContact(
            kind,
            str(StepKey(step.name, day=day, number=number) if cadence.per_date else StepKey(step.name)),
            cadence.sweep,
            at,
            _ladder(kind, cadence, step),
        )
        for kind, cadence in cadences.items()
        if cadence.subject == subject.type
        for (day, number), anchor in _dates(subject, cadence)
        for step in cadence.steps
        if subject.withdrawal_days or not step.offset.of_withdrawal
        if not (subject.lost and cadence.anchor == "promised" and step.offset.count <= 0)
        for at in (
            next_open(
                offsets.apply(anchor, step.offset, subject.place, subject.withdrawal_days),
                windows[cadence.window],
                subject.place,
            ),
        )
        if step.offset.count >= 0 or at >= _signed(subject)
    ]


def _signed(subject: PlanFacts) -> datetime:
    """When the sale was signed; ever since where that is not told."""
    at = subject.anchors.get("signed")
    return at if isinstance(at, datetime) else datetime.min.replace(tzinfo=UTC)


def _dates(subject: PlanFacts, cadence: Cadence) -> Iterable[tuple[tuple[date, int], date | datetime]]:
    """The dates that a cadence hangs on, each with the day and number that tell its steps from those of another."""
    if cadence.tells_back:
        return by_day(subject.withdrawals, subject.place).items()
    anchor = subject.anchors.get(cadence.anchor)
    if anchor is None:
        return ()
    if cadence.anchor != _PROMISE_MOVED:
        return (((local_day(anchor, subject.place), 1), anchor),)
    return (((local_day(subject.moved_to or anchor, subject.place), subject.moved_number), anchor),)


def numbered(
    subject: PlanFacts, known: Iterable[KnownFollowUp], cadences: Mapping[str, Cadence]
) -> PlanFacts:
    """The subject with the number of its move to the promised day: one more than what came to its end before."""
    moved_at = subject.anchors.get(_PROMISE_MOVED)
    if not isinstance(moved_at, datetime):
        return subject
    earlier = [
        StepKey.parse(row.step).number
        for row in known
        if (cadence := cadences.get(row.kind)) is not None
        and cadence.anchor == _PROMISE_MOVED
        and row.nudge == 0
        and row.owed_at < moved_at
        and row.state not in {"planned", "held", "claimed"}
        and row.reason != WITHDRAWN
        and StepKey.parse(row.step).day == subject.moved_to
    ]
    return replace(subject, moved_number=max(earlier, default=0) + 1)


def by_day(times: Iterable[datetime], place: Place) -> dict[tuple[date, int], datetime]:
    """Times, oldest first, by their day there and their number on that day, from 1."""
    found: dict[tuple[date, int], datetime] = {}
    days: Counter[date] = Counter()
    for time in times:
        day = local_day(time, place)
        days[day] += 1
        found[day, days[day]] = time
    return found


def _ladder(kind: str, cadence: Cadence, step: Step) -> str | None:
    """The contacts about an invoice are one ladder, whatever cadence they come from; elsewhere each kind is its own."""
    if step.offset.count < 0:
        return None
    return f"{cadence.sweep} {cadence.anchor}" if cadence.subject == "invoice" else kind


def reconcile(
    wanted: Sequence[OwedContact], known: Iterable[KnownFollowUp], now: datetime, untrue: Collection[str] = ()
) -> Changes:
    """Compare what is owed with what is there. Whatever was sent, claimed or settled is left alone.

    Held contacts get another chance, in their order and with fresh dates: the first one now, each later one of the
    same ladder as far behind it as the policy had put them. Contacts that were skipped for a fact that was taken back
    since (`untrue`: a payment that was reversed) come back too, but keep their own age: what is old by now is stale.
    Whether they are still held or moot is read again at the claim.
    """
    rows = list(known)
    before = {(row.kind, row.step): row for row in rows if row.nudge == 0}
    keys = {(item.kind, item.step) for item in wanted}
    starts = _starts(wanted, before, now)
    moved = {row.id: (row.owed_at, now) for row in rows if row.nudge and row.state == "held"}
    for item in wanted:
        row = before.get((item.kind, item.step))
        if row is None or not _open(row, untrue):
            continue
        first = starts.get(item.ladder) if item.ladder is not None else None
        if first is not None and item.owed_at >= first and not _revives(row, untrue):
            moved[row.id] = (item.owed_at, item.owed_at + (now - first))
        elif row.state in {"held", "skipped"} or row.owed_at != item.owed_at:
            moved[row.id] = (item.owed_at, item.owed_at)
    return Changes(
        new=tuple(item for item in wanted if (item.kind, item.step) not in before),
        moved=moved,
        withdrawn=tuple(
            row.id for key, row in before.items() if key not in keys and row.state in {"planned", "held"}
        ),
    )


def _open(row: KnownFollowUp, untrue: Collection[str]) -> bool:
    return row.state in {"planned", "held"} or row.reason == WITHDRAWN or _revives(row, untrue)


def _revives(row: KnownFollowUp, untrue: Collection[str]) -> bool:
    """Whether the fact that made it moot was taken back."""
    return row.state == "skipped" and row.reason in untrue


def _starts(
    wanted: Iterable[OwedContact], before: Mapping[tuple[str, str], KnownFollowUp], now: datetime
) -> dict[str, datetime]:
    """By ladder: when the first of the contacts that were held was owed. It falls on `now`, the rest follows."""
    first: dict[str, datetime] = {}
    for item in wanted:
        row = before.get((item.kind, item.step))
        if row is not None and item.ladder is not None and item.owed_at < now and row.state == "held":
            first[item.ladder] = min(first.get(item.ladder, item.owed_at), item.owed_at)
    return first


def new_row(subject: PlanFacts, item: OwedContact, staff_id: int | None = None) -> dict[str, Any]:
    """A follow-up as it goes into the database."""
    return {
        "subject_type": subject.type,
        "subject_id": subject.id,
        "customer_id": subject.customer_id,
        "staff_id": staff_id,
        "sweep": item.sweep,
        "kind": item.kind,
        "step": item.step,
        "nudge": 0,
        "owed_at": item.owed_at,
        "due_at": item.owed_at,
        "state": "planned",
        "attempts": 0,
    }
