"""The writing half of an import; a replay calls it too, with the facts as they stood at its time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import going_live, watermarks
from models.queries.importing import guard as guards
from models.queries.importing import upsert as queries
from models.queries.importing.balances import lay_credits
from models.queries.privacy.erase import erased
from models.queries.responses.responses import known_refs
from tasks.importing import resolving
from tasks.importing.changed_facts import take
from tasks.importing.guard import Guard
from tasks.importing.rows import CustomerRow, ResponseRow, StaffRow
from tasks.importing.writing import Applied, FollowingChanges, ImportOrigin, Resolved, change, write
from tasks.responses.record import Answer, Asks, hear

_CHUNK = 5_000


def apply_rows(
    session: Session,
    table: str,
    rows: Sequence[Any],
    at: datetime,
    actor: str,
    *,
    policy: Policy,
    guard: Guard | None = None,
) -> Applied:
    """Make the rows true. Doing it twice changes nothing more; a row that cannot be used costs only itself.

    Args:
        session: an open transaction; it is not committed here.
        table: one of `tasks.importing.rows.TABLES`.
        rows: of that table, each reference at most once.
        at: aware; when we learned of it. A moved promise and the history carry this time.
        actor: who says so, such as `import:sample`.
        policy: answers are heard by it.
        guard: puts aside what is suspicious; `finish` says what becomes of it.
    """
    if not (rows := _not_erased(session, table, rows)):
        return Applied()
    watermarks.take_turn(session)
    size = len(rows) if table == "staff" else _CHUNK
    parts = (rows[start : start + size] for start in range(0, len(rows), size))
    done = [_apply(session, table, part, ImportOrigin(at, actor), policy, guard) for part in parts]
    return Applied(
        inserted=sum(item.inserted for item in done),
        changed=sum(item.changed for item in done),
        unchanged=sum(item.unchanged for item in done),
        rejects=tuple(reject for item in done for reject in item.rejects),
    )


def finish(session: Session, guard: Guard, at: datetime, actor: str, *, policy: Policy) -> Applied:
    """Write what was put aside, but for what is too much of its kind."""
    watermarks.take_turn(session)
    word, table = ImportOrigin(at, actor), guard.table
    for one in guard.aside:
        guard.keep(one)
    new = guard.new_rows()
    queries.add(session, table, new)
    changes = {one.row_id: one.new for one in guard.aside}
    turns = change(session, table, changes, word)
    _follow(session, table, [*new, *changes.values()], turns, list(changes), word, policy)
    return Applied(len(new), len(changes))


def _not_erased(session: Session, table: str, rows: Sequence[Any]) -> Sequence[Any]:
    """Without those of customers who were erased: a source goes on knowing them."""
    refs = erased(session) if rows and table != "staff" else {}
    return [row for row in rows if not _is_erased(table, row, refs)] if refs else rows


def _is_erased(table: str, row: Any, refs: Mapping[str, set[str]]) -> bool:
    of_its_own = {"customers": "customer", "orders": "order", "invoices": "invoice"}.get(table)
    if of_its_own is not None and row.ref in refs.get(of_its_own, ()):
        return True
    return any(getattr(row, kind, None) in known for kind, known in refs.items())


def _apply(
    session: Session,
    table: str,
    rows: Sequence[Any],
    word: ImportOrigin,
    policy: Policy,
    guard: Guard | None,
) -> Applied:
    if table in {"customers", "orders", "invoices"}:
        renamed = {row.replaces: row.ref for row in rows if row.replaces is not None}
        if renamed:
            guards.rename(session, table, renamed)
    match table:
        case "staff":
            return _staff(session, rows, word)
        case "customers":
            return _customers(session, rows, word, policy, guard)
        case "orders":
            return _sales(session, table, resolving.orders(session, rows), word, policy, guard)
        case "invoices":
            return _sales(session, table, resolving.invoices(session, rows), word, policy, guard)
        case "responses":
            return _responses(session, rows, word.at, policy)
    raise ValueError(f"{table!r} is no table of an import")


def _staff(session: Session, rows: Sequence[StaffRow], word: ImportOrigin) -> Applied:
    """In two steps, since a deputy may stand further down, and two may stand in for each other."""
    resolved = resolving.staff(session, rows)
    applied = write(session, "staff", resolved, word).applied
    if applied.inserted or applied.changed:
        deputies = resolved.later
        ids = queries.staff_ids(session, {*deputies, *(ref for ref in deputies.values() if ref)})
        known = {ids[ref]: {"deputy_id": ids.get(deputy or "")} for ref, deputy in deputies.items()}
        queries.change(session, "staff", known)
    return applied


def _sales(
    session: Session, table: str, resolved: Resolved, word: ImportOrigin, policy: Policy, guard: Guard | None
) -> Applied:
    written = write(session, table, resolved, word, guard)
    _follow(session, table, list(resolved.values.values()), written.turns, (), word, policy)
    return written.applied


def _customers(
    session: Session, rows: Sequence[CustomerRow], word: ImportOrigin, policy: Policy, guard: Guard | None
) -> Applied:
    written = write(session, "customers", resolving.customers(rows), word, guard)
    _follow(session, "customers", (), written.turns, list(written.changes), word, policy)
    return written.applied


def _follow(
    session: Session,
    table: str,
    rows: Sequence[Mapping[str, Any]],
    turns: FollowingChanges,
    changed: Sequence[int],
    word: ImportOrigin,
    policy: Policy,
) -> None:
    """What follows from rows that were written: plans, balances, and whatever a change asks for beside them."""
    if table == "customers":
        queries.plan_again(session, changed)
        return
    if table == "invoices" and rows:
        lay_credits(session, {row["customer_id"] for row in rows})
    take(session, policy, turns, word)


def _responses(session: Session, rows: Sequence[ResponseRow], at: datetime, policy: Policy) -> Applied:
    """Answers do not change: known ones are left alone. The rest are heard in the order they came in."""
    heard = known_refs(session, [row.ref for row in rows])
    new = sorted((row for row in rows if row.ref not in heard), key=lambda row: row.received_at)
    resolved = resolving.responses(session, new)
    began = going_live.began_at(session)
    answers = [
        _answer(row, resolved.values[row.ref], is_past=began is not None and row.received_at < began)
        for row in new
        if row.ref in resolved.values
    ]
    inserted = hear(session, policy, answers, at)
    return Applied(inserted, 0, len(heard) + len(answers) - inserted, tuple(resolved.rejects))


def _answer(row: ResponseRow, ids: Mapping[str, Any], *, is_past: bool) -> Answer:
    """What was said before the first import is known, and asks nobody for anything: `go-live` lists it."""
    return Answer(
        asks=Asks.NOBODY if is_past else Asks.BY_MEANING,
        ref=row.ref,
        channel=row.channel,
        meaning=row.meaning,
        rating=row.rating,
        text=row.text,
        about=row.about,
        received_at=row.received_at,
        **ids,
    )
