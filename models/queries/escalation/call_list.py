"""Who waits for a person here: open cases and open commitments."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.queries.commitments.commitments import BY_HAND
from models.queries.commitments.parked_mails import OF_NOBODY
from models.rules.cases.case_reasons import COMPLAINTS
from models.rules.escalation.call_list import Call
from models.tables import Case, CaseReason, Commitment, Customer, Staff
from models.words import CommitmentKind, CommitmentState, Role, Subject

_CALLS = (Role.MANAGER, Role.DIRECTOR)
"""Whose day is counted in calls."""

_CASE_SINCE = func.coalesce(Case.asked_at, Case.opened_at)
_OWED = (
    Commitment.id,
    Commitment.kind,
    func.coalesce(Commitment.asked_at, Commitment.made_at),
    Commitment.due_at,
    Commitment.not_before,
    Commitment.case_id,
    Commitment.told_id,
    Commitment.inbound_id,
    Commitment.subject_type,
    Commitment.subject_id,
)
"""Columns, since whole rows of ten thousand calls would take seconds."""


def open_cases(session: Session) -> list[Call]:
    """One call a case that is open; it belongs to whoever took it on, else to its manager."""
    rows = session.execute(
        select(Case.id, _CASE_SINCE, Case.taken_at, Customer.ref, Staff.ref, Staff.id)
        .join(Customer, Customer.id == Case.customer_id)
        .join(Staff, Staff.id == func.coalesce(Case.taken_by_id, Case.manager_id), isouter=True)
        .where(Case.closed_at.is_(None))
    ).all()
    reasons = _reasons(session)
    return [
        Call(
            customer,
            tuple(dict.fromkeys(reasons[case])),
            since,
            case=case,
            owner=owner,
            complains=(complains := not COMPLAINTS.isdisjoint(reasons[case])),
            taken=taken_at is not None,
            told_at_once=complains,
            holder=holder,
            matter=(Subject.CASE, case),
        )
        for case, since, taken_at, customer, owner, holder in rows
    ]


def commitments(session: Session) -> list[Call]:
    """One call a commitment that is open, and that somebody has to do something about.

    One that has climbed belongs to whom it has climbed to. The call that a case owes gives the case its hour. A
    delivery stands here once a manager was told of it.
    """
    rows = session.execute(
        select(*_OWED, Customer.ref, Staff.ref, Staff.id, Staff.role)
        .join(Customer, Customer.id == Commitment.customer_id, isouter=True)
        .join(Staff, Staff.id == func.coalesce(Commitment.told_id, Commitment.owner_id), isouter=True)
        .where(
            Commitment.done_at.is_(None),
            or_(Commitment.kind.in_(BY_HAND), Commitment.told_id.is_not(None)),
        )
    ).all()
    return [
        Call(
            customer or (f"{OF_NOBODY}{inbound_id}" if inbound_id else f"{subject_type} {subject_id}"),
            () if kind == CommitmentKind.LISTENING_CALL else (kind,),
            since,
            due_at,
            case_id,
            owner,
            holder=holder if role in _CALLS else None,
            matter=(Subject.COMMITMENT, id_),
            told_at_once=told_id is None,
            not_before=not_before,
            climbed_to=frozenset({told_id} if told_id is not None else ()),
        )
        for (
            id_,
            kind,
            since,
            due_at,
            not_before,
            case_id,
            told_id,
            inbound_id,
            subject_type,
            subject_id,
            customer,
            owner,
            holder,
            role,
        ) in rows
    ]


def done_since(session: Session, since: datetime) -> dict[int, int]:
    """How many promises each member of staff has ended since a time, by id.

    Deliveries are nobody's calls; what was withdrawn, or made way for a sooner promise, took nobody's time.
    """
    rows = session.execute(
        select(func.coalesce(Commitment.told_id, Commitment.owner_id), func.count(Commitment.id))
        .where(
            Commitment.done_at >= since,
            Commitment.kind.in_(BY_HAND),
            Commitment.state.in_((CommitmentState.KEPT, CommitmentState.LATE)),
        )
        .group_by(func.coalesce(Commitment.told_id, Commitment.owner_id))
    )
    return {holder: count for holder, count in rows if holder is not None}


def customers(session: Session, refs: Sequence[str]) -> dict[str, Customer]:
    """Customers by reference."""
    return {row.ref: row for row in session.scalars(select(Customer).where(Customer.ref.in_(refs)))}


def _reasons(session: Session) -> dict[int, Sequence[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(CaseReason.case_id, CaseReason.reason)
        .join(Case, Case.id == CaseReason.case_id)
        .where(Case.closed_at.is_(None), CaseReason.settled_at.is_(None))
        .order_by(CaseReason.at, CaseReason.id)
    )
    for case_id, reason in rows:
        found[case_id].append(reason)
    return defaultdict(list, found)
