"""The promise ledger, as the report counts it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries.reporting.measures.span import Span
from models.rules.reporting.tallies import Ended, Member
from models.tables import Commitment, Staff
from models.words import CommitmentState

_HOW = {
    CommitmentState.KEPT: "kept",
    CommitmentState.LATE: "late",
    CommitmentState.BROKEN: "broken",
    CommitmentState.OPEN: "broken",
    CommitmentState.RE_PROMISED: "moved",
}


def promises(session: Session, span: Span, now: datetime) -> list[Ended]:
    """The promises that fell due in a span, up to `now`, as they stand now; those that were withdrawn are left out."""
    rows = session.execute(
        select(Commitment.kind, Staff.ref, Commitment.state, Commitment.reason)
        .join(Staff, Staff.id == Commitment.owner_id, isouter=True)
        .where(
            span.holds(Commitment.due_at),
            Commitment.due_at <= now,
            Commitment.state != CommitmentState.WITHDRAWN,
        )
        .order_by(Commitment.id)
    )
    return [Ended(kind, owner, _HOW[CommitmentState(state)], reason) for kind, owner, state, reason in rows]


def members(session: Session) -> list[Member]:
    """Everybody who is or was here; where the import names no team, the role stands for it."""
    rows = session.execute(select(Staff.ref, Staff.team, Staff.role, Staff.active).order_by(Staff.id))
    return [Member(ref, team or role, active) for ref, team, role, active in rows]
