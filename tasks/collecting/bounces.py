"""A mail of ours came back: what that means for the contact, the address and the people here."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import bounces, cases, inbound
from models.tables import Customer, FollowUp, Message
from models.words import CommitmentKind, Subject
from tasks.collecting.matching import Match
from tasks.collecting.tally import Became
from tasks.commitments import promise
from tasks.inbound.message import Bounced, Cause
from tasks.mails.mime import AddressError, ascii_address
from tasks.outcomes import tell_the_next

ACTOR = "collect-responses"


def came_back(
    session: Session, policy: Policy, match: Match, reports: Sequence[Bounced], now: datetime, inbound_id: int
) -> Became:
    """Act on a bounce that names a mail of ours to a customer.

    For good: the address is used no more, the contact counts as not delivered, and somebody has to call. For the
    time being: the contact is sent again after the policy's waits, and then it is for good. A server that goes on
    trying is left to it, or the mail would arrive twice.
    """
    assert match.mail is not None  # noqa: S101 (only proven bounces come here)
    if any(report.permanent for report in reports):
        hard(session, policy, match.mail, match.follow_ups, now, inbound_id)
        return Became.HARD
    if all(report.cause is Cause.DELAYED for report in reports):
        return Became.DELAYED
    lead = match.follow_ups[0].id if match.follow_ups else 0
    tried, waits = inbound.bounces_of(session, lead), policy.answers.soft_bounce_hours
    if tried >= len(waits):
        hard(session, policy, match.mail, match.follow_ups, now, inbound_id)
        return Became.HARD
    due = now + timedelta(hours=waits[tried])
    bounces.try_again(session, [row.id for row in match.follow_ups], due, "came back for the time being")
    return Became.SOFT


def hard(
    session: Session,
    policy: Policy,
    mail: Message,
    carried: Sequence[FollowUp],
    now: datetime,
    inbound_id: int,
) -> None:
    """The address is dead: see `came_back`."""
    assert mail.customer_id is not None  # noqa: S101 (mails to customers have one)
    bounces.suppress(session, mail.customer_id, _as_imported(session, mail), now)
    cases.note(
        session, (Subject.CUSTOMER, mail.customer_id), "address-suppressed", now, ACTOR, cause=mail.key
    )
    bounces.not_delivered(session, [row.id for row in carried], "the mail came back")
    for row in carried:
        bounces.take_back_nudges(session, row)
        if row.subject_type == Subject.ORDER:
            bounces.ring_again(session, row.subject_id, now)
    about = (
        (carried[0].subject_type, carried[0].subject_id) if carried else (Subject.CUSTOMER, mail.customer_id)
    )
    promise(
        session,
        policy,
        mail.customer_id,
        CommitmentKind.PHONE,
        about,
        now=now,
        inbound_id=inbound_id,
        actor=ACTOR,
    )


def notice_came_back(session: Session, carried: Sequence[FollowUp], now: datetime) -> None:
    """A notice did not reach one of our own people, for good: the next one is told at once."""
    bounces.not_delivered(session, [row.id for row in carried], "the mail came back")
    for row in carried:
        tell_the_next(session, row, now)


def about_customer(mail: Message, reports: Sequence[Bounced], own_domain: str) -> Sequence[Bounced]:
    """What is said of the customer's mail, there or where it was forwarded to.

    Every mail is blind-copied to an archive here; when that one fails, the customer may well have the mail.
    """
    recipient = mail.recipient.lower()
    named = [report for report in reports if report.address == recipient]
    return named or [report for report in reports if _domain(report.address) != own_domain.lower()]


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _as_imported(session: Session, mail: Message) -> str:
    """The address as the customer's record has it: a mail writes other letters of a domain as `xn--`."""
    customer = session.get_one(Customer, mail.customer_id)
    for address in (customer.email, customer.billing_email):
        if address is not None and mail.recipient in {address, _ascii(address)}:
            return address
    return mail.recipient


def _ascii(address: str) -> str | None:
    try:
        return ascii_address(address)
    except AddressError:
        return None
