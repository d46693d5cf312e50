"""The vocabulary of the tables: every state and kind that code compares with, in one place."""

from enum import StrEnum


class Role(StrEnum):
    """What a member of staff does here."""

    SELLER = "seller"
    AFTER_SALE = "after-sale"
    MANAGER = "manager"
    DIRECTOR = "director"


class Subject(StrEnum):
    """What a follow-up is about."""

    ORDER = "order"
    INVOICE = "invoice"
    CASE = "case"
    CUSTOMER = "customer"
    COMMITMENT = "commitment"
    INBOUND = "inbound"
    HEARD = "heard"
    """A mail that came in, as its sender is told that we have it."""
    REPLY = "reply"
    """A mail that one of our own people wrote to a customer."""
    AGREED = "agreed"
    """An appointment, as its customer is told of it."""
    IMPORT = "import"
    """What waits of an import (`models.import_stop`)."""
    DOUBT = "doubt"
    """Mails of which nobody knows whether they arrived, by the number of the first of them."""
    STAFF = "staff"
    """One of our own people: the digest of a day, or the link of his or her own page."""
    CLOSED_CASE = "closed-case"
    """A case that is closed, as the customer is asked about it."""


OF_STAFF = (Subject.CASE, Subject.COMMITMENT, Subject.INBOUND, Subject.STAFF)
"""Subjects that only our own people are written to about."""

OF_MATTERS = (Subject.CASE, Subject.COMMITMENT, Subject.INBOUND)
"""Those of them that are a matter of a customer's."""


class FollowUpState(StrEnum):
    """Life of a follow-up; see design: planned, claimed, sent, then how it ended."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    SENT = "sent"
    ANSWERED = "answered"
    SILENT = "silent"
    BOUNCED = "bounced"
    FAILED = "failed"
    TRIAL = "trial"
    """It would have gone to a customer, who is not written to before `go-live`."""
    HELD = "held"
    SKIPPED = "skipped"
    RAISED = "raised"
    """No mail went out: a case was opened instead."""


class MessageState(StrEnum):
    """Life of a mail: marked as `sending`, then what the server said."""

    SENDING = "sending"
    TRIAL = "trial"
    """Composed before `go-live`: it went to the address of the trial, or nowhere."""
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    ASKED = "asked"
    """Doubtful after a crash, and left to a person."""


class Channel(StrEnum):
    """The way a contact takes. What is known of an address on one says nothing of another."""

    EMAIL = "email"
    PHONE = "phone"


class Meaning(StrEnum):
    """What a response says. The answer page offers those that fit the mail."""

    RATING = "rating"
    CALL_ME = "call-me"
    NOT_ARRIVED = "not-arrived"
    NOT_SOLVED = "not-solved"
    SOLVED = "solved"
    PAID = "paid"
    WILL_PAY = "will-pay"
    """Names a day for the payment."""
    DISPUTE = "dispute"
    MESSAGE = "message"
    """Free words."""
    FINE = "fine"
    WITHDRAW = "withdraw"
    """Declares the withdrawal from an order, on the page that is there for it; no button of a mail says so."""


class CaseReasonKind(StrEnum):
    """Why a case is opened. A cadence may name further ones (`opens_case`)."""

    SILENT = "silent"
    LOW_RATING = "low-rating"
    CALL_ME = "call-me"
    NOT_ARRIVED = "not-arrived"
    NOT_SOLVED = "not-solved"
    DISPUTE = "dispute"
    MESSAGE = "message"
    UNDELIVERABLE = "undeliverable"
    IN_DOUBT = "in-doubt"
    LISTENING_CALL = "listening-call"
    WITHDRAWAL = "withdrawal"
    """The customer has declared the withdrawal from an order on the page."""
    PAYMENT_CHECK = "payment-check"
    """The customer says that an invoice is paid, and our books do not: somebody looks."""
    TROUBLE_WORDS = "trouble-words"
    """A mail with words of trouble in it: complaint, withdrawal, a lawyer."""
    PROMISED_BEFORE = "promised-before"
    """A promised payment did not come, and another day is named: a person agrees on it, or not."""
    MISSED_TERMS = "missed-terms"
    """Several promises about one order were missed (B25)."""
    TOLD_ANOTHER = "told-another"
    """Mails about an order or invoice went to somebody else: it may be a breach that has to be reported."""
    RAISED = "raised"
    """One of our own people brought it up; further ones say what it is about (`Matter`)."""
    RAISED_DELAY = "raised-delay"
    RAISED_FAULT = "raised-fault"
    RAISED_PROMISE = "raised-promise"
    RAISED_PAYMENT = "raised-payment"
    RAISED_UNHAPPY = "raised-unhappy"


class Matter(StrEnum):
    """What a matter is about that one of our own people raises."""

    DELAY = "delay"
    FAULT = "fault"
    PROMISE = "promise"
    """Something was promised that the order does not say."""
    PAYMENT = "payment"
    UNHAPPY = "unhappy"
    """The customer is unhappy, and wants to be heard."""
    OTHER = "other"

    @property
    def reason(self) -> CaseReasonKind:
        """Why the case is opened."""
        return CaseReasonKind.RAISED if self is Matter.OTHER else CaseReasonKind(f"raised-{self}")


class Outcome(StrEnum):
    """How a case ended."""

    SOLVED = "solved"
    AGREED = "agreed"
    """Something is to be done: what, by whom and by when is a promise of its own."""
    APPOINTMENT_SET = "appointment-set"
    NEW_DAY = "new-day"
    """Another day for the delivery."""
    ONLY_LISTENED = "only-listened"
    NOT_REACHED = "not-reached"
    ANSWERED = "answered"
    """Closed by itself: the customer was silent and then answered well."""
    FELL_AWAY = "fell-away"
    """Closed by itself: what it waited for has come (the payment), or it turned out to be another customer's."""

    @property
    def is_by_itself(self) -> bool:
        """Whether no person closed it, and none can choose it."""
        return self in {Outcome.ANSWERED, Outcome.FELL_AWAY}


