from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId

_BILLED = text("billing_email IS NOT NULL")
_CERTIFIED = text("certified_email IS NOT NULL")
_SILENT = text("silent_since IS NOT NULL")


class Customer(Base):
    """Who bought. Facts come from the company's own systems; the opt-out is ours."""

    __tablename__ = "customers"
    __table_args__ = (
        Index("ix_customers_email", text("lower(email)")),
        Index(
            "ix_customers_billing_email",
            text("lower(billing_email)"),
            sqlite_where=_BILLED,
            postgresql_where=_BILLED,
        ),
        Index(
            "ix_customers_certified_email",
            text("lower(certified_email)"),
            sqlite_where=_CERTIFIED,
            postgresql_where=_CERTIFIED,
        ),
        Index("ix_customers_silent_since", "silent_since", sqlite_where=_SILENT, postgresql_where=_SILENT),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str | None]
    billing_email: Mapped[str | None]
    """Where money is spoken of; `email` when empty. A default is told to nobody else."""
    certified_email: Mapped[str | None]
    """For certified mail (PEC): formal warnings go there, where the company has such an account of its own; what comes
    from there is the customer's."""
    phone: Mapped[str | None]
    language: Mapped[str]
    country: Mapped[str]
    """ISO 3166-1 alpha-2; decides the holidays."""
    timezone: Mapped[str]
    """IANA name; decides the quiet hours."""
    is_business: Mapped[bool]
    postal_address: Mapped[str | None]
    tax_number: Mapped[str | None]
    """Partita IVA or codice fiscale, NIP; stands in the dossier for credit recovery."""
    extras_stopped_at: Mapped[datetime | None]
    """Since when the customer wants no satisfaction checks; order and payment mail goes on."""
    no_extras: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The company's own system knows an objection to courtesies; it stands beside `extras_stopped_at`."""
    silent_since: Mapped[datetime | None]
    """Since when a plain question has had no answer: a manager has the name on a list until it is settled."""
    silent_contact_id: Mapped[int | None] = mapped_column(BigId)
    """The follow-up that was not answered."""
    vanished_at: Mapped[datetime | None]
    """Since when it is no longer in an export that its source declares complete."""
    fingerprint: Mapped[str]

    def gets_no_extras(self, without: Collection[str]) -> bool:
        """Whether courtesies stay out: not wanted, or not to be sent in the customer's country (`without`)."""
        return self.wants_no_extras or self.country in without

    @property
    def wants_no_extras(self) -> bool:
        """Whether courtesies have to stop: said to us, or to the company before."""
        return self.no_extras or self.extras_stopped_at is not None
