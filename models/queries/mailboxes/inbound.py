"""Mails that came in: what was looked at, what is kept of each, and what still waits for a person."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.queries.commitments import parked_mails
from models.queries.in_list import among
from models.tables import Commitment, Inbound, Sighting
from models.words import CommitmentKind, InboundState

_CHUNK = 500


def highest_uid(session: Session, mailbox: str, uidvalidity: int) -> int:
    """The highest UID looked at in a mailbox, 0 when none was."""
    return session.scalar(select(func.max(Sighting.uid)).where(*_box(mailbox, uidvalidity))) or 0


def known_uids(session: Session, mailbox: str, uidvalidity: int, uids: Collection[int]) -> set[int]:
    """Which of these UIDs were looked at."""
    wanted, found = list(uids), set[int]()
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        found |= set(
            session.scalars(select(Sighting.uid).where(*_box(mailbox, uidvalidity), Sighting.uid.in_(part)))
        )
    return found


def saw(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Remember places that were looked at; one that is remembered already stays."""
    if rows:
        session.execute(_insert(session)(Sighting).on_conflict_do_nothing(), list(rows))


def add(session: Session, rows: Sequence[dict[str, Any]]) -> dict[str, Inbound]:
    """Keep mails; returns by identity those that were not counted before. Two runs at once keep one."""
    if not rows:
        return {}
    statement = _insert(session)(Inbound).on_conflict_do_nothing().returning(Inbound)
    return {row.identity: row for row in session.scalars(statement, list(rows))}


def ids_of(session: Session, identities: Collection[str]) -> dict[str, int]:
    """By identity: the ids of mails that are counted."""
    if not identities:
        return {}
    rows = session.execute(select(Inbound.identity, Inbound.id).where(among(Inbound.identity, identities)))
    return dict(rows.all())


def count_by_why(session: Session, why: str, since: datetime) -> int:
    """How many open ones came in for a reason since then."""
    query = select(func.count()).where(
        Inbound.why == why, Inbound.received_at >= since, Inbound.handled_at.is_(None)
    )
    return session.scalar(query) or 0


def said_before(session: Session, rows: Collection[Inbound]) -> set[int]:
    """Ids of those of these mails whose sender wrote the very same words in an earlier one."""
    written = {(row.sender, row.words) for row in rows}
    if not written:
        return set()
    first = session.execute(
        select(Inbound.sender, Inbound.words, func.min(Inbound.id))
        .where(
            among(Inbound.sender, {sender for sender, _ in written}),
            among(Inbound.words, {words for _, words in written}),
        )
        .group_by(Inbound.sender, Inbound.words)
    )
    earliest = {(sender, words): id_ for sender, words, id_ in first}
    return {row.id for row in rows if earliest.get((row.sender, row.words), row.id) < row.id}


def to_change(session: Session, inbound_id: int) -> Inbound | None:
    """A mail by id, locked: two people who press at once follow each other."""
    return session.scalar(select(Inbound).where(Inbound.id == inbound_id).with_for_update())


def get(session: Session, inbound_id: int) -> Inbound | None:
    """A mail by id."""
    return session.get(Inbound, inbound_id)


def newest_of(session: Session, customer_id: int) -> Inbound | None:
    """The newest mail that a customer wrote as a person."""
    return session.scalar(
        select(Inbound)
        .where(Inbound.customer_id == customer_id, Inbound.verdict == "human")
        .order_by(Inbound.received_at.desc(), Inbound.id.desc())
        .limit(1)
    )


def bounces_of(session: Session, follow_up_id: int) -> int:
    """How often mails of a contact came back so far."""
    query = select(func.count(Inbound.id)).where(
        Inbound.follow_up_id == follow_up_id,
        Inbound.verdict == "bounce",
        Inbound.state == InboundState.HANDLED,
    )
    return session.scalar(query) or 0


def asking(session: Session, commitment: Commitment) -> Sequence[Inbound]:
    """The mails that a commitment answers: the one that asked first, and whatever came until now."""
    if commitment.kind == CommitmentKind.MAIL:
        return parked_mails.mails_of(session, commitment)
    wanted: ColumnElement[bool] = (
        (Inbound.customer_id == commitment.customer_id)
        & (Inbound.state == InboundState.OWNED)
        & Inbound.handled_at.is_(None)
    )
    if commitment.inbound_id is not None:
        wanted = or_(wanted, Inbound.id == commitment.inbound_id)
    return session.scalars(select(Inbound).where(wanted).order_by(Inbound.received_at, Inbound.id)).all()


def handled(session: Session, ids: Collection[int], at: datetime, by: str, outcome: str) -> None:
    """Close mails that waited for a person."""
    session.execute(
        update(Inbound)
        .where(Inbound.id.in_(ids), Inbound.handled_at.is_(None))
        .values(state=InboundState.HANDLED, handled_at=at, handled_by=by, outcome=outcome)
    )


def _box(mailbox: str, uidvalidity: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Sighting.mailbox == mailbox, Sighting.uidvalidity == uidvalidity


def _insert(session: Session) -> Any:
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
