from datetime import datetime

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId

_SENDING = text("state = 'sending'")


class Message(Base):
    """One mail. Marked before the first byte goes out, with its final Message-ID; its outcome is recorded after.

    A row that stays `sending` past its lease is doubtful: the server may have it or not. The policy's rule settles it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_doubtful", "lease_until", sqlite_where=_SENDING, postgresql_where=_SENDING),
        Index("ix_messages_customer_id", "customer_id"),
        Index("ix_messages_recipient", "recipient", "marked_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Derived from the follow-up and its attempt; stands in the Message-ID, the answer link and the Reply-To."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    """Empty only for a notice about a mail of which nobody knows the customer."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[str] = mapped_column(server_default="email")
    """One of `models.words.Channel`."""
    kind: Mapped[str]
    step: Mapped[str]
    language: Mapped[str]
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str | None]
    """The words of the plain part, without links: what an answer may quote. Empty for our own people."""
    state: Mapped[str]
    """One of `models.words.MessageState`."""
    claim_token: Mapped[str | None]
    """Only its holder may write the outcome, and gives it up with that."""
    lease_until: Mapped[datetime | None]
    is_trial: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It is marked for the address of the trial, and never goes to the customer."""
    resends: Mapped[int] = mapped_column(default=0)
    """How often the very same Message-ID was sent again to settle a doubt."""
    marked_at: Mapped[datetime]
    recorded_at: Mapped[datetime | None]
    smtp_code: Mapped[int | None]
    smtp_text: Mapped[str | None]
    """The server's answer, addresses taken out."""
