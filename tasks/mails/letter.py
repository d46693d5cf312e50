"""What a mail is about: plain values, gathered by the sweep, from which the composer writes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from tasks.mails.digest_facts import DigestFacts


class Contact(NamedTuple):
    """One of our people, as shown to the reader of a mail."""

    name: str
    email: str | None = None
    phone: str | None = None


class OrderFacts(NamedTuple):
    """An order as a mail tells it. Instants are aware; days are in the customer's calendar."""

    ref: str
    description: str
    signed_at: datetime
    promised_on: date | None
    promised_before: date | None
    delivered_at: datetime | None
    is_service: bool
    amount_cents: int | None
    """Hundredths of `currency`."""
    currency: str
    withdrawal_days: int
    seller_promise: str | None
    referred_by: str | None = None
    """Who brought the customer; told to managers only (B28)."""
    withdrawal: str = ""
    """`from-delivery` while the window waits for the goods, `until` while it runs, else empty."""
    withdrawal_until: date | None = None
    """Its last day, where it runs."""
    as_asked: bool = False
    """The customer asked for the day that is promised now."""


class AlsoFacts(NamedTuple):
    """A further order that a mail is about."""

    order: OrderFacts
    owner: str | None = None
    """Who looks after it, where that is somebody else than the mail names."""


class InvoiceLine(NamedTuple):
    """One invoice of a letter; `step` is where it stands on the ladder."""

    ref: str
    amount_cents: int
    """Hundredths of `currency`."""
    currency: str
    due_on: date
    step: str
    is_due: bool = False
    """Whether its day to pay has passed."""
    order_ref: str | None = None
    issued_on: date | None = None


class Quote(NamedTuple):
    """What somebody said, and when."""

    words: str
    """Empty where there is a rating alone."""
    at: datetime | None = None
    rating: int | None = None


class Interest(NamedTuple):
    """What late payment has cost so far."""

    sums: tuple[tuple[str, int], ...]
    """By currency, in hundredths; empty where the table of rates covers no day of it."""
    until: date
    """The day up to which it is reckoned."""
    ends: bool = False
    """The table of rates ends there, and interest goes on."""


class Demand(NamedTuple):
    """What a formal warning asks for besides the open sums, and by the law of which country."""

    country: str
    """ISO 3166-1 alpha-2; empty where it is unknown."""
    law: str = ""
    """What gives interest and flat sum, as a lawyer cites it; empty where a contract does, or nothing is claimed."""
    interest: Interest | None = None
    flat_euro_cents: int = 0


@dataclass(frozen=True)
class Version:
    """Somebody's side of a matter."""

    side: str
    """One of `models.words.Side`."""
    author: str
    at: datetime
    words: str


@dataclass(frozen=True)
class OwedFacts:
    """What somebody here owes the customer of a dossier."""

    kind: str
    owner: str | None
    due_at: datetime
    overdue: timedelta
    """How long it is overdue; zero or less while there is time."""
    not_before: datetime | None = None
    """From when on, where the customer named an hour."""


@dataclass(frozen=True)
class CaseFacts:
    """The dossier that a manager gets with a case."""

    id: int
    reasons: tuple[str, ...]
    """Reason words: `models.words.CaseReasonKind`, or a policy's own, which is shown as it is."""
    opened_at: datetime
    customer_name: str
    customer_phone: str | None
    customer_email: str | None
    timeline: tuple[tuple[datetime, str], ...]
    """What was sent and received, in order: when, and a ready sentence in the reader's language."""
    orders: tuple[OrderFacts, ...]
    invoices: tuple[InvoiceLine, ...]
    words: tuple[Quote, ...]
    """What the customer said."""
    versions: tuple[Version, ...] = ()
    """Our side of the matter, and what the customer said in conversations."""
    owed: tuple[OwedFacts, ...] = ()
    held_until: tuple[tuple[datetime, str, str], ...] = ()
    """Until when a person wants nothing written to the customer."""
    interest: Interest | None = None
    """Interest on the open invoices."""
    details: tuple[tuple[str, str], ...] = ()
    """By reason: the rating and what it is about."""
    call_by: datetime | None = None
    """By when its call is due."""
    call_from: datetime | None = None
    """From when on, where the customer named an hour."""
    reopened: bool = False
    """The customer said after the closing that it is not solved."""


@dataclass(frozen=True)
class NoticeFacts:
    """What one of our people is told about something owed, or about a mail that came in."""

    matter: str
    """`commitment`, `case` or `inbound`; with `id`, what the link opens."""
    id: int
    kind: str
    """`models.words.CommitmentKind`, or why a mail needs a look: `models.words.ParkedFor`."""
    customer_name: str | None
    """Nobody knows whose mail it is when empty."""
    customer_phone: str | None
    customer_email: str | None
    order: OrderFacts | None
    sender: str
    subject: str
    words: tuple[Quote, ...]
    """What was written, cut short; the page has all of it."""
    due_at: datetime | None
    cause: str = ""
    """Why a call is owed: `silent` (drawn by lot), `no-welcome`, or nothing when our mails do not arrive."""
    level: str = "owner"
    """How high it has climbed: `models.words.Level`."""
    is_over: bool = False
    """Whether its time has passed."""
    owner_name: str | None = None
    """Who sees to it."""
    is_yours: bool = True
    """Whether that is the reader."""
    deputy_name: str | None = None
    """Who stands in for the owner; left out where that is the reader."""
    invoices: tuple[InvoiceLine, ...] = ()
    """What a decision about credit recovery is about."""
    first_due: datetime | None = None
    """Of a delivery that was moved: what was promised first."""
    overdue: timedelta = timedelta()
    """How long it is overdue; zero while there is time."""
    not_before: datetime | None = None
    """From when on, where the customer named an hour."""


