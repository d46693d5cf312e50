"""What is known about a mail that came in, once it has been read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.errors import RowError
from models.rules.inbound.witnesses import Evidence, Witness


class Unreadable(RowError):  # noqa: N818 (named for what the mail is)
    """The mail is refused as a whole; the message is one line that says why and holds no personal data."""


UNNAMED = ""
"""The address of a report that names nobody: it is about whoever the mail that came back was for."""


class Verdict(StrEnum):
    """What kind of sender stands behind a mail."""

    HUMAN = "human"
    BOUNCE = "bounce"
    AUTOMATIC = "automatic"
    COMPLAINT = "complaint"
    """A report that somebody called our mail spam (ARF, RFC 5965)."""
    UNSUBSCRIBE = "unsubscribe"
    DOUBTFUL = "doubtful"
    """To be parked and shown to a person, and not acted on."""


class BounceCause(StrEnum):
    """Why a mail was not delivered, as far as the report says it."""

    GONE = "gone"
    """The address or its domain does not exist, or no longer."""
    FULL = "full"
    REFUSED = "refused"
    """The address may be fine: content, size, reputation or a policy stood in the way."""
    DELAYED = "delayed"
    OTHER = "other"


@dataclass(frozen=True)
class Bounced:
    """One address that a report says was not reached."""

    address: str
    """Lower-case, as the report names it: it may be where the mail was forwarded to. `UNNAMED` in a report that names
    nobody."""
    permanent: bool
    """The server has given up for good. False: it goes on trying, or says that a later try may help."""
    status: str | None = None
    """The enhanced status code (RFC 3463), such as 5.1.1."""
    diagnostic: str | None = None
    """What the server said, cut short, without addresses."""
    cause: BounceCause = BounceCause.OTHER


@dataclass(frozen=True)
class Attachment:
    """A file that came along; the name is safe to show and to use as a file name."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True)
class ReadMail:
    """A mail, read and judged. Text holds no NUL and no lone surrogate, so that every database takes it."""

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: str
    """Lower-case; empty when there is none."""
    sender_name: str
    recipients: tuple[str, ...]
    """To, Cc, Delivered-To, X-Original-To and the like, lower-case, each once."""
    subject: str
    date: datetime | None
    """Aware, UTC; as the sender says."""
    verdict: Verdict
    why: str
    """The reason for the verdict, without personal data."""
    bounced: tuple[Bounced, ...] = ()
    original_message_ids: tuple[str, ...] = ()
    """Message-IDs of the mail that a bounce or complaint is about."""
    original_recipients: tuple[str, ...] = ()
    """Whom that mail went to, as far as it came back."""
    traces: tuple[str, ...] = ()
    """What the source of a report holds that looks like an id or a signed address of ours; nobody has checked it."""
    receipt: str = ""
    """Of a provider of certified mail: what it confirms, such as `avvenuta-consegna`."""
    return_path: str = ""
    """What stands in Return-Path, as it stands."""
    text: str = ""
    """All of it as it came, before words, quotation and signature were told apart."""
    words: str = ""
    """What the sender wrote now."""
    quoted: str = ""
    signature: str = ""
    html_only: bool = False
    is_bulk: bool = False
    """It went to many: a list, a newsletter."""
    evidence: Evidence | None = None
    """What spoke for a person or a machine; nothing where that is beyond doubt (a report, a receipt)."""
    witnesses: tuple[Witness, ...] = ()
    """Which signs of a machine or a person were found in it."""
    attachments: tuple[Attachment, ...] = ()
    attachments_left_out: int = 0
    """How many were beyond the limits; they are in the original only."""
