"""Everybody's version of a matter: said once, signed and dated, and never changed (B02)."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.queries import history, people
from models.queries.cases import cases
from models.rules.cases import acting
from models.rules.cases.acting import checked
from models.tables import Case, Customer
from models.words import Side, Subject


def state(session: Session, case: Case, author: str, text: str, now: datetime) -> None:
    """Add the version of one of our own people, on the side that his or her role gives; `author` is a reference.

    Raises:
        ActError: there are no words, or too many.
    """
    words = checked(text)
    person = people.staff_by_ref(session, author)
    side = acting.side_of(person.role if person else None)
    cases.add_statement(session, case.id, side, author, words, now)
    history.note(session, (Subject.CASE, case.id), "stated", now, author, cause=side)


def customer_says(
    session: Session, case: Case, text: str, at: datetime, *, recorded_by: str | None = None
) -> None:
    """Add the customer's version: his or her own words, or what was said to `recorded_by` in a conversation.

    Raises:
        ActError: there are no words, or too many of a conversation.
    """
    customer = session.get_one(Customer, case.customer_id)
    words = text.strip() if recorded_by is None else checked(text)
    cases.add_statement(session, case.id, Side.CUSTOMER, customer.ref, words, at, recorded_by)
