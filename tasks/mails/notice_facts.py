"""What a notice to one of our own people tells: what is owed to whom, or which mail needs a look."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.queries.cases import cases
from models.queries.commitments import commitments
from models.queries.credit_recovery import invoices
from models.queries.mailboxes import inbound
from models.queries.responses import responses
from models.rules.escalation.random_calls import DRAWN
from models.tables import Commitment, Customer, FollowUp, ImportStop, Inbound, Staff
from models.words import CommitmentKind, Level, ParkedFor, Subject
from tasks.mails.agreed_facts import fell_through
from tasks.mails.letter import APPOINTMENT_OFF, InvoiceLine, NoticeFacts, Quote
from tasks.mails.mime import as_kept
from tasks.mails.row_facts import invoice_line, order_facts
from tasks.mails.suppressed import suppressed_among

_ANSWERS = (CommitmentKind.REPLY, CommitmentKind.PHONE, CommitmentKind.CALL_BACK, CommitmentKind.MAIL)
_ABOUT_INVOICES = (CommitmentKind.SIGNATURE, CommitmentKind.HAND_OVER, CommitmentKind.POST)
_MOST_MAILS = 3
_MOST_CHARACTERS = 600


def notice(session: Session, follow_up: FollowUp, now: datetime) -> NoticeFacts | None:
    """The facts of a notice; nothing when the follow-up is none, or its matter is gone."""
    if follow_up.subject_type == Subject.COMMITMENT:
        commitment = commitments.get(session, follow_up.subject_id)
        facts = of_commitment(session, commitment) if commitment else None
        if commitment is None or facts is None:
            return None
        reader = follow_up.staff_id
        if fell_through(session, commitment):
            facts = _of_called_off(facts, commitment)
        return replace(
            facts,
            level=follow_up.audience or Level.OWNER,
            is_over=now > commitment.due_at,
            not_before=commitment.not_before,
            overdue=max(now - commitment.due_at, timedelta()),
            is_yours=commitment.owner_id == reader,
            deputy_name=_name(session, commitment.deputy_id) if commitment.deputy_id != reader else None,
        )
    if follow_up.subject_type == Subject.INBOUND:
        mail = inbound.get(session, follow_up.subject_id)
        return of_mail(session, mail) if mail else None
    return None


def of_commitment(session: Session, commitment: Commitment) -> NoticeFacts:
    """What somebody owes a customer."""
    if commitment.kind in {CommitmentKind.IMPORT, CommitmentKind.DOUBTS}:
        return _of_the_company(session, commitment)
    if commitment.customer_id is None:
        return _of_look(session, commitment)
    customer = session.get_one(Customer, commitment.customer_id)
    asking = inbound.asking(session, commitment) if commitment.kind in _ANSWERS else []
    about = commitment.subject_type, commitment.subject_id
    decides = commitment.kind in _ABOUT_INVOICES
    order = None if decides else commitments.order_about(session, customer.id, about)
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
        tuple(_said(session, commitment, asking)[-_MOST_MAILS:]),
        commitment.due_at,
        cause=_cause(session, commitment, customer),
        owner_name=_name(session, commitment.owner_id),
        invoices=_invoices(session, customer.id, commitment.kind) if decides else (),
        first_due=commitment.clock_at,
    )


def _of_called_off(facts: NoticeFacts, commitment: Commitment) -> NoticeFacts:
    """An appointment that does not take place, with what was said of it at its end."""
    said = Quote(_cut((commitment.outcome or "").partition(": ")[2]), commitment.done_at)
    return replace(facts, kind=APPOINTMENT_OFF, words=(*facts.words, said))


def _said(session: Session, owed: Commitment, asking: Sequence[Inbound]) -> list[Quote]:
    """What was said that somebody has to answer, whatever way it came, each with its day; no words twice."""
    found = [Quote(_cut(owed.words), owed.made_at)] if owed.words else []
    found += [Quote(_cut(mail.words), mail.received_at) for mail in asking if mail.words]
    found += [
        Quote(_cut(row.text or ""), row.received_at, row.rating)
        for row in responses.of_commitment(session, owed)
        if row.text or row.rating is not None
    ]
    once = {one.words or str(one): one for one in found}
    return sorted(once.values(), key=lambda one: one.at or owed.made_at)


def _invoices(session: Session, customer_id: int, kind: str) -> tuple[InvoiceLine, ...]:
    """What a manager decides about: the invoices whose warning waits for a signature, or went out."""
    open_ones = session.scalars(invoices.open_of(customer_id)).all()
    wanted = [one for one in open_ones if (one.signed_at is None) == (kind == CommitmentKind.SIGNATURE)]
    return tuple(invoice_line(one, "") for one in wanted or open_ones)


def _name(session: Session, staff_id: int | None) -> str | None:
    person = session.get(Staff, staff_id) if staff_id is not None else None
    return person.name if person else None


def _of_the_company(session: Session, commitment: Commitment) -> NoticeFacts:
    """What is owed to no customer: the source of an import stands for the name, and references for the words."""
    is_import = commitment.kind == CommitmentKind.IMPORT
    stop = session.get(ImportStop, commitment.subject_id) if is_import else None
    return NoticeFacts(
        Subject.COMMITMENT,
        commitment.id,
        commitment.kind,
        stop.source if stop else "",
        None,
        None,
        None,
        "",
        "",
        (Quote(commitment.words or "", commitment.made_at),),
        commitment.due_at,
        owner_name=_name(session, commitment.owner_id),
    )


def _of_look(session: Session, commitment: Commitment) -> NoticeFacts:
    """The look that is owed at mails of somebody whom nobody knows yet: the sender stands for the customer."""
    mails = inbound.asking(session, commitment)
    first = next(iter(mails), None)
    return NoticeFacts(
        Subject.COMMITMENT,
        commitment.id,
        commitment.kind,
        _sender(first) if first else None,
        None,
        first.sender if first else None,
        None,
        _sender(first) if first else "",
        first.subject if first else "",
        tuple(Quote(_cut(mail.words), mail.received_at) for mail in mails[-_MOST_MAILS:] if mail.words),
        commitment.due_at,
        owner_name=_name(session, commitment.owner_id),
    )


def _cause(session: Session, commitment: Commitment, customer: Customer) -> str:
    """Why a call is owed, where it is not that our mails do not arrive."""
    if commitment.kind != CommitmentKind.PHONE:
        return ""
    by = cases.actor_of(session, (Subject.COMMITMENT, commitment.id), "made")
    if by == DRAWN:
        return "silent"
    reachable = customer.email is not None and not suppressed_among(session, [customer]) & {
        as_kept(customer.email)
    }
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
        (Quote(_cut(mail.words), mail.received_at),) if mail.words else (),
        None,
    )


def _sender(mail: Inbound) -> str:
    return f"{mail.sender_name} ({mail.sender})" if mail.sender_name else mail.sender


def _cut(words: str) -> str:
    return words if len(words) <= _MOST_CHARACTERS else f"{words[:_MOST_CHARACTERS]} …"
