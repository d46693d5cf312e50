"""Cases: finding, opening, joining, closing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.rules.planning.step_key import Mark, suffix
from models.tables import Case, CaseReason, Commitment, FollowUp, History, Statement
from models.words import CaseReasonKind, CommitmentKind, FollowUpState, Side, Subject

_OWES_CALL = exists(
    select(Commitment.id).where(
        Commitment.case_id == Case.id,
        Commitment.kind == CommitmentKind.LISTENING_CALL,
        Commitment.done_at.is_(None),
    )
)

SPOKE = and_(Statement.side == Side.CUSTOMER, Statement.recorded_by.is_not(None))
"""A statement that a colleague wrote down from a conversation with the customer."""


# Asked for every case, promise and answer, these cost more to put together than to execute: that is done once.
_OPEN = (
    select(Case).where(Case.customer_id == bindparam("customer"), Case.closed_at.is_(None)).with_for_update()
)
_REASON = select(CaseReason).where(
    CaseReason.case_id == bindparam("case_id"),
    CaseReason.reason == bindparam("reason"),
    CaseReason.subject_type == bindparam("subject_type"),
    CaseReason.subject_id == bindparam("subject_id"),
)
_ADD_REASON = CaseReason.__table__.insert().returning(CaseReason.id)  # type: ignore[attr-defined]


def open_case_of(session: Session, customer_id: int) -> Case | None:
    """The open case of a customer, locked."""
    return session.scalar(_OPEN, {"customer": customer_id})


def open_cases_of(session: Session, customer_ids: Collection[int]) -> dict[int, Case]:
    """The open cases of these customers, locked in one order."""
    rows = session.scalars(
        select(Case)
        .where(among(Case.customer_id, customer_ids), Case.closed_at.is_(None))
        .order_by(Case.id)
        .with_for_update()
    )
    return {row.customer_id: row for row in rows}


def reasons_and_call(session: Session, case_id: int) -> tuple[tuple[str, ...], datetime | None]:
    """The reasons of a case that are not settled, oldest first, and by when its call is due."""
    reasons = session.scalars(
        select(CaseReason.reason)
        .where(CaseReason.case_id == case_id, CaseReason.settled_at.is_(None))
        .order_by(CaseReason.at, CaseReason.id)
    )
    due_at = session.scalar(
        select(func.min(Commitment.due_at)).where(
            Commitment.case_id == case_id,
            Commitment.kind == CommitmentKind.LISTENING_CALL,
            Commitment.done_at.is_(None),
        )
    )
    return tuple(dict.fromkeys(reasons)), due_at


def open_numbers(session: Session, customer_ids: Collection[int]) -> dict[int, int]:
    """The open case of each of these customers who has one."""
    rows = session.execute(
        select(Case.customer_id, Case.id).where(
            among(Case.customer_id, customer_ids), Case.closed_at.is_(None)
        )
    )
    return dict(rows.all())


def open_or_join(
    session: Session,
    customer_id: int,
    manager_id: int | None,
    now: datetime,
    goes_on: Case | None = None,
    asked_at: datetime | None = None,
) -> tuple[Case, bool]:
    """The customer's open case, opened now if there is none. Two runs at once open one.

    With `goes_on`, a closed case, the new one goes on with it one level up. Returns the case, and whether it is new.
    """
    found = open_case_of(session, customer_id)
    if found is not None:
        return found, False
    make: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = session.scalar(
        make(Case)
        .values(
            customer_id=customer_id,
            manager_id=manager_id,
            opened_at=now,
            asked_at=asked_at,
            level=goes_on.level + 1 if goes_on else 0,
            reopens_id=goes_on.id if goes_on else None,
        )
        .on_conflict_do_nothing()
        .returning(Case.id)
    )
    case = open_case_of(session, customer_id)
    assert case is not None  # ours, or the one that was quicker  # noqa: S101
    return case, made is not None


def without_call(session: Session) -> Sequence[Case]:
    """Open cases that owe no call, customer by customer; locked."""
    return session.scalars(
        select(Case).where(Case.closed_at.is_(None), ~_OWES_CALL).order_by(Case.customer_id).with_for_update()
    ).all()


def any_without_call(session: Session) -> bool:
    """Whether an open case owes no call."""
    return session.scalar(select(Case.id).where(Case.closed_at.is_(None), ~_OWES_CALL).limit(1)) is not None


def add_reason(session: Session, row: dict[str, Any]) -> int | None:
    """Add a reason to a case; None when the case has it already and it still stands.

    One that had fallen away by itself stands again.
    """
    key = {name: row[name] for name in ("case_id", "reason", "subject_type", "subject_id")}
    known = session.scalar(_REASON, key)
    if known is None:
        return int(session.connection().execute(_ADD_REASON, row).scalar_one())
    if known.settled_at is None:
        return None
    known.settled_at, known.at, known.response_id = None, row["at"], row.get("response_id")
    session.flush()
    return known.id


def reasons(session: Session, case_id: int) -> Sequence[CaseReason]:
    """Every reason of a case, oldest first."""
    return session.scalars(
        select(CaseReason).where(CaseReason.case_id == case_id).order_by(CaseReason.at, CaseReason.id)
    ).all()


def unsent_notice(session: Session, case_id: int) -> bool:
    """Whether somebody is about to be told of this case anyway."""
    found = session.scalar(
        select(FollowUp.id)
        .where(
            FollowUp.subject_type == Subject.CASE,
            FollowUp.subject_id == case_id,
            FollowUp.state == FollowUpState.PLANNED,
        )
        .limit(1)
    )
    return found is not None


def notices_with(session: Session, mark: Mark, value: int | str) -> int:
    """How many notices about cases have a step with this mark."""
    query = select(func.count(FollowUp.id)).where(
        FollowUp.subject_type == Subject.CASE, FollowUp.step.endswith(suffix(mark, value), autoescape=True)
    )
    return session.scalar(query) or 0


def links_on(session: Session, case_id: int, day: str) -> int:
    """How often the link of a case was asked for on a day (`20260318`)."""
    query = select(func.count(FollowUp.id)).where(
        FollowUp.subject_type == Subject.CASE,
        FollowUp.subject_id == case_id,
        FollowUp.step.contains(f":{Mark.LINK}={day}", autoescape=True),
    )
    return session.scalar(query) or 0


def settle_reasons(
    session: Session, case_id: int, now: datetime, only: tuple[str, str, int] | None = None
) -> int:
    """Mark the reasons of a case as settled, or `only` one (reason, subject type, subject id); returns how many."""
    statement = update(CaseReason).where(CaseReason.case_id == case_id, CaseReason.settled_at.is_(None))
    if only is not None:
        statement = statement.where(
            CaseReason.reason == only[0], CaseReason.subject_type == only[1], CaseReason.subject_id == only[2]
        )
    return len(list(session.scalars(statement.values(settled_at=now).returning(CaseReason.id))))


def was_spoken_with(session: Session, case_id: int) -> bool:
    """Whether a colleague wrote down what the customer said in a conversation about this case."""
    return (
        session.scalar(select(Statement.id).where(Statement.case_id == case_id, SPOKE).limit(1)) is not None
    )


def call_again(session: Session, case_id: int, at: datetime) -> int:
    """The listening calls of a case are owed again at a time, since nobody was reached; returns how many."""
    statement = (
        update(FollowUp)
        .where(
            FollowUp.state == FollowUpState.RAISED,
            FollowUp.reason == CaseReasonKind.LISTENING_CALL,
            exists(
                select(CaseReason.id).where(
                    CaseReason.case_id == case_id,
                    CaseReason.reason == CaseReasonKind.LISTENING_CALL,
                    CaseReason.subject_type == FollowUp.subject_type,
                    CaseReason.subject_id == FollowUp.subject_id,
                )
            ),
            FollowUp.customer_id == select(Case.customer_id).where(Case.id == case_id).scalar_subquery(),
        )
        .values(state=FollowUpState.PLANNED, reason="not reached", due_at=at)
        .returning(FollowUp.id)
        .execution_options(synchronize_session=False)
    )
    return len(list(session.scalars(statement)))


def add_statement(
    session: Session,
    case_id: int,
    side: str,
    author: str,
    text: str,
    at: datetime,
    recorded_by: str | None = None,
) -> None:
    """Add somebody's version; nothing ever changes one."""
    row = {
        "case_id": case_id,
        "side": side,
        "author": author,
        "text": text,
        "at": at,
        "recorded_by": recorded_by,
    }
    session.execute(insert(Statement).values(**row))


