"""Claiming what is due, and writing what became of it. The hot path: every statement here is held to its index."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, any_, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from models.tables import Customer, FollowUp, Message
from models.words import FollowUpState, MessageState


def due(
    sweep: str, now: datetime, limit: int, customers: Collection[int] = (), kinds: Collection[str] = ()
) -> Select[tuple[int]]:
    """Ids of the follow-ups of a sweep that are due, oldest first. Empty `customers` or `kinds` means all."""
    query = (
        select(FollowUp.id)
        .where(FollowUp.state == FollowUpState.PLANNED, FollowUp.sweep == sweep, FollowUp.due_at <= now)
        .order_by(FollowUp.due_at, FollowUp.id)
        .limit(limit)
    )
    if customers:
        query = query.where(FollowUp.customer_id.in_(customers))
    if kinds:
        query = query.where(FollowUp.kind.in_(kinds))
    return query


def claim(session: Session, query: Select[tuple[int]], token: str, lease_until: datetime) -> list[int]:
    """Claim what a query of due follow-ups finds; other runs skip it until the lease ends. Returns the ids."""
    if session.get_bind().dialect.name == "postgresql":
        locked = query.with_for_update(skip_locked=True).scalar_subquery()
        chosen: Any = FollowUp.id == any_(func.array(locked))
    else:
        chosen = FollowUp.id.in_(query)
    statement = (
        update(FollowUp)
        .where(chosen)
        .values(state=FollowUpState.CLAIMED, claim_token=token, lease_until=lease_until)
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def companions(
    sweep: str, kind: str, now: datetime, customers: Collection[int], limit: int
) -> Select[tuple[int]]:
    """Whatever else of one kind is due for these customers: it goes into the same letter."""
    return due(sweep, now, limit, customers, (kind,))


def claimed(session: Session, ids: Sequence[int]) -> Sequence[Row[Any]]:
    """The claimed follow-ups with their customers, oldest first; a notice about a stranger's mail has none."""
    return session.execute(
        select(FollowUp, Customer)
        .outerjoin(Customer, Customer.id == FollowUp.customer_id)
        .where(FollowUp.id.in_(ids))
        .order_by(FollowUp.due_at, FollowUp.id)
        .execution_options(populate_existing=True)
    ).all()


def newer_steps(session: Session, ids: Sequence[int], now: datetime) -> set[int]:
    """Which of these follow-ups have a later step of the same cadence that is due by `now` and not settled."""
    later = aliased(FollowUp)
    return set(
        session.scalars(
            select(FollowUp.id)
            .join(
                later,
                and_(
                    later.subject_type == FollowUp.subject_type,
                    later.subject_id == FollowUp.subject_id,
                    later.kind == FollowUp.kind,
                    later.nudge == 0,
                ),
            )
            .where(
                FollowUp.id.in_(ids),
                FollowUp.nudge == 0,
                later.state.in_([FollowUpState.PLANNED, FollowUpState.CLAIMED]),
                or_(
                    later.due_at > FollowUp.due_at,
                    # both were held to the same hour
                    and_(later.due_at == FollowUp.due_at, later.owed_at > FollowUp.owed_at),
                ),
                later.due_at <= now,
            )
        )
    )


def thread_keys(session: Session, nudge_ids: Sequence[int]) -> dict[int, str]:
    """Keys of the first mails that these nudges remind of, by the nudge's id."""
    if not nudge_ids:
        return {}
    first = aliased(FollowUp)
    rows = session.execute(
        select(FollowUp.id, Message.key)
        .join(
            first,
            and_(
                first.subject_type == FollowUp.subject_type,
                first.subject_id == FollowUp.subject_id,
                first.kind == FollowUp.kind,
                first.step == FollowUp.step,
                first.nudge == 0,
            ),
        )
        .join(Message, Message.id == first.message_id)
        .where(FollowUp.id.in_(nudge_ids))
    )
    return dict(rows.tuples().all())


