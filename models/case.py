from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId

_RESTS = text("closed_at IS NOT NULL AND released_at IS NULL")
_UNTIL = text("rests_until IS NOT NULL")
_OPEN = text("closed_at IS NULL")


class Case(Base):
    """A matter that a person here must settle. At most one is open per customer; it joins every reason (B20)."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_rests", "customer_id", sqlite_where=_RESTS, postgresql_where=_RESTS),
        Index("ix_cases_until", "rests_until", sqlite_where=_UNTIL, postgresql_where=_UNTIL),
        Index("uq_cases_open", "customer_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    """When the customer spoke first, where that was before we knew; empty: when the case was opened."""
    taken_at: Mapped[datetime | None]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]
    spoke_at: Mapped[datetime | None]
    """When somebody of ours spoke with the customer about it, as whoever closed it says."""
    spoke_with: Mapped[str | None]
    """With whom, in that person's words."""
    rests_until: Mapped[datetime | None]
    """Closed after a complaint: until when the credit ladder of the customer rests; empty: until somebody says."""
    released_at: Mapped[datetime | None]
    """When it was said that the ladder may go on: by the customer, who says that it is solved, or by a manager."""
    released_by: Mapped[str | None]
    outcome: Mapped[str | None]
    """One of `models.words.Outcome`; `only-listened` is a valid one (B05)."""
    level: Mapped[int] = mapped_column(default=0)
    """0: the manager's. 1: the director's, since the customer said after the closing that it is not solved (B22)."""
    reopens_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    """The closed case that this one goes on with; their histories are read as one."""

    @property
    def since(self) -> datetime:
        """Since when the customer waits."""
        return self.asked_at or self.opened_at


class CaseReason(Base):
    """Why a matter came up. Several may join one case; the same one joins it once."""

    __tablename__ = "case_reasons"
    __table_args__ = (
        UniqueConstraint("case_id", "reason", "subject_type", "subject_id"),
        Index("ix_case_reasons_subject", "subject_type", "subject_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    reason: Mapped[str]
    """One of `models.words.CaseReasonKind`, or the name that a cadence of the policy gives."""
    subject_type: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigId)
    response_id: Mapped[int | None] = mapped_column(ForeignKey("responses.id"))
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    """Set when the reason fell away by itself (a silent customer answered), or with the case."""


class Statement(Base):
    """Somebody's version of the matter, dated and signed. Never edited, by nobody (B02).

    The database refuses an UPDATE, and a DELETE while the case is open (a trigger; see the migrations).
    """

    __tablename__ = "statements"
    __table_args__ = (Index("ix_statements_case_id", "case_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    side: Mapped[str]
    """One of `models.words.Side`."""
    author: Mapped[str]
    """Reference of who said it: a customer's or a staff member's."""
    recorded_by: Mapped[str | None]
    """Reference of who wrote it down, where that was not the author: what a customer said on the phone."""
    text: Mapped[str]
    at: Mapped[datetime]
