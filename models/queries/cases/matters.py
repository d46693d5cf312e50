"""Complaints that are closed on record and not yet over: what they hold, and who can say that it goes on."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.queries.in_list import among
from models.rules.cases.case_reasons import COMPLAINTS
from models.rules.commitments.outcomes import REMEDIES
from models.rules.sending.holds import Trouble
from models.tables import Case, CaseReason, Commitment, Invoice
from models.words import CommitmentKind

_CLOSED = (Case.closed_at.is_not(None), Case.released_at.is_(None))


def resting(session: Session, customers: Collection[int], now: datetime) -> dict[int, list[Trouble]]:
    """By customer: complaints of closed cases whose matter is not over, or whose day of going on has not come."""
    # Each side is an index of its own, of what is not over: a customer's old cases are never read.
    rests = or_(and_(*_CLOSED), and_(Case.rests_until > now, Case.closed_at.is_not(None)))
    rows = session.execute(
        select(Case.customer_id, CaseReason.subject_type, CaseReason.subject_id, CaseReason.at)
        .join(CaseReason, CaseReason.case_id == Case.id)
        .where(
            among(Case.customer_id, customers),
            rests,
            CaseReason.reason.in_(COMPLAINTS),
        )
    )
    found: dict[int, list[Trouble]] = defaultdict(list)
    for customer_id, kind, id_, at in rows:
        found[customer_id].append(Trouble((kind, id_), at))
    return found


def unreleased(session: Session, customer_id: int) -> Sequence[Case]:
    """The closed cases of a customer whose matter is not over; locked."""
    return session.scalars(
        select(Case).where(Case.customer_id == customer_id, *_CLOSED).order_by(Case.id).with_for_update()
    ).all()


def to_ask(session: Session, closed_before: datetime) -> Sequence[Case]:
    """The newest such case of each customer who owes money, who was given time since it was closed and its remedy kept.

    Not while the customer complains again: a "no" has opened it anew. Not twice.
    """
    newest = select(func.max(Case.id)).where(*_CLOSED).group_by(Case.customer_id)
    return session.scalars(
        select(Case)
        .where(
            Case.id.in_(newest),
            Case.closed_at <= closed_before,
            ~_complains_again(),
            exists(
                select(Invoice.id).where(
                    Invoice.customer_id == Case.customer_id,
                    Invoice.paid_at.is_(None),
                    Invoice.cancelled_at.is_(None),
                    Invoice.handed_over_at.is_(None),
                )
            ),
            ~exists(select(Commitment.id).where(_is_owed())),
            ~exists(
                select(Commitment.id).where(
                    Commitment.case_id == Case.id,
                    Commitment.kind.in_(REMEDIES),
                    Commitment.done_at > closed_before,
                )
            ),
        )
        .order_by(Case.customer_id)
    ).all()


def remedy_owed_by(session: Session, case_id: int) -> datetime | None:
    """By when the remedy of a case is owed: the latest of what is open; None where nothing is."""
    return session.scalar(
        select(func.max(Commitment.due_at)).where(
            Commitment.case_id == case_id,
            Commitment.kind.in_(REMEDIES),
            Commitment.done_at.is_(None),
        )
    )


def ended_rests(session: Session, now: datetime) -> Sequence[Case]:
    """Cases whose day of going on has come; locked."""
    return session.scalars(
        select(Case).where(Case.rests_until <= now).order_by(Case.customer_id).with_for_update()
    ).all()


def any_to_see_to(session: Session, closed_before: datetime, now: datetime) -> bool:
    """Whether a matter may be asked about, or a day has come."""
    query = select(Case.id).where(Case.rests_until <= now)
    return session.scalar(query.limit(1)) is not None or bool(to_ask(session, closed_before))


def _is_owed() -> ColumnElement[bool]:
    """The remedy that was agreed on in the case is still owed, or a manager is asked already."""
    remedy = and_(Commitment.case_id == Case.id, Commitment.kind != CommitmentKind.RELEASE)
    asked = and_(Commitment.customer_id == Case.customer_id, Commitment.kind == CommitmentKind.RELEASE)
    return and_(Commitment.done_at.is_(None), or_(remedy, asked))


def _complains_again() -> ColumnElement[bool]:
    other = aliased(Case)
    return exists(
        select(other.id)
        .join(CaseReason, CaseReason.case_id == other.id)
        .where(
            other.customer_id == Case.customer_id,
            other.closed_at.is_(None),
            CaseReason.reason.in_(COMPLAINTS),
            CaseReason.settled_at.is_(None),
        )
    )
