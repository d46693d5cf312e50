"""Asking a manager for a signature, or whether to hand over: a promise like any other, with clock and ladder."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.errors import RefusedError
from models.policy import Policy
from models.queries import people
from models.queries.commitments import commitments
from models.queries.credit_recovery import invoices
from models.rules.escalation import ownership
from models.tables import Commitment, Customer, Staff
from models.words import CommitmentKind, Role, Subject
from tasks.commitments.close import promise, withdraw
from tasks.commitments.make import Owners

DECISIONS = (CommitmentKind.SIGNATURE, CommitmentKind.HAND_OVER)
"""What is asked of managers alone."""

_MAY_DECIDE = (Role.MANAGER, Role.DIRECTOR)


class MayNotDecideError(RefusedError):
    """Only managers sign, hand over and let go on. The message says who was meant."""


def ask_manager(
    session: Session, policy: Policy, customer_id: int, what: CommitmentKind, now: datetime, actor: str
) -> Commitment:
    """One promise a customer, however many invoices: they go into one letter, and into one dossier."""
    everyone, day = people.people(session), now.date()
    language = session.get_one(Customer, customer_id).language
    owner = ownership.reached(everyone, Role.MANAGER, language, day)
    others = [person for person in everyone if person.id != owner]
    owners = Owners(owner, ownership.reached(others, Role.MANAGER, language, day))
    about = (Subject.CUSTOMER, customer_id)
    return promise(session, policy, customer_id, what, about, now=now, actor=actor, owners=owners)


def check_may_decide(person: Staff | None, ref: str) -> Staff:
    """Somebody who may decide about credit recovery.

    Raises:
        MayNotDecideError: nobody here has this reference, or it is no manager.
    """
    if person is None or not person.active:
        raise MayNotDecideError(f"nobody here has the reference {ref}; nothing was done")
    if person.role not in _MAY_DECIDE:
        raise MayNotDecideError(f"{ref} is no manager; ask one of them. Nothing was done")
    return person


def decision_of(session: Session, customer_id: int, what: CommitmentKind) -> Commitment | None:
    """The open promise to decide, locked."""
    return commitments.open_one(session, customer_id, what)


def withdraw_moot(session: Session, now: datetime) -> int:
    """Decisions that nothing is left of are owed no longer; what comes back is asked about anew. Returns how many."""
    count = 0
    for owed in invoices.open_decisions(session, DECISIONS):
        if not invoices.asked(session, owed.buyer_id, what := CommitmentKind(owed.kind)):
            invoices.ask_again(session, owed.buyer_id, what, now)
            count += withdraw(
                session, owed, "nothing is open about it any more", now=now, actor="credit-recovery"
            )
    for owed in invoices.open_decisions(session, (CommitmentKind.POST,)):
        if owed.customer_id is not None and not invoices.signed(session, owed.customer_id):
            count += withdraw(
                session, owed, "nothing is open about it any more", now=now, actor="credit-recovery"
            )
    return count
