"""What other systems should hear of, read from our own tables: nothing is lost when a run dies before it told."""

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.queries import watermarks
from models.queries.reporting import outgoing_events as queries
from models.tables import History
from tasks.runtime.database import Database

_MARK = "events-told"
_MOST = 500
_OVERLAP = 200
"""How far below the highest told id we look again: on PostgreSQL a lower one may be committed later."""
_SPACE = uuid.UUID("5e9017a5-0000-4000-8000-000000000000")


@dataclass(frozen=True)
class OutgoingEvent:
    """One event. `related` holds roles and references."""

    id: uuid.UUID
    event: str
    at: datetime
    resource: str
    related: Sequence[tuple[str, str]]
    payload: Mapping[str, Any]


@dataclass
class ToldUntil:
    """How far telling has come: the highest ids, and those near them that were told."""

    upto: dict[str, int] = field(default_factory=lambda: {"case": 0, "answer": 0})
    recent: dict[str, list[int]] = field(default_factory=lambda: {"case": [], "answer": []})

    def after(self, what: str) -> int:
        """From where to look."""
        return self.upto[what] - _OVERLAP

    def add(self, what: str, ids: Sequence[int]) -> None:
        """Note what was read."""
        self.upto[what] = max([self.upto[what], *ids])
        self.recent[what] = [id_ for id_ in [*self.recent[what], *ids] if id_ > self.after(what)]


def read_news(db: Database, now: datetime) -> tuple[list[OutgoingEvent], ToldUntil]:
    """What was not told yet, and what to remember once it was."""
    with db.read() as session:
        kept = watermarks.watermark(session, _MARK)
        told = ToldUntil(**json.loads(kept)) if kept else ToldUntil()
        rows = queries.case_history(session, told.after("case"), told.recent["case"], _MOST)
        found = [_case(session, row) for row in rows]
        told.add("case", [row.id for row in rows])
        said = queries.answers(session, told.after("answer"), told.recent["answer"], _MOST)
        told.add("answer", [id_ for id_, _, _ in said])
    return found + ([_answers(said, now)] if said else []), told


def remember(db: Database, told: ToldUntil, now: datetime) -> None:
    """What was told is not told again."""
    value = json.dumps({"upto": told.upto, "recent": told.recent})
    with db.write() as session:
        watermarks.set_watermark(session, _MARK, value, now)


def _case(session: Session, row: History) -> OutgoingEvent:
    payload = {"case": row.subject_id, "cause": row.cause or "", "by": row.actor}
    return OutgoingEvent(
        uuid.uuid5(_SPACE, f"history:{row.id}"),
        f"seguito.case.{row.event}",
        row.at,
        f"seguito.case.{row.subject_id}",
        queries.subjects_of_case(session, row.subject_id),
        payload,
    )


def _answers(said: Sequence[tuple[int, str, str]], now: datetime) -> OutgoingEvent:
    payload = {
        "count": len(said),
        "meanings": dict(sorted(Counter(meaning for _, meaning, _ in said).items())),
        "channels": dict(sorted(Counter(channel for _, _, channel in said).items())),
    }
    ids = ",".join(str(id_) for id_, _, _ in said)
    return OutgoingEvent(
        uuid.uuid5(_SPACE, f"answers:{ids}"),
        "seguito.follow-up.answered",
        now,
        "seguito.answers",
        (),
        payload,
    )
