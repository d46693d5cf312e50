"""Mails of customers of which a person has yet to say whether they are an answer or a machine's."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import FollowUp, Inbound
from models.words import ParkedFor

_IN_DOUBT = (Inbound.parked_for == ParkedFor.DOUBTFUL, Inbound.handled_at.is_(None))


def is_waited_for() -> ColumnElement[bool]:
    """Whether such a mail of the customer of a follow-up waits; for a statement about follow-ups."""
    return exists(select(Inbound.id).where(Inbound.customer_id == FollowUp.customer_id, *_IN_DOUBT))


def senders(session: Session, customers: Collection[int]) -> set[int]:
    """Of which of these customers such a mail waits."""
    if not customers:
        return set()
    rows = session.scalars(
        select(Inbound.customer_id).where(among(Inbound.customer_id, customers), *_IN_DOUBT).distinct()
    )
    return {id_ for id_ in rows if id_ is not None}