class Heard(NamedTuple):
    """A mail that came in, and what its sender may be told of it."""

    sender: str
    """The bare address that wrote; the answer goes there and nowhere else."""
    message_id: str | None
    at: datetime
    who: Contact | None = None
    """Who calls or writes; None for somebody of whom it is not sure that it is the customer."""
    by: datetime | None = None
    calls: bool = False
    """Whether there is a number to call."""
    complains: bool = True
    """Whether it speaks of trouble; otherwise a call is wanted at an hour."""
    not_before: datetime | None = None
    """From when on, where the customer named an hour."""


class Written(NamedTuple):
    """A mail that one of our own people wrote, word for word."""

    recipient: str
    """The bare address that it goes to."""
    subject: str
    text: str
    author: str
    in_reply_to: str | None = None
    """Message-ID, in angle brackets."""
    thread: tuple[str, ...] = ()
    """Message-IDs of the thread, the oldest first."""


APPOINTMENT_OFF = "appointment-off"
"""The kind of a notice about an appointment that does not take place."""


class Agreed(NamedTuple):
    """What was agreed on with a customer for a time, as it stands in a calendar. Instants are aware."""

    uid: str
    """The same for every time that the same thing was agreed on anew."""
    sequence: int
    """Higher with each of them."""
    made_at: datetime
    begins: datetime
    ends: datetime
    is_call: bool
    customer_name: str
    customer_phone: str | None
    place: str | None
    """The customer's postal address."""
    who: Contact | None
    """Who goes, or calls."""
    order_ref: str | None = None
    words: str = ""
    """What it is for, for our own people alone."""
    is_off: bool = False
    """It does not take place."""


class FaultFacts(NamedTuple):
    """What keeps contacts back until it is mended."""

    is_text: bool
    """A text has to be mended; otherwise the program."""
    cause: str
    held: int
    """How much waits for it."""
    since: datetime


class Declared(NamedTuple):
    """A withdrawal that the customer declared, word for word."""

    at: datetime
    words: str


class Letter(NamedTuple):
    """Everything one mail says. Instants are aware and shown in `timezone` (IANA)."""

    key: str
    """Names the message everywhere: lower-case letters, digits and dashes, such as `f123-1`."""
    kind: str
    """The cadence of the policy; names the folder of texts."""
    step: str
    nudge: int
    language: str
    """a code of `models.languages`."""
    timezone: str
    recipient_name: str
    recipient: str
    """The bare address."""
    customer_ref: str
    order: OrderFacts | None
    invoices: tuple[InvoiceLine, ...]
    owner: Contact | None
    deputy: Contact | None
    manager: Contact | None
    answers: tuple[str, ...]
    """What can be answered with one press: `models.words.Meaning`."""
    extra: bool
    """A courtesy that can be unsubscribed from."""
    case: CaseFacts | None
    in_reply_to: str | None
    """Message-ID, in angle brackets, of the earlier mail of this thread."""
    notice: NoticeFacts | None = None
    manager_call: str | None = None
    """`spoken` when a manager has spoken with the customer about this, `tried` when nobody was reached."""
    called_at: datetime | None = None
    """When that was."""
    signer: Contact | None = None
    """Who of our managers signed it."""
    answer_by: datetime | None = None
    """Until when we wait for an answer; where it is unknown, the text names no day."""
    digest: DigestFacts | None = None
    declared: Declared | None = None
    fault: FaultFacts | None = None
    heard: Heard | None = None
    written: Written | None = None
    agreed: Agreed | None = None
    """What the mail brings for a calendar."""
    spoke_at: datetime | None = None
    """When we spoke with the customer about the case that was closed."""
    comes_late: bool = False
    """Whether the news itself should have come days ago."""
    agreed_until: datetime | None = None
    """By when the remedy is owed that was agreed on then."""
    is_business: bool = False
    """A company reads it."""
    demand: Demand | None = None
    """Only in a formal warning."""
    is_certified: bool = False
    """It goes by the company's account for certified mail."""
    opened_by: tuple[str, ...] = ()
    """Kinds whose words open the mail, before its own: a confirmation that the welcome goes with."""
    also: tuple[AlsoFacts, ...] = ()
    """Further orders that all of it holds for."""
    staff_id: int = 0
    """Which of our own people gets it; stands in the links. 0: a customer does."""
