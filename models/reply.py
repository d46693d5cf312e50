from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class Reply(Base):
    """A mail that one of our own people wrote, word for word; a follow-up about it carries it to the reader."""

    __tablename__ = "replies"
    __table_args__ = (
        Index("ix_replies_customer_id", "customer_id"),
        Index("ix_replies_commitment_id", "commitment_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    press: Mapped[str] = mapped_column(unique=True)
    """Names the form it was written in: pressed twice, it is written once."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    """Empty where nobody knows whose mail is answered."""
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"))
    """What is kept by it once it has gone out."""
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound.id"))
    """The mail that it answers."""
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    """Who wrote it."""
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    language: Mapped[str]
    in_reply_to: Mapped[str | None]
    """Message-ID of the mail that it answers, with its brackets."""
    thread: Mapped[list[str]] = mapped_column(JSON)
    """Message-IDs of the thread, the oldest first (`References`)."""
    written_at: Mapped[datetime]
