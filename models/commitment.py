from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId

_OPEN = text("done_at IS NULL")


class Commitment(Base):
    """What a person here owes a customer: an answer, a call. The promise ledger is this table.

    It is closed by an outcome in words, or by the promise that takes its place; its due time never moves.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        Index("ix_commitments_open", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_commitments_customer_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    """One of `models.words.CommitmentKind`."""
    subject_type: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigId)
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound.id"))
    """The mail that asked for it."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Empty only where the company has nobody at all."""
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """What happened, in the words of who did it."""
    reason: Mapped[str | None]
    """Reason code, where it slipped."""
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"))
    """The promise that took its place."""
