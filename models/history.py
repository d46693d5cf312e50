from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class History(Base):
    """Append-only: what changed, when, by whom and why. Single mails stand in `messages` instead."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_subject", "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    """A staff reference, `customer`, `import:SOURCE` or the name of a flow."""
    subject_type: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigId)
    event: Mapped[str]
    cause: Mapped[str | None]
    details: Mapped[dict[str, Any]]
