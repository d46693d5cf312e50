"""Delivery days as promises: always a batch of orders at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from models.tables import Commitment, History
from models.words import CommitmentKind, Subject


def last_ones(session: Session, order_ids: Sequence[int]) -> dict[int, Commitment]:
    """The newest promise of each of these orders."""
    rows = session.scalars(
        select(Commitment)
        .where(
            Commitment.subject_type == Subject.ORDER,
            Commitment.subject_id.in_(order_ids),
            Commitment.kind == CommitmentKind.DELIVERY,
        )
        .order_by(Commitment.id)
    )
    return {row.subject_id: row for row in rows}


def days_owed(session: Session, order_ids: Sequence[int]) -> Sequence[Commitment]:
    """The open promises to agree on a day with the customers of these orders."""
    if not order_ids:
        return []
    return session.scalars(
        select(Commitment).where(
            Commitment.subject_type == Subject.ORDER,
            Commitment.subject_id.in_(order_ids),
            Commitment.kind == CommitmentKind.SET_APPOINTMENT,
            Commitment.done_at.is_(None),
        )
    ).all()


def end(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write how promises ended: mappings of `id` and the columns to set, the same ones in each."""
    if rows:
        session.execute(update(Commitment), [dict(row) for row in rows])


def make(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write promises down, all with the same columns; returns their ids in the same order."""
    if not rows:
        return []
    table = Commitment.__table__
    assert isinstance(table, Table)  # noqa: S101 (what SQLAlchemy makes of every class here)
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(session.connection().execute(statement, [dict(row) for row in rows]).scalars())


def chain(session: Session, successors: Mapping[int, int]) -> None:
    """Say which promise took the place of which."""
    if successors:
        rows = [{"id": old, "successor_id": new} for old, new in successors.items()]
        session.execute(update(Commitment), rows)


def note(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append to the history, all with the same columns."""
    if rows:
        session.execute(insert(History), [dict(row) for row in rows])
