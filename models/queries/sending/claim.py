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
from models.tables import Customer, FollowUp, Invoice, Message, Order
from models.words import FollowUpState, MessageState, Subject

_ALL = 1_000_000

_WENT_OUT = (FollowUpState.SENT, FollowUpState.ANSWERED, FollowUpState.SILENT, FollowUpState.TRIAL)
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


def newer_steps(session: Session, rows: Collection[FollowUp], now: datetime) -> set[int]:
    """Which of these follow-ups have a later step of the same cadence that is due by `now`, or went out already; ids.

    Later is what facts and policy put later (`owed_at`), whatever was postponed since; of two steps owed at one time
    it is the one planned last. So at most one step of a cadence goes out for a subject. A nudge is as old as its step.
    Rungs of a ladder supersede each other for one level alone: what the owner is told does not tell the manager.
    """
    places = {row.id: (row.owed_at, row.id) for row in rows if not row.nudge}
    places |= _first_mails(session, [row.id for row in rows if row.nudge])
    if not places:
        return set()
    steps: dict[tuple[Any, ...], list[tuple[str, tuple[datetime, int]]]] = defaultdict(list)
    for other in _steps_about(session, rows, min(at for at, _ in places.values()), now):
        steps[_cadence(other)].append((other.step, (other.owed_at, other.id)))
    return {
        row.id
        for row in rows
        if row.id in places
        and any(step != row.step and place > places[row.id] for step, place in steps[_cadence(row)])
    }


def _cadence(row: FollowUp | Row[*tuple[Any, ...]]) -> tuple[Any, ...]:
    return row.subject_type, row.subject_id, row.kind, row.audience or ""


def _steps_about(
    session: Session, rows: Collection[FollowUp], since: datetime, now: datetime
) -> Sequence[Row[int, str, int, str, str, str | None, datetime]]:
    """All of the same kinds, owed `since` a time, that is due by `now` or went out, about the subjects of these rows.

    Compared where they are read: joined, PostgreSQL looks through all of the subjects again for each of them.
    """
    columns = (
        FollowUp.id,
        FollowUp.subject_type,
        FollowUp.subject_id,
        FollowUp.kind,
        FollowUp.step,
        FollowUp.audience,
        FollowUp.owed_at,
    )
    return session.execute(
        select(*columns).where(
            among(FollowUp.subject_type, {row.subject_type for row in rows}),
            among(FollowUp.subject_id, {row.subject_id for row in rows}),
            among(FollowUp.kind, {row.kind for row in rows}),
            FollowUp.nudge == 0,
            FollowUp.state.in_([FollowUpState.PLANNED, FollowUpState.CLAIMED, *_WENT_OUT]),
            FollowUp.owed_at >= since,
            FollowUp.due_at <= now,
        )
    ).all()


def _first_mails(session: Session, nudge_ids: Sequence[int]) -> dict[int, tuple[datetime, int]]:
    """When what these nudges remind of was owed, and its id; by the nudge's id."""
    if not nudge_ids:
        return {}
    first = aliased(FollowUp)
    query = select(FollowUp.id, first.owed_at, first.id).join(
        first, and_(same_thread(first), first.nudge == 0)
    )
    return {id_: (at, of) for id_, at, of in session.execute(query.where(among(FollowUp.id, nudge_ids)))}


def last_letters(session: Session, invoice_ids: Collection[int]) -> dict[int, datetime]:
    """By invoice: when the last letter about it was sent to the customer."""
    if not invoice_ids:
        return {}
    rows = session.execute(
        select(FollowUp.subject_id, func.max(FollowUp.sent_at))
        .where(
            FollowUp.subject_type == Subject.INVOICE,
            among(FollowUp.subject_id, invoice_ids),
            FollowUp.sent_at.is_not(None),
            FollowUp.nudge == 0,
        )
        .group_by(FollowUp.subject_id)
    )
    return {id_: at for id_, at in rows if at is not None}


def answered_threads(session: Session, nudge_ids: Sequence[int]) -> set[int]:
    """Which of these nudges remind of a contact that has been answered meanwhile."""
    if not nudge_ids:
        return set()
    other = aliased(FollowUp)
    query = select(FollowUp.id).join(other, and_(same_thread(other), other.state == FollowUpState.ANSWERED))
    return set(session.scalars(query.where(among(FollowUp.id, nudge_ids))))


def same_thread(other: Any) -> ColumnElement[bool]:
    """Whether another follow-up is the same contact, or a nudge of it."""
    return and_(
        other.subject_type == FollowUp.subject_type,
        other.subject_id == FollowUp.subject_id,
        other.kind == FollowUp.kind,
        other.step == FollowUp.step,
    )


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
