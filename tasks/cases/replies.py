"""Answering a customer by mail, in words of one's own: written down here, sent like every other mail, and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import REPLY, Policy
from models.queries import history
from models.queries.cases import replies
from models.queries.commitments import commitments
from models.queries.mailboxes import inbound
from models.queries.planning import plan
from models.queries.sending import suppressions
from models.rules.cases.acting import ActError, checked
from models.rules.planning.plan import PlanFacts, new_row, owed
from models.tables import Customer, Inbound, Reply, Staff
from models.words import CommitmentKind, Subject
from tasks.commitments.close import fulfil
from tasks.mails.formats import clean
from tasks.mails.mime import AddressError, as_kept, ascii_address
from tasks.mails.texts import spoken

_LONGEST_SUBJECT = 200
_LONGEST_THREAD = 20
_OUTCOME = "answered"
_KEPT_BY_IT = frozenset({CommitmentKind.REPLY, CommitmentKind.MAIL})
"""What is owed no longer once the answer has gone out."""


@dataclass(frozen=True)
class To:
    """Whom an answer goes to, and what it answers."""

    customer: Customer | None
    mail: Inbound | None = None
    """The mail that it answers."""
    commitment_id: int | None = None
    """What is owed to the customer."""
    asked: str | None = None
    """Message-ID of our own mail that the customer answered on a page, where no mail came."""
    thread: Sequence[str] = ()
    """Message-IDs of the thread so far, the oldest first."""

    @property
    def recipient(self) -> str | None:
        """The address that wrote, else the customer's."""
        return self.mail.sender if self.mail is not None else self.customer.email if self.customer else None

    @property
    def subject(self) -> str:
        """What stands over an answer to this."""
        asked = clean(self.mail.subject) if self.mail is not None else ""
        return asked if asked.lower().startswith("re:") or not asked else f"Re: {asked}"


def problem(session: Session, to: To) -> str | None:
    """Why nothing can be written there: a code that the pages have words for; None when it can."""
    if to.recipient is None:
        return "no-address"
    try:
        ascii_address(to.recipient)
    except AddressError:
        return "no-address"
    return "suppressed" if suppressions.suppressed(session, {as_kept(to.recipient)}) else None


def write(
    session: Session, policy: Policy, to: To, subject: str, text: str, *, press: str, now: datetime, by: Staff
) -> Reply:
    """Write an answer down; the next sweep of `escalate-unanswered` sends it. Pressed twice, it is one.

    Raises:
        ActError: no words, too many, no subject, or an address that nothing is sent to.
    """
    words = checked(text)
    if (wrong := problem(session, to)) is not None:
        raise ActError(wrong, "to: nothing can be sent to this address; call instead")
    title = clean(subject)[:_LONGEST_SUBJECT]
    if not title:
        raise ActError("need-subject", "subject: say what it is about")
    asked = to.mail.message_id if to.mail is not None else to.asked
    row = Reply(
        press=press,
        customer_id=to.customer.id if to.customer is not None else None,
        commitment_id=to.commitment_id,
        inbound_id=to.mail.id if to.mail is not None else None,
        staff_id=by.id,
        recipient=to.recipient or "",
        subject=title,
        text=words,
        language=spoken(policy, to.customer.language if to.customer is not None else by.language),
        in_reply_to=asked,
        thread=[*to.thread, *([asked] if asked else [])][-_LONGEST_THREAD:],
        written_at=now,
    )
    kept, is_new = replies.add(session, row)
    if is_new:
        anchors = {"written": now}
        about = PlanFacts(Subject.REPLY, kept.id, kept.customer_id, policy.company.place, anchors)
        cadences = {REPLY: policy.cadences[REPLY]}
        plan.add_follow_ups(session, [new_row(about, item) for item in owed(about, cadences, policy.windows)])
        history.note(session, _about(kept), "wrote", now, by.ref)
    return kept


def sent(session: Session, reply_id: int, now: datetime) -> None:
    """An answer went out: what asked for it is answered, and what was owed is kept."""
    reply = replies.by_ids(session, [reply_id])[reply_id]
    author = session.get_one(Staff, reply.staff_id).ref
    commitment = (
        commitments.to_change(session, reply.commitment_id) if reply.commitment_id is not None else None
    )
    if commitment is not None and commitment.kind in _KEPT_BY_IT:
        fulfil(session, commitment, _OUTCOME, reply.text, now=now, actor=author)
    if reply.inbound_id is not None:
        inbound.handled(session, [reply.inbound_id], now, author, _OUTCOME)


def _about(reply: Reply) -> tuple[str, int]:
    if reply.commitment_id is not None:
        return Subject.COMMITMENT, reply.commitment_id
    if reply.inbound_id is not None:
        return Subject.INBOUND, reply.inbound_id
    return Subject.CUSTOMER, reply.customer_id or 0
