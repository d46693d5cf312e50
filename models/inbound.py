from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigId

_OPEN = text("handled_at IS NULL")


class Inbound(Base):
    """A mail that came in. Its original is kept as a file, named by its digest, before this row is committed.

    States (`models.words.InboundState`): owned (a person owes an answer), handled, parked (a person has to look), or
    rejected (it could not be read, or is too large; a person can still open the original).
    """

    __tablename__ = "inbound"
    __table_args__ = (
        Index("ix_inbound_customer_id", "customer_id"),
        Index("ix_inbound_follow_up_id", "follow_up_id"),
        Index("ix_inbound_sender", "sender"),
        Index("ix_inbound_open", "received_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    identity: Mapped[str] = mapped_column(unique=True)
    """Digest of Message-ID and body: copies that took different ways, or a new UIDVALIDITY, count once."""
    digest: Mapped[str]
    """SHA-256 of the bytes as they came; names the file of the original."""
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime]
    """When the mailbox got it; the Date header is the sender's own claim."""
    recorded_at: Mapped[datetime]
    message_id: Mapped[str | None]
    sender: Mapped[str]
    sender_name: Mapped[str]
    subject: Mapped[str]
    verdict: Mapped[str]
    """human, bounce, automatic, complaint, unsubscribe, doubtful or unreadable."""
    why: Mapped[str]
    """The names of the witnesses that spoke (`models.rules.inbound.witnesses`), or the reason of verdict and state in a
    few words; without personal data."""
    state: Mapped[str]
    parked_for: Mapped[str | None]
    """One of `models.words.ParkedFor`, where a person has to look."""
    matched_by: Mapped[str | None]
    """`token`, `thread`, `recipient`, `sender`, `named`, `forwarded`, `hand` or nothing (`mailboxes.matching`)."""
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    """Who sees to it; empty only where the company has nobody at all."""
    words: Mapped[str]
    """What the sender wrote, without quoted history and signature."""
    quoted: Mapped[str]
    attachments: Mapped[list[str]] = mapped_column(JSON)
    """Names only; the data stays in the original."""
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str | None]
    """Reference of who did, or the name of a flow."""
    outcome: Mapped[str | None]


class Sighting(Base):
    """A place in a mailbox that was looked at. It decides what is new: flags there are a courtesy only."""

    __tablename__ = "sightings"
    __table_args__ = (UniqueConstraint("mailbox", "uidvalidity", "uid"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailbox: Mapped[str]
    uidvalidity: Mapped[int] = mapped_column(BigInteger)
    uid: Mapped[int] = mapped_column(BigInteger)
    inbound_id: Mapped[int | None] = mapped_column(ForeignKey("inbound.id"))
    """Empty when the mail there was not for us."""
    at: Mapped[datetime]
