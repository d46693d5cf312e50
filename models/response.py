from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class Response(Base):
    """What a customer said, through whatever channel."""

    __tablename__ = "responses"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index("ix_responses_customer_id", "customer_id"),
        Index("ix_responses_order_id", "order_id"),
        Index("ix_responses_message_key", "message_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str]
    """The source's own key, or message key and meaning for the answer page: a link works once per meaning."""
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"))
    """The contact it answers, where one is known."""
    message_key: Mapped[str | None]
    """The mail whose link was used, where one was."""
    channel: Mapped[str]
    meaning: Mapped[str]
    """One of `models.words.Meaning`."""
    rating: Mapped[int | None]
    text: Mapped[str | None]
    pays_on: Mapped[date | None]
    """The day that the customer names for the payment, where the answer promises one."""
    received_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
