from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class Order(Base):
    """One sale, of goods or of a service."""

    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_customer_id", "customer_id"),
        Index(
            "ix_orders_to_plan",
            "id",
            sqlite_where=text("to_plan = 1"),
            postgresql_where=text("to_plan"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    seller_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Whom the customer may ask from the first day; chosen at planning where the import names nobody."""
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    description: Mapped[str]
    product_line: Mapped[str | None]
    is_service: Mapped[bool]
    amount_cents: Mapped[int | None]
    currency: Mapped[str]
    seller_promise: Mapped[str | None]
    """What the seller said, in the words of the order (B01)."""
    referred_by: Mapped[str | None]
    """Who brought the customer (B28)."""
    withdrawal_days: Mapped[int]
    """Length of the withdrawal window: for goods from the delivery, for services from the contract; 0: none."""
    withdrawal_waived: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The customer asked for the service to begin at once, and acknowledged that the right is lost once it is done."""
    signed_at: Mapped[datetime]
    promised_on: Mapped[date | None]
    """The delivery day promised last, in the customer's calendar."""
    promised_before: Mapped[date | None]
    """The day promised before that, when the date was moved."""
    promise_moved_at: Mapped[datetime | None]
    told_on: Mapped[date | None]
    """The delivery day that the customer was told last; empty while nothing was."""
    told_at: Mapped[datetime | None]
    """Since when the customer knows that day."""
    delay_reason: Mapped[str | None]
    """Reason code of the last move, as the company's system has it (B12)."""
    delivered_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    dates: Mapped[dict[str, Any]]
    """Further named dates, ISO 8601 with offset, by name: a cadence may anchor on any of them."""
    to_plan: Mapped[bool] = mapped_column(default=True)
    """The facts changed since the last planning. Set with the change, in its transaction."""
    vanished_at: Mapped[datetime | None]
    """Since when it is no longer in an export that its source declares complete."""
    fingerprint: Mapped[str]
