"""A second look at what a claim kept back.

The claim reads the facts and writes its verdict in one transaction. A fact that is taken back in between is planned
before the verdict is there to be seen, and would never be planned again: the contact would stay back until something
else changes. Once the verdict is written every later change finds it: one look after that closes the gap, lock-free.
"""

from collections.abc import Mapping
from datetime import datetime

from models.queries import facts
from models.queries.sending import claim
from models.rules.planning.cadence import CONDITIONS
from models.words import Subject
from tasks.runtime.database import Database

_NOT = "not "


def look_again(
    db: Database, kept_back: Mapping[int, tuple[str, int, str]], now: datetime, *, by_address: bool = False
) -> int:
    """Have planned again what was kept back for a condition that does not hold any more; returns how many.

    `kept_back`: by follow-up the subject type, the subject and the reason; `by_address` as in `facts.conditions`.
    """
    judged = {id_: item for id_, item in kept_back.items() if item[2].removeprefix(_NOT) in CONDITIONS}
    if not judged:
        return 0
    with db.read() as session:
        orders = facts.orders(session, _ids(judged, Subject.ORDER))
        invoices = facts.invoices(session, _ids(judged, Subject.INVOICE))
        true = facts.conditions(session, orders, invoices, now, by_address=by_address)
    over = [
        id_
        for id_, (kind, subject_id, reason) in judged.items()
        if (words := true.get((kind, subject_id))) is not None
        and (reason.removeprefix(_NOT) in words) == reason.startswith(_NOT)
    ]
    if over:
        with db.write() as session:
            claim.plan_again(session, over)
    return len(over)


def _ids(kept_back: Mapping[int, tuple[str, int, str]], subject: Subject) -> set[int]:
    return {subject_id for kind, subject_id, _ in kept_back.values() if kind == subject}
