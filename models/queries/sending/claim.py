"""Claiming what is due, and writing what became of it. The hot path: every statement here is held to its index."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    NotNullable,
    Row,
    Select,
    and_,
    any_,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session, aliased

from models.queries import bulk
from models.queries.in_list import among
from models.queries.sending.threads import same_thread
from models.tables import Customer, FollowUp, Invoice, Message, Order
from models.words import FollowUpState, MessageState, Subject

_ALL = 1_000_000

_ENDED_UNSENT = (FollowUpState.SKIPPED, FollowUpState.FAILED, FollowUpState.RAISED)


def due(
    sweep: str, now: datetime, limit: int, customers: Collection[int] = (), kinds: Collection[str] = ()
) -> Select[int]:
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


def forget_plans(session: Session) -> None:
    """Have PostgreSQL plan the statements of this connection anew: while a table fills, what suited it empty is slow.

    A first sweep writes the first messages of a company. The plan by which their keys are checked, made when there was
    none, reads the whole table for every mail. Once a batch is enough, and costs next to nothing.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("DISCARD PLANS"))


def claim(session: Session, query: Select[int], token: str, lease_until: datetime) -> list[int]:
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


def companions(sweep: str, kind: str, now: datetime, customers: Collection[int]) -> Select[int]:
    """Whatever else of one kind is due for these customers: all of it, since it goes into the same letter."""
    return due(sweep, now, _ALL, customers, (kind,))


def going_along(
    session: Session, ids: Sequence[int], pairs: Collection[tuple[str, str]], until: datetime
) -> Select[int] | None:
    """What goes in the mails of these follow-ups, though it is due a little later: by pairs of kinds, about one matter.

    Nothing where none of them is of a kind that others go with.
    """
    query = select(FollowUp.kind, FollowUp.subject_id).where(
        among(FollowUp.id, ids),
        FollowUp.kind.in_([kind for kind, _ in pairs]),
        FollowUp.nudge == 0,
        FollowUp.subject_type == Subject.ORDER,
    )
    subjects: dict[str, set[int]] = defaultdict(set)
    for kind, subject_id in session.execute(query):
        for first, other in pairs:
            if first == kind:
                subjects[other].add(subject_id)
    if not subjects:
        return None
    return select(FollowUp.id).where(
        FollowUp.state == FollowUpState.PLANNED,
        FollowUp.subject_type == Subject.ORDER,
        FollowUp.nudge == 0,
        FollowUp.due_at < until,
        or_(
            *(
                and_(FollowUp.kind == kind, among(FollowUp.subject_id, found))
                for kind, found in sorted(subjects.items())
            )
        ),
    )


def any_claimed(session: Session, kinds: Collection[str]) -> bool:
    """Whether a follow-up of one of these kinds is in a run's hands."""
    query = select(FollowUp.id).where(FollowUp.state == FollowUpState.CLAIMED, FollowUp.kind.in_(kinds))
    return session.scalar(query.limit(1)) is not None


def customers_by_kind(session: Session, ids: Sequence[int], kinds: Collection[str]) -> dict[str, set[int]]:
    """Whom these follow-ups are for, by kind, as far as they are of one of these kinds."""
    found: dict[str, set[int]] = defaultdict(set)
    query = select(FollowUp.kind, NotNullable(FollowUp.customer_id)).where(
        among(FollowUp.id, ids), FollowUp.kind.in_(kinds)
    )
    for kind, customer_id in session.execute(query.where(FollowUp.customer_id.is_not(None)).distinct()):
        found[kind].add(customer_id)
    return found


def claimed(session: Session, ids: Sequence[int]) -> Sequence[Row[FollowUp, Customer | None]]:
    """The claimed follow-ups with their customers, oldest first; a notice about a stranger's mail has none."""
    return session.execute(
        select(FollowUp, Customer)
        .outerjoin(Customer, Customer.id == FollowUp.customer_id)
        .where(among(FollowUp.id, ids))
        .order_by(FollowUp.due_at, FollowUp.id)
        .execution_options(populate_existing=True)
    ).all()


def by_customer(session: Session, ids: Sequence[int]) -> list[list[int]]:
    """These follow-ups, those of one customer together; what has no customer stands alone."""
    found: dict[tuple[int | None, int], list[int]] = {}
    rows = session.execute(
        select(FollowUp.id, FollowUp.customer_id).where(among(FollowUp.id, ids)).order_by(FollowUp.id)
    )
    for id_, customer_id in rows:
        found.setdefault((customer_id, id_ if customer_id is None else 0), []).append(id_)
    return list(found.values())


