"""Stopping the courtesies: who reads a mailbox is one correspondent, however many customers' rows it has."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.queries import history, people
from models.queries.mailboxes import matching
from models.tables import Customer
from models.words import Subject


def stop_extras(session: Session, customer: Customer, cause: str, now: datetime, actor: str) -> None:
    """No courtesy goes to this customer any more, nor to others who are written to at one of the same addresses."""
    ids = {customer.id}
    for address in (customer.email, customer.billing_email):
        if address:
            ids |= set(matching.customers_by_address(session, address))
    for _, one in sorted(people.customers(session, ids, lock=True).items()):
        if one.extras_stopped_at is None:
            one.extras_stopped_at = now
            history.note(session, (Subject.CUSTOMER, one.id), "extras-stopped", now, actor, cause=cause)
