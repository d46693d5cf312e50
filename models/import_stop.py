from datetime import datetime

from sqlalchemy import JSON, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId

_STANDS = text("settled_at IS NULL")


class ImportStop(Base):
    """More changes of one kind than an ordinary import brings: they wait until a person lets them through.

    The rest of the import is written. It is settled when it was let through, or when the export is right again.
    """

    __tablename__ = "import_stops"
    __table_args__ = (
        Index(
            "uq_import_stops_standing",
            "source",
            "about",
            "kind",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    source: Mapped[str]
    about: Mapped[str]
    """The table: customers, orders or invoices."""
    kind: Mapped[str]
    """One of `models.rules.importing.guard.Kind`."""
    count: Mapped[int]
    base: Mapped[int]
    """Of how many."""
    examples: Mapped[list[str]] = mapped_column(JSON)
    """The first few references."""
    found_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """When it was found last."""
    let_through_at: Mapped[datetime | None]
    let_through_by: Mapped[str | None]
    settled_at: Mapped[datetime | None]
