from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId

_OPEN = text("done_at IS NULL")
_OPEN_DELIVERY = text("done_at IS NULL AND kind = 'delivery'")
_OPEN_LISTENING = text("done_at IS NULL AND kind = 'listening-call'")
_OPEN_MAIL = text("done_at IS NULL AND kind = 'mail'")
_RAISED = text("done_at IS NULL AND told_id IS NOT NULL")
_DONE = text("done_at IS NOT NULL")
_SLIPPED = text("state IN ('late', 'broken')")


class Commitment(Base):
    """What a person here owes: an answer, a call, a delivery by a day. The promise ledger is this table.

    It is closed by an outcome in words, or by the promise that takes its place; its due time never moves.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        Index("ix_commitments_open", "kind", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_commitments_owner_id", "owner_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_commitments_raised", "told_id", sqlite_where=_RAISED, postgresql_where=_RAISED),
        Index("ix_commitments_done", "done_at", sqlite_where=_DONE, postgresql_where=_DONE),
        Index("ix_commitments_slipped", "done_at", sqlite_where=_SLIPPED, postgresql_where=_SLIPPED),
        Index("ix_commitments_customer_id", "customer_id"),
        Index("ix_commitments_subject", "subject_type", "subject_id"),
        Index(
            "uq_commitments_delivery",
            "subject_id",
            unique=True,
            sqlite_where=_OPEN_DELIVERY,
            postgresql_where=_OPEN_DELIVERY,
        ),
        Index("ix_commitments_mail", "inbound_id", sqlite_where=_OPEN_MAIL, postgresql_where=_OPEN_MAIL),
        Index(
            "uq_commitments_listening",
            "case_id",
            unique=True,
            sqlite_where=_OPEN_LISTENING,
            postgresql_where=_OPEN_LISTENING,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    """Empty only of a mail that came in of which nobody knows yet whose it is."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    """One of `models.words.CommitmentKind`."""
    subject_type: Mapped[str]
    subject_id: Mapped[int] = mapped_column(BigId)
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound.id"))
    """The mail that asked for it."""
    words: Mapped[str | None]
    """What was promised or asked for, where somebody said so."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Empty only where the company has nobody at all."""
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    """When the customer spoke, where that was before we knew: waiting counts from then. Empty: when it was made."""
    not_before: Mapped[datetime | None]
    """From when on, where the customer named an hour ("after five")."""
    due_at: Mapped[datetime]
    """Never moves, whatever happens: a new promise is a row of its own (B26)."""
    clock_at: Mapped[datetime | None]
    """From when its ladder counts, where that is not its own due time: the day that was promised first, whatever was
    promised since, but for a change that the customer asked for."""
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    """One of `models.words.CommitmentState`."""
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """What happened, in the words of who did it."""
    reason: Mapped[str | None]
    """Reason code of the policy (`[ledger] reasons`), where it slipped (B12)."""
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"))
    """The promise that took its place."""
    root_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"))
    """The first promise of the chain; empty in the first one itself."""
    breaks: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many promises of the chain slipped before this one."""
    level: Mapped[str | None]
    """How high it has climbed: `models.words.Level`; empty while nobody was told."""
    told_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """The manager or director who was told, once it has climbed so high; it stands in that person's daily digest."""
    acted_at: Mapped[datetime | None]
    """When its owner last did something about it, or it changed hands; empty: no sign yet."""
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    acknowledged_until: Mapped[datetime | None]
    """"Mine until then"; afterwards the matter goes up."""
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many calls reached nobody; none of them keeps the promise."""
    snoozed_until: Mapped[datetime | None]
    snoozes: Mapped[int] = mapped_column(default=0, server_default="0")

    @property
    def clock(self) -> datetime:
        """From when the ladder counts."""
        return self.clock_at or self.due_at

    @property
    def since(self) -> datetime:
        """Since when somebody waits for it."""
        return self.asked_at or self.made_at

    @property
    def buyer_id(self) -> int:
        """The customer to whom it is owed, where it is known that there is one.

        Raises:
            LookupError: nobody knows yet whose mail it is.
        """
        if self.customer_id is None:
            raise LookupError(f"commitment {self.id} belongs to no customer yet")
        return self.customer_id
