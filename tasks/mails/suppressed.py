"""Which addresses of some customers nothing is sent to."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from models.queries.sending import suppressions
from models.tables import Customer
from tasks.mails.mime import as_kept


def suppressed_among(session: Session, customers: Iterable[Customer]) -> frozenset[str]:
    """The suppressed ones of their addresses, as they are compared (`as_kept`)."""
    addresses = {
        as_kept(one)
        for each in customers
        for one in (each.email, each.billing_email, each.certified_email)
        if one
    }
    return suppressions.suppressed(session, addresses)
