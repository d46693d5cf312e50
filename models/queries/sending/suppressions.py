"""Which addresses nothing is sent to, and why."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.queries import bulk
from models.queries.in_list import among
from models.tables import Customer, Suppression
from models.words import Channel


def suppressed(session: Session, addresses: Collection[str], channel: str = Channel.EMAIL) -> frozenset[str]:
    """Which of these addresses (as they are kept: `suppression_key`) are suppressed."""
    if not addresses:
        return frozenset()
    query = select(Suppression.address).where(
        Suppression.channel == channel, among(Suppression.address, sorted(addresses))
    )
    return frozenset(session.scalars(query))


def suppress(
    session: Session,
    address: str,
    why: str,
    *,
    customer_id: int | None,
    at: datetime,
    by: str,
    channel: str = Channel.EMAIL,
) -> None:
    """Send nothing to an address any more; one that is suppressed keeps its first reason."""
    row = {
        "channel": channel,
        "address": address,
        "customer_id": customer_id,
        "at": at,
        "by": by,
        "why": why,
    }
    bulk.add(session, Suppression, [row])


def standing(session: Session, addresses: Collection[str] | None = None) -> Sequence[Suppression]:
    """The suppressions that stand, the newest first; of these addresses, or all."""
    query = select(Suppression).order_by(Suppression.at.desc(), Suppression.id.desc())
    if addresses is not None:
        query = query.where(among(Suppression.address, sorted(addresses)))
    return session.scalars(query).all()


def refs(session: Session, customer_ids: Collection[int]) -> dict[int, str]:
    """References of customers by id."""
    rows = session.execute(select(Customer.id, Customer.ref).where(among(Customer.id, customer_ids)))
    return {row.id: row.ref for row in rows}


def customer(session: Session, ref: str) -> Customer | None:
    """A customer by reference."""
    return session.scalars(select(Customer).where(Customer.ref == ref)).one_or_none()


def lift(session: Session, addresses: Collection[str], channel: str = Channel.EMAIL) -> list[str]:
    """Send to these addresses again; returns which of them were suppressed."""
    lifted = session.scalars(
        delete(Suppression)
        .where(Suppression.channel == channel, among(Suppression.address, sorted(addresses)))
        .returning(Suppression.address)
        .execution_options(synchronize_session=False)
    )
    return sorted(lifted)
