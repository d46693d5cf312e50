from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class DeskSession(Base):
    """One of our people who is signed in at the desk, in one browser."""

    __tablename__ = "desk_sessions"
    __table_args__ = (Index("ix_desk_sessions_staff_id", "staff_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """A hash of what the cookie holds: whoever reads the database cannot sign in with it."""
    link: Mapped[str] = mapped_column(unique=True)
    """A hash of the link that opened it: a link opens one session."""
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
