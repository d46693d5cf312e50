"""Marking a mail before its first byte goes out, and writing what the server said after."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import NotNullable, Row, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from models.queries import bulk
from models.queries.in_list import among
from models.tables import Customer, FollowUp, Message
from models.words import MessageState

_HELD = (Message.claim_token == bindparam("token"),)
"""Until its outcome is known. Not by its state: PostgreSQL would read all that stood in the index of doubtful ones."""


def told_since(
    session: Session,
    staff_ids: Collection[int],
    addresses: Collection[str],
    kinds: Collection[str],
    since: datetime,
) -> dict[int, int]:
    """By one of our own people: how many mails of these kinds went out since a time."""
    rows = session.execute(
        select(NotNullable(Message.staff_id), func.count(Message.id))
        .where(
            among(Message.recipient, addresses),
            Message.marked_at >= since,
            among(Message.staff_id, staff_ids),
            Message.kind.in_(kinds),
            Message.state.not_in((MessageState.REFUSED, MessageState.DEFERRED)),
        )
        .group_by(Message.staff_id)
    )
    return dict(rows.all())


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
    return dict(rows.all())


def mark(session: Session, messages: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Insert messages as `sending`, before their first byte goes out; ids by key."""
    return {key: id_ for id_, key in bulk.insert(session, Message, messages, returning="key")}


def end_trial(session: Session, ids: Sequence[int], now: datetime) -> None:
    """These mails were composed on trial, and go nowhere."""
    session.execute(
        update(Message)
        .where(among(Message.id, ids))
        .values(state=MessageState.TRIAL, recorded_at=now, claim_token=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


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
    return dict(rows.all())


def attach(session: Session, pairs: Sequence[Mapping[str, int]]) -> None:
    """Tie follow-ups to the message that carries them: mappings of `id` and `message_id`."""
    bulk.update(session, FollowUp, pairs)


def record_messages(session: Session, token: str, rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Write the server's answers. Only the holder of the token may, once: returns the ids that were still ours."""
    given_up = [{**row, "claim_token": None} for row in rows]
    return bulk.update(session, Message, given_up, where=_HELD, token=token)


def doubtful(
    session: Session, now: datetime, limit: int, tokens: Collection[str] | None, foreign_until: datetime
) -> Sequence[Message]:
    """Messages marked as being sent whose lease is over: the server may have them or not. Locked.

    Of those marked by other machines only those whose lease was over at `foreign_until`; `tokens` are the batches of
    this one, or None where all are.
    """
    query = select(Message).where(Message.state == MessageState.SENDING, Message.lease_until < now)
    if tokens is not None:
        query = query.where(or_(among(Message.claim_token, tokens), Message.lease_until < foreign_until))
    return session.scalars(
        query.order_by(Message.lease_until).limit(limit).with_for_update(skip_locked=True)
    ).all()


def asked(session: Session) -> Sequence[Row[str, str, str, datetime]]:
    """Mails in doubt that a person has to settle, the oldest first: key, kind, customer's reference, when."""
    return session.execute(
        select(Message.key, Message.kind, func.coalesce(Customer.ref, ""), Message.marked_at)
        .outerjoin(Customer, Customer.id == Message.customer_id)
        .where(Message.state == MessageState.ASKED)
        .order_by(Message.marked_at, Message.id)
    ).all()


def asked_rows(session: Session) -> Sequence[Message]:
    """The same as rows to change. Locked."""
    return session.scalars(
        select(Message)
        .where(Message.state == MessageState.ASKED)
        .order_by(Message.marked_at, Message.id)
        .with_for_update()
    ).all()


def marked_by(session: Session, token: str) -> Sequence[Message]:
    """Messages that a batch marked, and of which no outcome stands here. Locked."""
    return session.scalars(
        select(Message)
        .where(Message.state == MessageState.SENDING, Message.claim_token == token)
        .with_for_update()
    ).all()


def unmark(session: Session, ids: Collection[int]) -> None:
    """Take back the marks of mails that never began."""
    if ids:
        session.execute(
            update(Message)
            .where(among(Message.id, ids), Message.state == MessageState.SENDING)
            .values(state=MessageState.DEFERRED, claim_token=None)
            .execution_options(synchronize_session=False)
        )


def carried_by(session: Session, message_ids: Collection[int]) -> Sequence[FollowUp]:
    """The follow-ups that these messages carry."""
    return session.scalars(select(FollowUp).where(FollowUp.message_id.in_(message_ids))).all()
