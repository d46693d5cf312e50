from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId

_PLANNED = text("state = 'planned'")
_CLAIMED = text("state = 'claimed'")
_UNHEARD = text("state = 'planned' AND reason = 'nobody to tell'")
_CARRIED = text("message_id IS NOT NULL")
_WAITING = text("state = 'sent' AND answer_by IS NOT NULL")


class FollowUp(Base):
    """A contact that we owe at a time. Planning derives it; a sweep makes it true.

    States (`models.words.FollowUpState`): planned, claimed, sent, answered, silent, bounced, failed; or held, skipped
    (with `reason`) before sending.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "kind", "step", "nudge"),
        Index("ix_follow_ups_due", "sweep", "due_at", "id", sqlite_where=_PLANNED, postgresql_where=_PLANNED),
        Index("ix_follow_ups_claimed", "lease_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
        Index("ix_follow_ups_waiting", "answer_by", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_follow_ups_unheard", "id", sqlite_where=_UNHEARD, postgresql_where=_UNHEARD),
        Index("ix_follow_ups_customer_id", "customer_id"),
        Index("ix_follow_ups_message_id", "message_id", sqlite_where=_CARRIED, postgresql_where=_CARRIED),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_type: Mapped[str]
    """What it is about: `order`, `invoice`, or for our own people `case`, `commitment` or `inbound`."""
    subject_id: Mapped[int] = mapped_column(BigId)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    """Empty only for a notice to our own people about a mail of which nobody knows the customer."""
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Set when it goes to one of our own people instead of the customer."""
    audience: Mapped[str | None]
    """A rung of a ladder: the level (`models.words.Level`) that is told. Empty: whom the cadence names."""
    sweep: Mapped[str]
    """The flow that sends it."""
    kind: Mapped[str]
    """The cadence of the policy it belongs to."""
    step: Mapped[str]
    nudge: Mapped[int] = mapped_column(default=0)
    """0 for the contact itself, 1 and up for its reminders."""
    owed_at: Mapped[datetime]
    """When facts and policy put it; planning compares this one."""
    due_at: Mapped[datetime]
    """When to act: `owed_at`, or later after a temporary refusal or a closed window."""
    state: Mapped[str] = mapped_column(default="planned")
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0)
    claim_token: Mapped[str | None]
    """Only its holder may write the outcome."""
    lease_until: Mapped[datetime | None]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    sent_at: Mapped[datetime | None]
    answer_by: Mapped[datetime | None]
    """Until when we wait before the next nudge, or before silence is declared."""
    answered_at: Mapped[datetime | None]
    silent_at: Mapped[datetime | None]
