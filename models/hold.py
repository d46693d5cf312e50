from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId

_STANDS = text("released_at IS NULL")


class Hold(Base):
    """A person here said "not now": for everything to a customer, or for the delay alerts of one order (B09).

    With `goes_on` it is the other way round: a manager said that an invoice goes on although something else is open at
    its customer (B06).

    It always ends: at `until`, or earlier when somebody releases it.
    """

    __tablename__ = "holds"
    __table_args__ = (
        Index(
            "ix_holds_standing",
            "subject_type",
            "subject_id",
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_type: Mapped[str]
    """`customer`, `order` or `invoice`."""
    subject_id: Mapped[int] = mapped_column(BigId)
    sweep: Mapped[str | None]
    """The one flow that is held; empty: every one that writes to the customer."""
    actor: Mapped[str]
    """Reference of who asked for it."""
    reason: Mapped[str]
    placed_at: Mapped[datetime]
    until: Mapped[datetime]
    released_at: Mapped[datetime | None]
    goes_on: Mapped[bool] = mapped_column(default=False)
