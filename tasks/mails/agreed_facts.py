"""What was agreed on with a customer for a time: an appointment, or a call at an hour."""

from datetime import timedelta

from sqlalchemy.orm import Session

from models.queries.commitments import commitments
from models.rules.commitments.outcomes import CALLED_OFF
from models.tables import Commitment, Customer, Staff
from models.words import CommitmentKind
from tasks.mails.letter import Agreed, Contact

_AN_HOUR = timedelta(hours=1)
"""How long an appointment is taken to last; nobody says so."""


def is_agreed(owed: Commitment) -> bool:
    """Whether something owed has a place in a calendar."""
    return owed.customer_id is not None and (
        owed.kind == CommitmentKind.APPOINTMENT or owed.not_before is not None
    )


def fell_through(session: Session, owed: Commitment) -> bool:
    """Whether an appointment was called off, or gave way to something without an hour."""
    if owed.kind != CommitmentKind.APPOINTMENT or owed.done_at is None:
        return False
    next_one = session.get(Commitment, owed.successor_id) if owed.successor_id is not None else None
    if next_one is not None:
        return next_one.kind != CommitmentKind.APPOINTMENT
    return (owed.outcome or "").partition(":")[0] == CALLED_OFF


def agreed_facts(session: Session, owed: Commitment, domain: str) -> Agreed | None:
    """What stands in a calendar of something owed; None where it has no hour.

    `is_off` says of an appointment that it does not take place.
    """
    if not is_agreed(owed):
        return None
    customer = session.get_one(Customer, owed.buyer_id)
    who = session.get(Staff, owed.owner_id) if owed.owner_id is not None else None
    about = owed.subject_type, owed.subject_id
    order = (
        commitments.order_about(session, customer.id, about)
        if owed.kind == CommitmentKind.APPOINTMENT
        else None
    )
    begins, is_off = owed.not_before or owed.due_at, fell_through(session, owed)
    return Agreed(
        uid=f"commitment-{owed.root_id or owed.id}@{domain}",
        sequence=owed.id + is_off,
        is_off=is_off,
        made_at=owed.made_at,
        begins=begins,
        ends=owed.due_at if owed.due_at > begins else begins + _AN_HOUR,
        is_call=owed.kind != CommitmentKind.APPOINTMENT,
        customer_name=customer.name,
        customer_phone=customer.phone,
        place=customer.postal_address,
        who=Contact(who.name, None, who.phone) if who else None,
        order_ref=order.ref if order else None,
        words=owed.words or "",
    )
