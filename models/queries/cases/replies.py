"""Mails that our own people wrote: kept once, and found by what they answer."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import FollowUp, Reply, Staff
from models.words import FollowUpState, Subject

_ON_ITS_WAY = (FollowUpState.PLANNED, FollowUpState.CLAIMED, FollowUpState.HELD)


class ReplyState(NamedTuple):
    """An answer, and what became of it."""

    reply: Reply
    state: str
    reason: str | None

    @property
    def is_on_its_way(self) -> bool:
        """Whether it has still to go out."""
        return self.state in _ON_ITS_WAY


def add(session: Session, row: Reply) -> tuple[Reply, bool]:
    """Keep an answer; with False the one that the same press has written before."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return session.scalars(select(Reply).where(Reply.press == row.press)).one(), False
    return row, True


def by_ids(session: Session, ids: Collection[int]) -> dict[int, Reply]:
    """Answers by id."""
    return {row.id: row for row in session.scalars(select(Reply).where(among(Reply.id, ids)))} if ids else {}


def words_of(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """By id: who wrote it (reference), and what."""
    if not ids:
        return {}
    rows = session.execute(
        select(Reply.id, Staff.ref, Reply.text)
        .join(Staff, Staff.id == Reply.staff_id)
        .where(among(Reply.id, ids))
    )
    return {id_: (ref, text) for id_, ref, text in rows}


def about(
    session: Session, *, commitment_id: int | None = None, inbound_id: int | None = None
) -> Sequence[ReplyState]:
    """The answers that were written to something owed, or to a mail; the oldest first."""
    wanted = (
        Reply.commitment_id == commitment_id if commitment_id is not None else Reply.inbound_id == inbound_id
    )
    rows = session.execute(
        select(Reply, FollowUp.state, FollowUp.reason)
        .join(FollowUp, (FollowUp.subject_type == Subject.REPLY) & (FollowUp.subject_id == Reply.id))
        .where(wanted)
        .order_by(Reply.id)
    )
    return [ReplyState(*row) for row in rows]