def statements(session: Session, case_ids: Collection[int]) -> Sequence[Statement]:
    """Everybody's version of these cases, oldest first."""
    query = select(Statement).where(Statement.case_id.in_(case_ids)).order_by(Statement.at, Statement.id)
    return session.scalars(query).all()


def said_before(
    session: Session, reason: str, about: tuple[str, int], author: str, text: str, since: datetime
) -> Case | None:
    """The newest case in which somebody has given this reason about a subject, in these very words, since a time."""
    return session.scalar(
        select(Case)
        .join(Statement, Statement.case_id == Case.id)
        .join(CaseReason, CaseReason.case_id == Case.id)
        .where(
            CaseReason.subject_type == about[0],
            CaseReason.subject_id == about[1],
            CaseReason.reason == reason,
            Statement.author == author,
            Statement.text == text,
            Statement.at >= since,
        )
        .order_by(Case.id.desc())
        .limit(1)
    )


def chain(session: Session, case: Case) -> list[int]:
    """The ids of a case and of those that it goes on with, the newest first."""
    ids = [case.id]
    while case.reopens_id is not None and case.reopens_id not in ids:
        ids.append(case.reopens_id)
        case = session.get_one(Case, case.reopens_id)
    return ids


def subject(session: Session, case_id: int) -> tuple[str, int] | None:
    """What a case is about: the first of its reasons that names an order or an invoice (subject type, id)."""
    row = session.execute(
        select(CaseReason.subject_type, CaseReason.subject_id)
        .where(CaseReason.case_id == case_id, CaseReason.subject_type.in_([Subject.ORDER, Subject.INVOICE]))
        .order_by(CaseReason.at, CaseReason.id)
        .limit(1)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def levels(session: Session, case_ids: Collection[int]) -> dict[int, int]:
    """The level of these cases, by id."""
    if not case_ids:
        return {}
    rows = session.execute(select(Case.id, Case.level).where(among(Case.id, case_ids)))
    return dict(rows.all())


def actor_of(session: Session, subject: tuple[str, int], event: str) -> str:
    """Who brought an event of a subject (type, id) about, as the history has it; empty when there was none."""
    query = select(History.actor).where(
        History.subject_type == subject[0], History.subject_id == subject[1], History.event == event
    )
    return session.scalar(query.order_by(History.id).limit(1)) or ""
