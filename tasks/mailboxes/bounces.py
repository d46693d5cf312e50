"""A mail of ours came back: what that means for the contact, the address and the people here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.mailboxes import bounces, inbound
from models.rules.sending.dead_address import is_dead
from models.tables import FollowUp, Message
from models.words import CommitmentKind, Subject
from tasks.commitments.make import About, NewCommitment, promise_all
from tasks.inbound.message import UNNAMED, BounceCause, Bounced
from tasks.mailboxes.tally import Became
from tasks.sending.suppressions import suppress
from tasks.sending.undeliverable import tell_the_next

ACTOR = "collect-responses"
_MAY_PASS = (BounceCause.FULL, BounceCause.REFUSED)


@dataclass(frozen=True)
class Returned:
    """A mail of ours to a customer that came back, and what is said of it."""

    mail: Message
    carried: Sequence[FollowUp]
    reports: Sequence[Bounced]
    inbound_id: int
    is_proven: bool = True
    """Only who has had our mail can have written the report."""

    @property
    def customer_id(self) -> int:
        """To whom it went."""
        assert self.mail.customer_id is not None  # noqa: S101 (mails to customers have one)
        return self.mail.customer_id

    @property
    def about(self) -> About:
        """What it was about."""
        first = next(iter(self.carried), None)
        return (first.subject_type, first.subject_id) if first else (Subject.CUSTOMER, self.customer_id)


def came_back(
    session: Session, policy: Policy, returned: Sequence[Returned], now: datetime
) -> dict[int, Became]:
    """Act on bounces that name mails of ours, each to another customer; returns what became of each, by inbound id.

    For good: the contact counts as not delivered, and somebody has to call; the address is used no more only if it
    does not exist or is shut. For the time being, or for a cause that may pass (a full mailbox, a policy, a size): the
    contact is sent again after the policy's waits, and then it is for good. A server that goes on trying is left to
    it, or the mail would arrive twice.
    """
    became = {one.inbound_id: _weigh(session, policy, one, now) for one in returned}
    _hard(session, policy, [one for one in returned if became[one.inbound_id] is Became.HARD], now)
    return became


def _weigh(session: Session, policy: Policy, back: Returned, now: datetime) -> Became:
    if any(report.permanent and report.cause not in _MAY_PASS for report in back.reports):
        return Became.HARD
    if all(report.cause is BounceCause.DELAYED for report in back.reports):
        return Became.DELAYED
    lead = back.carried[0].id if back.carried else 0
    tried, waits = inbound.bounces_of(session, lead), policy.answers.soft_bounce_hours
    if tried >= len(waits):
        return Became.HARD
    due = now + timedelta(hours=waits[tried])
    bounces.try_again(session, [row.id for row in back.carried], due, "came back for the time being")
    return Became.SOFT


def _dead(back: Returned) -> str | None:
    """What says that the address is dead, by the rule for the answers of mail servers; None when nothing does.

    A report that anybody can have written costs nobody the address, nor does one that names nobody: it may speak of
    the copy for the archive.
    """
    for report in back.reports if back.is_proven else ():
        said = report.diagnostic or ""
        if report.address == UNNAMED:
            continue
        if report.permanent and report.cause is BounceCause.GONE and is_dead(said, status=report.status):
            return f"came back: {report.status or ''} {said}".strip()
    return None


def _hard(session: Session, policy: Policy, returned: Sequence[Returned], now: datetime) -> None:
    """Not delivered, for good: see `came_back`."""
    if not returned:
        return
    customers = bounces.customers(session, {one.customer_id for one in returned})
    for one in returned:
        if (why := _dead(one)) is not None:
            suppress(session, customers[one.customer_id], one.mail.recipient, why, now, ACTOR)
    carried = [row for one in returned for row in one.carried]
    bounces.not_delivered(session, [row.id for row in carried], "the mail came back")
    bounces.take_back_nudges(session, carried)
    bounces.ring_again(session, {row.subject_id for row in carried if row.subject_type == Subject.ORDER}, now)
    wanted = [NewCommitment(one.customer_id, one.about, one.inbound_id) for one in returned]
    promise_all(session, policy, CommitmentKind.PHONE, wanted, now=now, actor=ACTOR)


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
    named = [report for report in reports if report.address in (recipient, UNNAMED)]
    return named or [report for report in reports if _domain(report.address) != own_domain.lower()]


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
