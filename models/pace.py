from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class PaceCount(Base):
    """How many mails went out lately, counted by all runs together: this minute, or this hour from or to a domain."""

    __tablename__ = "paces"

    name: Mapped[str] = mapped_column(primary_key=True)
    """`minute`, `from:DOMAIN` or `to:DOMAIN`."""
    first_at: Mapped[datetime]
    """The first mail ever: a ramp counts its days from here."""
    window_at: Mapped[datetime]
    """Start of the minute or hour that `used` counts."""
    used: Mapped[int] = mapped_column(default=0)
