from datetime import date, datetime

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, func, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId
from models.rules.credit_recovery.late_costs import Debt

_SAID_PAID = text("said_paid_until IS NOT NULL")
_PROMISED = text("pays_until IS NOT NULL")


class Invoice(Base):
    """What a customer owes us money for."""

    __tablename__ = "invoices"
    __table_args__ = (
        Index("ix_invoices_customer_id", "customer_id"),
        Index(
            "ix_invoices_to_plan",
            "id",
            sqlite_where=text("to_plan = 1"),
            postgresql_where=text("to_plan"),
        ),
        Index(
            "ix_invoices_said_paid_until",
            "said_paid_until",
            sqlite_where=_SAID_PAID,
            postgresql_where=_SAID_PAID,
        ),
        Index("ix_invoices_pays_until", "pays_until", sqlite_where=_PROMISED, postgresql_where=_PROMISED),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("orders.id"))
    amount_cents: Mapped[int] = mapped_column(BigInteger)
    """In hundredths; less than nothing is a credit note."""
    open_cents: Mapped[int | None] = mapped_column(BigInteger)
    """What is still to be paid, where the source says so; empty: all of it, or nothing once it is paid."""
    credited_cents: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """What credit notes of the same customer cover of it, the oldest invoice first."""
    currency: Mapped[str]
    issued_on: Mapped[date]
    due_on: Mapped[date]
    paid_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    """Since when the customer disputes it; empty again when the company's system says it is settled."""
    cancelled_at: Mapped[datetime | None]
    said_paid_until: Mapped[datetime | None]
    """The customer says that it is paid: until then its reminders rest, and somebody checks. Empty again after it."""
    pays_on: Mapped[date | None]
    """The day that the customer named for the payment; stays, so that a broken promise can be shown."""
    pays_until: Mapped[datetime | None]
    """Until when the reminders rest for that promise: the day and its grace. Empty again after it."""
    signed_at: Mapped[datetime | None]
    """Since when a manager's signature stands under the formal warning."""
    signed_by: Mapped[str | None]
    """Reference of who signed."""
    handed_over_at: Mapped[datetime | None]
    """Since when it is with credit recovery, and no longer on the ladder."""
    handed_over_by: Mapped[str | None]
    """Reference of who handed it over."""
    to_plan: Mapped[bool] = mapped_column(default=True)
    vanished_at: Mapped[datetime | None]
    """Since when it is no longer in an export that its source declares complete."""
    fingerprint: Mapped[str]

    @property
    def debt(self) -> Debt:
        """What decides what its delay costs."""
        return Debt(self.asked_cents, self.currency, self.due_on)

    @hybrid_property
    def asked_cents(self) -> int:
        """What letters ask for: the part that is neither paid nor covered by credit notes; queries ask for it too."""
        return self.unpaid_cents - self.credited_cents

    @asked_cents.inplace.expression
    @classmethod
    def _asked_cents(cls) -> ColumnElement[int]:
        return func.coalesce(cls.open_cents, cls.amount_cents) - cls.credited_cents

    @property
    def unpaid_cents(self) -> int:
        """The part that is not paid, as the source says."""
        return self.amount_cents if self.open_cents is None else self.open_cents

    @property
    def is_covered(self) -> bool:
        """Whether credit notes cover all that is open of it: nothing is asked for, though nothing was paid."""
        return self.amount_cents > 0 and self.credited_cents > 0 and self.asked_cents <= 0

    @property
    def is_credit(self) -> bool:
        """Whether it is a credit note: money that the customer has with us."""
        return self.amount_cents < 0
