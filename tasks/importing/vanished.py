"""Rows that are no longer in an export that its source declares complete: noted, and rested after a while."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.queries.importing import guard as queries
from models.rules.importing.guard import Kind
from tasks.importing.guard import Guard
from tasks.importing.seen import Seen

_PART = 10_000


def look_for_vanished(session: Session, source: str, guard: Guard, seen: Seen, now: datetime) -> int:
    """Compare what is there with what came; returns how many rows do not come any more, new ones or not.

    Where several sources bring a table, none of them is the whole of it, and nothing is said.
    """
    if queries.sources_of(session, guard.table) - {source}:
        return 0
    gone: list[int] = []
    back: list[int] = []
    known = last = 0
    while part := queries.refs_in_parts(session, guard.table, last, _PART):
        last = part[-1][0]
        for id_, ref, at in part:
            if seen.has(ref):
                back += [id_] if at is not None else []
            elif at is not None:
                known += 1
            else:
                gone.append(id_)
                guard.note_vanished(ref)
    queries.mark_vanished(session, guard.table, back, None)
    if guard.trips(Kind.VANISHED):
        return known
    queries.mark_vanished(session, guard.table, gone, now)
    return known + len(gone)
