from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class Suppression(Base):
    """An address that nothing is sent to any more, on one channel: it does not exist, it is shut, or a person said so.

    It stands until a person lifts it. It is about the address: a customer's other address, and other channels, go on.
    """

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str]
    """One of `models.words.Channel`."""
    address: Mapped[str]
    """Lower-case, as it goes to the mail server."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    """Whose mail showed it; others may have the same address."""
    at: Mapped[datetime]
    by: Mapped[str]
    """A staff reference, or the name of a flow."""
    why: Mapped[str]
    """The server's words, without addresses, or a person's reason."""
