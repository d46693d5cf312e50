from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId


class ContractEnd(Base):
    """A customer ends a contract: by withdrawal (recesso) or by termination (disdetta), with cause and date (B37).

    The two are different rights and are never counted together. What only stands in somebody's words is `heard`, and
    counts as a fact once a person has confirmed it.
    """

    __tablename__ = "contract_ends"
    __table_args__ = (
        Index("ix_contract_ends_customer_id", "customer_id"),
        Index("ix_contract_ends_order_id", "order_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    """Empty where the customer did not say which one, and has several."""
    kind: Mapped[str]
    """One of `models.words.EndKind`."""
    cause: Mapped[str]
    """Why, in the words of the customer or of who recorded it."""
    cause_code: Mapped[str | None]
    """One of `models.words.EndCause`, set by a person; it is what the report counts."""
    declared_at: Mapped[datetime]
    """When the customer said so: what the withdrawal window is judged by."""
    heard_by: Mapped[str]
    """The channel, or the reference of the member of staff who recorded it."""
    response_id: Mapped[int | None] = mapped_column(ForeignKey("responses.id"))
    confirmed_at: Mapped[datetime | None]
    """Since when a person says that it is so; empty while it only stands in words."""
    confirmed_by: Mapped[str | None]
    dismissed_at: Mapped[datetime | None]
    """Since when a person says that it was not meant so."""
