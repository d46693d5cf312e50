"""Mails of which the program is not sure: each has an owner at once, and a clock wherever it may matter (B34)."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.queries.commitments import parked_mails
from models.rules.calendar.due import due_at
from models.rules.escalation import ownership
from models.rules.mailboxes.parked import is_owed
from models.tables import Commitment, Inbound
from models.words import CommitmentKind, InboundState, ParkedFor, Subject
from tasks.commitments.looks import has_words_of_trouble
from tasks.commitments.make import Owners, make, owners_of_all, tell
from tasks.mailboxes.bounces import ACTOR
from tasks.mailboxes.tally import Became


def park(
    session: Session, policy: Policy, row: Inbound, why: ParkedFor, now: datetime, *, is_bulk: bool = False
) -> Became:
    """Give it to a person, who owes a look by a time, as for anything owed.

    What nobody known sent and has no word of trouble in it, and what went to many, waits without a clock: the digest
    counts it. Whoever writes again while a look is owed brings no further notice, unless with words of trouble.
    """
    owners = _owners(session, policy, row, now)
    row.state, row.owner_id, row.parked_for = InboundState.PARKED, owners.owner_id, why
    session.flush()
    has_trouble = has_words_of_trouble(policy, row)
    if not is_owed(why, is_customers=row.customer_id is not None, is_bulk=is_bulk, has_trouble=has_trouble):
        return Became.PARKED
    joins = why is not ParkedFor.STAFF and not has_trouble and bool(row.sender)
    if not joins or parked_mails.open_from(session, row.sender) is None:
        _owe(session, policy, row, owners, now, has_trouble=has_trouble)
    return Became.PARKED


def reject(session: Session, policy: Policy, row: Inbound, why: ParkedFor, now: datetime) -> Became:
    """Give a mail to a person that the program does not read."""
    park(session, policy, row, why, now)
    row.state = InboundState.REJECTED
    return Became.REJECTED


def _owe(
    session: Session, policy: Policy, row: Inbound, owners: Owners, now: datetime, *, has_trouble: bool
) -> Commitment:
    """Somebody looks by a time that counts from when it was written: that of complaints, or that of replies."""
    within = policy.ledger.complaint_within if has_trouble else policy.answers.reply_within
    promise = {
        "customer_id": row.customer_id,
        "kind": CommitmentKind.MAIL,
        "subject_type": Subject.INBOUND,
        "subject_id": row.id,
        "inbound_id": row.id,
        "owner_id": owners.owner_id,
        "deputy_id": owners.deputy_id,
        "made_at": now,
        "asked_at": row.received_at,
        "due_at": due_at(row.received_at, within, policy.working_hours, policy.company.place),
    }
    [made] = make(session, policy, [promise], now, ACTOR, [row.customer_id] if has_trouble else [])
    tell(session, policy, (Subject.INBOUND, row.id), row.customer_id, owners.owner_id, now)
    return made


def _owners(session: Session, policy: Policy, row: Inbound, now: datetime) -> Owners:
    if row.customer_id is not None:
        return owners_of_all(session, [(row.customer_id, (Subject.CUSTOMER, row.customer_id))], now)[0]
    everyone, language = people.people(session), policy.company.language
    return Owners(*ownership.on_duty(everyone, None, None, language, now.date()))