class Side(StrEnum):
    """Whose version of a matter a statement is."""

    CUSTOMER = "customer"
    SELLER = "seller"
    AFTER_SALE = "after-sale"
    MANAGER = "manager"
    """Managers and directors: who decides."""


class EndKind(StrEnum):
    """How a customer ends a contract. Two rights, never counted together (B37)."""

    WITHDRAWAL = "withdrawal"
    """Recesso, odstąpienie: taking back the signature, within the window and without a reason."""
    TERMINATION = "termination"
    """Disdetta, wypowiedzenie: ending what runs."""


class EndCause(StrEnum):
    """Why, as far as a person could find out."""

    DELAY = "delay"
    FAULT = "fault"
    SERVICE = "service"
    """How the customer was treated."""
    PRICE = "price"
    CHANGED_MIND = "changed-mind"
    OTHER = "other"


class InboundState(StrEnum):
    """What became of a mail that came in."""

    OWNED = "owned"
    HANDLED = "handled"
    PARKED = "parked"
    REJECTED = "rejected"


class ParkedFor(StrEnum):
    """Why a person has to look at a mail that came in."""

    UNCLEAR = "unclear"
    """From a customer, but not clear what it answers."""
    STRANGER = "stranger"
    DOUBTFUL = "doubtful"
    STAFF = "staff"
    NOTICE_BOUNCED = "notice-bounced"
    COPY_BOUNCED = "copy-bounced"
    UNPROVEN = "unproven"
    """A bounce, complaint or wish to unsubscribe that names no mail of ours."""
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"
    FAULT = "fault"


class CommitmentKind(StrEnum):
    """What a person here owes."""

    REPLY = "reply"
    PHONE = "phone"
    CALL_BACK = "call-back"
    DELIVERY = "delivery"
    """The day that an order was promised for."""
    AGREED = "agreed"
    """What was agreed on with a customer: a remedy, for instance."""
    APPOINTMENT = "appointment"
    SET_APPOINTMENT = "set-appointment"
    """To agree on an appointment at all (B33)."""
    LISTENING_CALL = "listening-call"
    """What every open case owes: its manager calls, and listens."""
    SIGNATURE = "signature"
    """A manager reads a formal warning, and signs it or not (B06)."""
    HAND_OVER = "hand-over"
    """A manager decides whether invoices go to credit recovery."""
    POST = "post"
    """A signed warning is to be printed and sent by registered post."""
    HELP = "help"
    """A colleague asked for help (B32)."""
    RELEASE = "release"
    """A complaint was closed a while ago: a manager says from which day the credit ladder goes on."""
    IMPORT = "import"
    """More changes of one kind came than an ordinary import brings: somebody looks, and lets them through or not."""
    DOUBTS = "doubts"
    """Nobody knows whether some mails arrived: somebody looks, and says so."""
    MAIL = "mail"
    """A mail came in of which the program is not sure: somebody looks, and says what was done (B34)."""


class CommitmentState(StrEnum):
    """How a promise stands, or ended. One that is open and past its due time is overdue."""

    OPEN = "open"
    KEPT = "kept"
    LATE = "late"
    """Done, after its time."""
    BROKEN = "broken"
    """Its time had passed when another promise took its place."""
    RE_PROMISED = "re-promised"
    """Another promise took its place while there was still time."""
    WITHDRAWN = "withdrawn"
    """Owed no longer: the order was cancelled, for instance."""


class Level(StrEnum):
    """How high a matter has climbed; in this order."""

    OWNER = "owner"
    DEPUTY = "deputy"
    TEAM_LEAD = "team-lead"
    MANAGER = "manager"
    DIRECTOR = "director"