def settle(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what was decided of follow-ups: mappings of `id` and the columns to set; the claim ends with it."""
    if rows:
        session.execute(update(FollowUp), [{**row, "claim_token": None, "lease_until": None} for row in rows])


def mark(session: Session, messages: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert messages as `sending`, before their first byte goes out; ids in the order given."""
    if not messages:
        return []
    statement = insert(Message).returning(Message.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, [dict(row) for row in messages]))


def mark_again(session: Session, keys: Collection[str], token: str, lease_until: datetime) -> dict[str, int]:
    """Mark messages anew that were sent before without an outcome: same key, same Message-ID. Ids by key."""
    if not keys:
        return {}
    rows = session.execute(
        update(Message)
        .where(Message.key.in_(keys), Message.state == MessageState.DEFERRED)
        .values(state=MessageState.SENDING, claim_token=token, lease_until=lease_until)
        .returning(Message.key, Message.id)
        .execution_options(synchronize_session=False)
    )
    return dict(rows.tuples().all())


def attach(session: Session, pairs: Sequence[Mapping[str, int]]) -> None:
    """Tie follow-ups to the message that carries them: mappings of `id` and `message_id`."""
    if pairs:
        session.execute(update(FollowUp), [dict(pair) for pair in pairs])


def record_messages(session: Session, token: str, rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Write the server's answers. Only the holder of the token may: returns the ids that were still ours."""
    ids = [row["id"] for row in rows]
    if not ids:
        return set()
    ours = set(
        session.scalars(
            select(Message.id)
            .where(Message.id.in_(ids), Message.state == MessageState.SENDING, Message.claim_token == token)
            .with_for_update()
        )
    )
    mine = [dict(row) for row in rows if row["id"] in ours]
    if mine:
        session.execute(update(Message), mine)
    return ours


def release(session: Session, ids: Sequence[int], token: str) -> None:
    """Give back claimed follow-ups that nothing was tried with."""
    if ids:
        session.execute(
            update(FollowUp)
            .where(
                FollowUp.id.in_(ids), FollowUp.state == FollowUpState.CLAIMED, FollowUp.claim_token == token
            )
            .values(state=FollowUpState.PLANNED, claim_token=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )


def release_lapsed(session: Session, now: datetime) -> int:
    """Give back claims whose lease is over and that were never marked as being sent; returns how many."""
    sending = exists(
        select(Message.id).where(Message.id == FollowUp.message_id, Message.state == MessageState.SENDING)
    )
    statement = (
        update(FollowUp)
        .where(FollowUp.state == FollowUpState.CLAIMED, FollowUp.lease_until < now, ~sending)
        .values(state=FollowUpState.PLANNED, claim_token=None, lease_until=None)
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    )
    return len(list(session.scalars(statement)))


def doubtful(session: Session, now: datetime, limit: int) -> Sequence[Message]:
    """Messages marked as being sent whose lease is over: the server may have them or not. Locked."""
    return session.scalars(
        select(Message)
        .where(Message.state == MessageState.SENDING, Message.lease_until < now)
        .order_by(Message.lease_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def sent_lately(
    session: Session, recipients: Collection[str], since: datetime
) -> dict[str, tuple[int, datetime]]:
    """How many mails went to each of these addresses since a time, and when the first of them did."""
    rows = session.execute(
        select(Message.recipient, func.count(Message.id), func.min(Message.marked_at))
        .where(
            Message.recipient.in_(recipients),
            Message.marked_at > since,
            Message.state != MessageState.REFUSED,
        )
        .group_by(Message.recipient)
    )
    return {recipient: (count, first) for recipient, count, first in rows}


def carried_by(session: Session, message_ids: Collection[int]) -> Sequence[FollowUp]:
    """The follow-ups that these messages carry."""
    return session.scalars(select(FollowUp).where(FollowUp.message_id.in_(message_ids))).all()
