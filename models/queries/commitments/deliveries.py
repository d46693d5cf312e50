"""Delivery days as promises: always a batch of orders at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select
from sqlalchemy.orm import Session

from models.queries import bulk
from models.queries.in_list import among
from models.tables import Commitment, History
from models.words import CommitmentKind, Subject


def _of_orders(order_ids: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    """The delivery promises of these orders."""
    return (
        Commitment.subject_type == Subject.ORDER,
        among(Commitment.subject_id, order_ids),
        Commitment.kind == CommitmentKind.DELIVERY,
    )


def last_ones(session: Session, order_ids: Sequence[int]) -> dict[int, Commitment]:
    """The newest promise of each of these orders."""
    rows = session.scalars(select(Commitment).where(*_of_orders(order_ids)).order_by(Commitment.id))
    return {row.subject_id: row for row in rows}


def spoken_of(
    session: Session, order_ids: Collection[int]
) -> dict[int, Row[int, datetime, datetime, datetime | None, str | None, str | None]]:
    """What our people did with the newest promise of each of these orders: made and due, done, words, outcome."""
    query = select(
        Commitment.subject_id,
        Commitment.made_at,
        Commitment.due_at,
        Commitment.done_at,
        Commitment.words,
        Commitment.outcome,
    )
    rows = session.execute(query.where(*_of_orders(order_ids)).order_by(Commitment.id))
    return {row.subject_id: row for row in rows}


def days_owed(session: Session, order_ids: Sequence[int]) -> Sequence[Commitment]:
    """The open promises to agree on a day with the customers of these orders."""
    if not order_ids:
        return []
    return session.scalars(
        select(Commitment).where(
            Commitment.subject_type == Subject.ORDER,
            among(Commitment.subject_id, order_ids),
            Commitment.kind == CommitmentKind.SET_APPOINTMENT,
            Commitment.done_at.is_(None),
        )
    ).all()


def end(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write how promises ended: mappings of `id` and the columns to set, the same ones in each."""
    bulk.update(session, Commitment, rows)


def make(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write promises down, one an order, all with the same columns; returns their ids in the same order."""
    made = {about: id_ for id_, about in bulk.insert(session, Commitment, rows, returning="subject_id")}
    return [made[row["subject_id"]] for row in rows]


def chain(session: Session, successors: Mapping[int, int]) -> None:
    """Say which promise took the place of which."""
    bulk.update(session, Commitment, [{"id": old, "successor_id": new} for old, new in successors.items()])


def note(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append to the history, all with the same columns."""
    if rows:
        session.execute(insert(History), [dict(row) for row in rows])