def settle(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what was decided of follow-ups: mappings of `id` and the columns to set; the claim ends with it."""
    bulk.update(session, FollowUp, [{**row, "claim_token": None, "lease_until": None} for row in rows])
    if ended := [row["id"] for row in rows if row.get("state") in _ENDED_UNSENT]:
        _end_threads(session, ended)


def _end_threads(session: Session, ids: Sequence[int]) -> None:
    """What waited for these nudges, which never go out, waits no longer: silence is declared at the next look."""
    nudge = aliased(FollowUp)
    waiting = select(FollowUp.id).join(
        nudge, and_(same_thread(nudge), nudge.nudge == FollowUp.nudge + 1, among(nudge.id, ids))
    )
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.id.in_(waiting.scalar_subquery()),
            FollowUp.state == FollowUpState.SENT,
            FollowUp.answer_by.is_(None),
        )
        .values(answer_by=FollowUp.sent_at)
        .execution_options(synchronize_session=False)
    )


def still_ours(session: Session, ids: Collection[int], token: str) -> set[int]:
    """Which claimed follow-ups are still ours; locked. Another run may have taken them over after their lease."""
    return set(
        session.scalars(
            select(FollowUp.id)
            .where(
                among(FollowUp.id, ids),
                FollowUp.state == FollowUpState.CLAIMED,
                FollowUp.claim_token == token,
            )
            .with_for_update()
        )
    )


def renew(session: Session, token: str, lease_until: datetime) -> None:
    """Lengthen the lease of everything that a living run has claimed or marked."""
    for table, state in ((FollowUp, FollowUpState.CLAIMED), (Message, MessageState.SENDING)):
        session.execute(
            update(table)
            .where(table.state == state, table.claim_token == token)
            .values(lease_until=lease_until)
            .execution_options(synchronize_session=False)
        )


def plan_again(session: Session, follow_up_ids: Collection[int]) -> None:
    """Have the subjects of these follow-ups planned again: their facts may have changed while they were claimed."""
    if not follow_up_ids:
        return
    for table, kind in ((Order, Subject.ORDER), (Invoice, Subject.INVOICE)):
        subjects = select(FollowUp.subject_id).where(
            among(FollowUp.id, follow_up_ids), FollowUp.subject_type == kind
        )
        session.execute(
            update(table)
            .where(table.id.in_(subjects))
            .values(to_plan=True)
            .execution_options(synchronize_session=False)
        )


def release(session: Session, ids: Sequence[int], token: str) -> None:
    """Give back claimed follow-ups that nothing was tried with."""
    plan_again(session, ids)
    if ids:
        session.execute(
            update(FollowUp)
            .where(
                among(FollowUp.id, ids),
                FollowUp.state == FollowUpState.CLAIMED,
                FollowUp.claim_token == token,
            )
            .values(state=FollowUpState.PLANNED, claim_token=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )


def release_unmarked(session: Session, token: str) -> int:
    """Give back what a run that is gone had claimed, but for what is marked as being sent; returns how many."""
    return _release_unless_sending(session, FollowUp.claim_token == token)


def release_lapsed(session: Session, now: datetime) -> int:
    """Give back claims whose lease is over and that were never marked as being sent; returns how many."""
    return _release_unless_sending(session, FollowUp.lease_until < now)


def _release_unless_sending(session: Session, which: ColumnElement[bool]) -> int:
    sending = exists(
        select(Message.id).where(Message.id == FollowUp.message_id, Message.state == MessageState.SENDING)
    )
    statement = (
        update(FollowUp)
        .where(FollowUp.state == FollowUpState.CLAIMED, which, ~sending)
        .values(state=FollowUpState.PLANNED, claim_token=None, lease_until=None)
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    )
    released = list(session.scalars(statement))
    plan_again(session, released)
    return len(released)


def sent_lately(
    session: Session, recipients: Collection[str], since: datetime
) -> dict[str, tuple[int, datetime]]:
    """How many mails went to each of these addresses since a time, and when the first of them did."""
    rows = session.execute(
        select(Message.recipient, func.count(Message.id), func.min(Message.marked_at))
        .where(
            among(Message.recipient, recipients),
            Message.marked_at > since,
            Message.state != MessageState.REFUSED,
        )
        .group_by(Message.recipient)
    )
    return {recipient: (count, first) for recipient, count, first in rows}
