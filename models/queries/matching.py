"""Whose mail is it? The questions that matching asks."""

from collections.abc import Sequence

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from models.queries import answers
from models.tables import Customer, FollowUp, Message, Staff
from models.words import OF_STAFF, FollowUpState

_MOST_ALIKE = 20


def sent_mail(session: Session, key: str) -> Message | None:
    """A mail of ours by its key, to whomever it went."""
    return session.scalar(select(Message).where(Message.key == key))


def carried(session: Session, mail: Message) -> Sequence[FollowUp]:
    """The follow-ups that a mail carries, the one that names it first."""
    return answers.asked(session, mail)


def staff_by_address(session: Session, address: str) -> Staff | None:
    """Who of our own people writes from an address."""
    return session.scalar(select(Staff).where(func.lower(Staff.email) == address.lower()).limit(1))


def customers_by_address(session: Session, address: str) -> Sequence[int]:
    """Ids of the customers who are written to at an address; of many of them, the first few."""
    wanted = address.lower()
    written_to = (Customer.email, Customer.billing_email)
    # each by its own index; with `or`, PostgreSQL would rather go through all customers in their order
    found = union(
        *(
            select(Customer.id).where(func.lower(column) == wanted, column.is_not(None))
            for column in written_to
        )
    )
    return session.scalars(found.order_by("id").limit(_MOST_ALIKE)).all()


def waiting_for_answer(session: Session, customer_id: int) -> Sequence[FollowUp]:
    """The contacts whose answer we wait for, the newest mail of each thread."""
    rows = session.scalars(
        select(FollowUp)
        .where(
            FollowUp.customer_id == customer_id,
            FollowUp.state == FollowUpState.SENT,
            FollowUp.answer_by.is_not(None),
            FollowUp.subject_type.not_in(OF_STAFF),
        )
        .order_by(FollowUp.nudge)
    )
    return list({(row.subject_type, row.subject_id, row.kind, row.step): row for row in rows}.values())
