"""Who waits for a person here: open cases and open commitments."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.rules.calling import Call
from models.rules.hearing import COMPLAINTS
from models.tables import Case, CaseReason, Commitment, Customer, Staff


def open_cases(session: Session) -> list[Call]:
    """One call a case that is open."""
    rows = session.execute(
        select(Case, Customer.ref, Staff.ref)
        .join(Customer, Customer.id == Case.customer_id)
        .join(Staff, Staff.id == Case.manager_id, isouter=True)
        .where(Case.closed_at.is_(None))
    ).all()
    reasons = _reasons(session)
    return [
        Call(
            customer, tuple(dict.fromkeys(reasons[case.id])), case.opened_at, case=case.id, owner=owner,
            complains=not COMPLAINTS.isdisjoint(reasons[case.id]), taken=case.taken_at is not None,
        )
        for case, customer, owner in rows
    ]  # fmt: skip


def commitments(session: Session) -> list[Call]:
    """One call a commitment that is open."""
    rows = session.execute(
        select(Commitment, Customer.ref, Staff.ref)
        .join(Customer, Customer.id == Commitment.customer_id)
        .join(Staff, Staff.id == Commitment.owner_id, isouter=True)
        .where(Commitment.done_at.is_(None))
    ).all()
    return [
        Call(customer, (owed.kind,), owed.made_at, owed.due_at, owed.case_id, owner)
        for owed, customer, owner in rows
    ]


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
