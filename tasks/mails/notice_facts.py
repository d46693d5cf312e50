"""What a notice to one of our own people tells: what is owed to whom, or which mail needs a look."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.queries.cases import cases
from models.queries.commitments import commitments
from models.queries.mailboxes import inbound
from models.queries.responses import responses
from models.rules.escalation.random_calls import DRAWN
from models.tables import Commitment, Customer, FollowUp, Inbound, Staff
from models.words import CommitmentKind, Level, ParkedFor, Subject
from tasks.mails.letter import NoticeFacts
from tasks.mails.letter_facts import order_facts

_ANSWERS = (CommitmentKind.REPLY, CommitmentKind.PHONE, CommitmentKind.CALL_BACK)
_MOST_MAILS = 3
_MOST_CHARACTERS = 600


def notice(session: Session, follow_up: FollowUp, now: datetime) -> NoticeFacts | None:
    """The facts of a notice; nothing when the follow-up is none, or its matter is gone."""
    if follow_up.subject_type == Subject.COMMITMENT:
        commitment = commitments.get(session, follow_up.subject_id)
        facts = of_commitment(session, commitment) if commitment else None
        if commitment is None or facts is None:
            return None
        level = follow_up.audience or Level.OWNER
        return replace(facts, level=level, is_over=now > commitment.due_at)
    if follow_up.subject_type == Subject.INBOUND:
        mail = inbound.get(session, follow_up.subject_id)
        return of_mail(session, mail) if mail else None
    return None


def of_commitment(session: Session, commitment: Commitment) -> NoticeFacts:
    """What somebody owes a customer."""
    customer = session.get_one(Customer, commitment.customer_id)
    asking = inbound.asking(session, commitment) if commitment.kind in _ANSWERS else []
    said = [commitment.words] if commitment.words else []
    said += [mail.words for mail in asking if mail.words]
    said += [row.text for row in responses.of_commitment(session, commitment) if row.text]
    about = commitment.subject_type, commitment.subject_id
    order = commitments.order_about(session, customer.id, about)
    owner = session.get(Staff, commitment.owner_id) if commitment.owner_id is not None else None
    matter = (Subject.COMMITMENT, commitment.id)
    if commitment.kind == CommitmentKind.LISTENING_CALL and commitment.case_id is not None:
        matter = (Subject.CASE, commitment.case_id)  # where the call ends with its case
    return NoticeFacts(
        *matter,
        commitment.kind,
        customer.name,
        customer.phone,
        customer.email,
        order_facts(order) if order else None,
        _sender(asking[0]) if asking else "",
        asking[0].subject if asking else "",
        tuple(_cut(words) for words in said[-_MOST_MAILS:]),
        commitment.due_at,
        cause=_cause(session, commitment, customer),
        owner_name=owner.name if owner else None,
    )


def _cause(session: Session, commitment: Commitment, customer: Customer) -> str:
    """Why a call is owed, where it is not that our mails do not arrive."""
    if commitment.kind != CommitmentKind.PHONE:
        return ""
    by = cases.actor_of(session, (Subject.COMMITMENT, commitment.id), "made")
    if by == DRAWN:
        return "silent"
    reachable = customer.email is not None and customer.email != customer.suppressed_email
    return "no-welcome" if reachable else ""


def of_mail(session: Session, mail: Inbound) -> NoticeFacts:
    """A mail that a person has to look at."""
    customer = session.get(Customer, mail.customer_id) if mail.customer_id is not None else None
    return NoticeFacts(
        Subject.INBOUND,
        mail.id,
        mail.parked_for or ParkedFor.DOUBTFUL,
        customer.name if customer else None,
        customer.phone if customer else None,
        customer.email if customer else None,
        None,
        _sender(mail),
        mail.subject,
        (_cut(mail.words),) if mail.words else (),
        None,
    )


def _sender(mail: Inbound) -> str:
    return f"{mail.sender_name} ({mail.sender})" if mail.sender_name else mail.sender


def _cut(words: str) -> str:
    return words if len(words) <= _MOST_CHARACTERS else f"{words[:_MOST_CHARACTERS]} …"
