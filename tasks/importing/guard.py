"""The guard of one import: what is suspicious is put aside until it is known whether it is too much."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from models.rules.importing.guard import DATED, GuardKind, Imports, is_old, judged, trips

_SHOWN = 5


class Aside(NamedTuple):
    """A changed row that waits for the end of its table."""

    row_id: int
    old: Mapping[str, Any]
    new: dict[str, Any]
    kinds: Mapping[GuardKind, tuple[str, ...]]


@dataclass
class Guard:
    """Of one table. Rows without anything suspicious are written at once."""

    table: str
    limits: Imports
    bases: Mapping[GuardKind, int]
    last_import: datetime | None
    let_through: frozenset[GuardKind] = frozenset()
    usual_new: float = math.inf
    """How many new rows an ordinary import brings at most."""
    counts: Counter[GuardKind] = field(default_factory=Counter)
    examples: dict[GuardKind, list[str]] = field(default_factory=dict)
    aside: list[Aside] = field(default_factory=list)
    new: defaultdict[GuardKind, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def takes_change(self, row_id: int, old: Mapping[str, Any], new: dict[str, Any]) -> bool:
        """Whether a changed row waits; one whose kind trips already only keeps its columns, and is written."""
        kinds = {kind: names for kind, names in judged(self.table, old, new).items() if self._asks(kind)}
        if not kinds:
            return False
        for kind in kinds:
            self._count(kind, new["ref"])
        if all(self.trips(kind) for kind in kinds):
            self.keep(Aside(row_id, old, new, kinds))
            return False
        self.aside.append(Aside(row_id, old, new, kinds))
        return True

    def takes_new(self, new: dict[str, Any]) -> bool:
        """Whether a new row waits until it is known how many there are of its kind."""
        if self.last_import is None or self.table not in DATED:
            return False
        kind = GuardKind.OLD_ROWS if is_old(self.table, new, self.last_import) else GuardKind.NEW_ROWS
        if not self._asks(kind):
            return False
        self._count(kind, new["ref"])
        if not self.trips(kind):
            self.new[kind].append(new)
        return True

    def new_rows(self) -> list[dict[str, Any]]:
        """The new rows that waited and are not too many."""
        return [row for kind, rows in self.new.items() if not self.trips(kind) for row in rows]

    def note_vanished(self, ref: str) -> None:
        """A row that no longer comes."""
        self._count(GuardKind.VANISHED, ref)

    def trips(self, kind: GuardKind) -> bool:
        """Whether there is too much of a kind by now."""
        if kind is GuardKind.NEW_ROWS and self.counts[kind] <= self.usual_new:
            return False
        return self._asks(kind) and trips(self.counts[kind], self.bases[kind], self.limits)

    def keep(self, one: Aside) -> None:
        """Take the suspicious columns of a row out again: what they were stays, and the next import looks anew."""
        for kind, names in one.kinds.items():
            if self.trips(kind):
                one.new.update({name: one.old[name] for name in names})
                one.new["fingerprint"] = ""

    def _asks(self, kind: GuardKind) -> bool:
        return kind not in self.let_through

    def _count(self, kind: GuardKind, ref: str) -> None:
        self.counts[kind] += 1
        shown = self.examples.setdefault(kind, [])
        if len(shown) < _SHOWN:
            shown.append(ref)
