"""Writing a batch: what is new, what changed, what is the same, and the history of it."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from models.queries import history
from models.queries.importing import upsert as queries
from models.rules.planning.changes import is_in_dispute, promise, transitions
from tasks.cases.change_of_customer import MovedSubject
from tasks.importing.guard import Guard
from tasks.importing.rows import AnyRow, Reject

_SUBJECTS = {"orders": "order", "invoices": "invoice"}
_YOUNGER = frozenset({"open_cents", "no_extras"})
"""Columns that came later: where they say nothing, a row keeps the hash that it had before there were any."""


class ImportOrigin(NamedTuple):
    """Who told us, and when we learned of it (aware)."""

    at: datetime
    actor: str


@dataclass(frozen=True)
class Applied:
    """What became of a batch. Rejected rows are none of the other three."""

    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    rejects: tuple[Reject, ...] = ()


@dataclass
class Resolved:
    """Rows whose references were found, as columns by reference; and those whose were not."""

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    """Rows that stay outside, and references that a row came in without."""
    unread: dict[str, frozenset[str]] = field(default_factory=dict)
    """By reference: columns whose cell could not be read; a row that is there keeps what it has in them."""
    later: dict[str, str | None] = field(default_factory=dict)
    """By reference: what is part of the facts, and written in a second step (the deputies of staff)."""

    def refuse(self, row: AnyRow, column: str, value: str, fix: str) -> None:
        """Keep a row outside."""
        self.rejects.append(Reject(row.origin.file, row.origin.row, column, value, fix))

    def leave_out(self, row: AnyRow, column: str, value: str, fix: str) -> None:
        """Let a row come in without one of its references; one that is there keeps the one it had."""
        if column != "deputy" or hasattr(row, "owner"):
            self.unread[row.ref] = self.unread.get(row.ref, frozenset()) | {f"{column}_id"}
        said = f"{fix}; the row came in without it"
        self.rejects.append(Reject(row.origin.file, row.origin.row, column, value, said, costs_row=False))


@dataclass
class FollowingChanges:
    """Changes that more follows from than planning anew."""

    moved: list[MovedSubject] = field(default_factory=list)
    """Orders and invoices that are another customer's than before."""
    paid: list[tuple[int, int]] = field(default_factory=list)
    """Invoices that are paid now, each with its customer."""
    put_off: list[tuple[int, date]] = field(default_factory=list)
    """Unpaid invoices that are due later, each with the day that they were due before."""
    reinstated: list[tuple[int, int]] = field(default_factory=list)
    """Orders whose cancellation was taken back, each with its customer."""
    back: list[tuple[int, datetime]] = field(default_factory=list)
    """Orders whose delivery was taken back, each with its time."""

    def note(self, table: str, row_id: int, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        """Look at one row that changed."""
        if table not in _SUBJECTS:
            return
        if old["customer_id"] != new["customer_id"]:
            self.moved.append(
                MovedSubject((_SUBJECTS[table], row_id), old["customer_id"], new["customer_id"])
            )
        if table == "orders":
            if old["cancelled_at"] and not new["cancelled_at"] and not new["delivered_at"]:
                self.reinstated.append((row_id, new["customer_id"]))
            if old["delivered_at"] and not new["delivered_at"]:
                self.back.append((row_id, old["delivered_at"]))
        elif new["paid_at"] or new["cancelled_at"]:
            if not old["paid_at"] and not old["cancelled_at"]:
                self.paid.append((row_id, new["customer_id"]))
        elif new["due_on"] > old["due_on"]:
            self.put_off.append((row_id, old["due_on"]))


@dataclass(frozen=True)
class WrittenRows:
    """What `write` did, for those who have to follow up on it."""

    applied: Applied
    changes: Mapping[int, Mapping[str, Any]]
    turns: FollowingChanges = field(default_factory=FollowingChanges)


def fingerprint(values: Mapping[str, Any], later: str | None = None, unread: Collection[str] = ()) -> str:
    """A hash of the columns that would be written: the same facts give the same one, in every process.

    `unread` names the columns that could not be read; a row without any has the hash that it always had.
    """
    told = (value for name, value in values.items() if value or name not in _YOUNGER)
    facts = (*told, later, *sorted(unread))
    return hashlib.blake2b(repr(facts).encode(), digest_size=16).hexdigest()


def write(
    session: Session, table: str, resolved: Resolved, word: ImportOrigin, guard: Guard | None = None
) -> WrittenRows:
    """Insert the rows that are new and change those that differ; the rest costs one question a batch."""
    known = queries.known(session, table, resolved.values)
    new: list[dict[str, Any]] = []
    changes: dict[int, dict[str, Any]] = {}
    kept: dict[int, frozenset[str]] = {}
    planned = {"to_plan": True} if table in _SUBJECTS else {}
    for ref, values in resolved.values.items():
        unread = resolved.unread.get(ref, frozenset())
        mark = fingerprint(values, resolved.later.get(ref), unread)
        row = known.get(ref)
        if unread and row is not None and row.fingerprint != mark:
            kept[row.id] = unread
        if row is None:
            new.append(_settled(values, None, word.at) | planned | {"fingerprint": mark})
        elif row.fingerprint != mark:
            changes[row.id] = values | planned | {"fingerprint": mark}
    if guard is not None:
        new = [one for one in new if not guard.takes_new(one)]
    queries.add(session, table, new)
    for row_id, values in queries.values_of(session, table, kept).items():
        changes[row_id] |= values
    judged = len(changes)
    turns = change(session, table, changes, word, guard)
    unchanged = len(resolved.values) - len(new) - judged
    return WrittenRows(Applied(len(new), len(changes), unchanged, tuple(resolved.rejects)), changes, turns)


def change(
    session: Session,
    table: str,
    changes: dict[int, dict[str, Any]],
    word: ImportOrigin,
    guard: Guard | None = None,
) -> FollowingChanges:
    """Write changed rows, with their history; those that the guard puts aside are taken out of `changes`."""
    entries: list[dict[str, Any]] = []
    settled: set[int] = set()
    turns = FollowingChanges()
    for row_id, old in queries.remembered(session, table, changes).items():
        new = changes[row_id] = _settled(changes[row_id], old.get("paid_at"), word.at)
        if guard is not None and guard.takes_change(row_id, old, new):
            del changes[row_id]
            continue
        if table == "orders":
            new |= promise(old, new["promised_on"], word.at)
            for chosen in ("owner_id", "deputy_id"):  # planning chose them where the source names nobody
                new[chosen] = new[chosen] or old[chosen]
        if table == "invoices" and is_in_dispute(old) and not is_in_dispute(new):
            settled |= {old["customer_id"], new["customer_id"]}
        turns.note(table, row_id, old, new)
        entries += [
            _event(word, (_SUBJECTS[table], row_id), item.event, {"old": item.old, "new": item.new})
            for item in transitions(old, new)
        ]
    queries.change(session, table, changes)
    queries.plan_again(session, settled)  # it held the customer's other invoices too
    history.note_all(session, entries)
    return turns


def _settled(values: dict[str, Any], paid_at: datetime | None, now: datetime) -> dict[str, Any]:
    """An invoice of which nothing is open is paid, since we learned of it where the source names no day."""
    if values.get("open_cents", 1) is None or values.get("open_cents", 1) > 0 or values["paid_at"]:
        return values
    return values if values["amount_cents"] < 0 else values | {"paid_at": paid_at or now}


def _event(
    word: ImportOrigin, subject: tuple[str, int], event: str, details: dict[str, Any]
) -> dict[str, Any]:
    return {
        "at": word.at,
        "actor": word.actor,
        "subject_type": subject[0],
        "subject_id": subject[1],
        "event": event,
        "cause": "import",
        "details": details,
    }
