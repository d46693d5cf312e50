from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class HeldFault(Base):
    """A fault of the program or of a text that keeps rows back: one row a cause, however many rows it holds."""

    __tablename__ = "faults"
    __table_args__ = (UniqueConstraint("reason"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reason: Mapped[str]
    """What is wrong and where, without anybody's data (`models.rules.sending.faults.Fault.reason`)."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    """When it last held something back."""
    told_at: Mapped[datetime | None]
    """When a person was told; empty where nobody was yet, or since it was over."""
    times_told: Mapped[int] = mapped_column(default=0)


class HeldRow(Base):
    """Something that a fault keeps back, until it is tried again."""

    __tablename__ = "held_rows"
    __table_args__ = (UniqueConstraint("stage", "row_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    fault_id: Mapped[int] = mapped_column(ForeignKey("faults.id"), index=True)
    stage: Mapped[str]
    """What was being done: `models.rules.sending.faults.Stage`."""
    row_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]
