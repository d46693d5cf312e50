from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class Staff(Base):
    """Somebody of the company: seller, after-sale, manager or director."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    role: Mapped[str]
    """One of `models.words.Role`."""
    team: Mapped[str | None]
    language: Mapped[str]
    country: Mapped[str]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    absent_from: Mapped[date | None]
    absent_until: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)
    fingerprint: Mapped[str]
    """Hash of the imported row; an import that finds the same one has nothing to do."""
