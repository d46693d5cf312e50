"""What is owed about mails that a person has to look at."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.queries.in_list import among
from models.tables import Commitment, Inbound
from models.words import CommitmentKind

OF_NOBODY = "mail "
"""Begins what stands on lists for a customer where nobody knows yet whose mail waits; its number ends it."""
_IS_OPEN = (Commitment.kind == CommitmentKind.MAIL, Commitment.done_at.is_(None))
_WAITS = (Inbound.handled_at.is_(None), Inbound.parked_for.is_not(None))


def open_from(session: Session, sender: str) -> Commitment | None:
    """The look that is owed at mails of a sender, the oldest; locked."""
    return session.scalar(
        select(Commitment)
        .join(Inbound, Inbound.id == Commitment.inbound_id)
        .where(*_IS_OPEN, Inbound.sender == sender)
        .order_by(Commitment.id)
        .limit(1)
        .with_for_update(of=Commitment)
    )


def of_mail(session: Session, inbound_id: int) -> Commitment | None:
    """The look that is owed at this mail, or at an earlier one of its sender that it has joined; locked."""
    own = session.scalar(
        select(Commitment).where(*_IS_OPEN, Commitment.inbound_id == inbound_id).limit(1).with_for_update()
    )
    mail = session.get(Inbound, inbound_id)
    if own is not None or mail is None or not mail.sender:
        return own
    return open_from(session, mail.sender)


def mails_of(session: Session, owed: Commitment) -> Sequence[Inbound]:
    """The mail that a look is owed at, and what the same sender wrote since that owes none of its own; oldest first."""
    first = session.get(Inbound, owed.inbound_id) if owed.inbound_id is not None else None
    if first is None:
        return []
    return session.scalars(
        select(Inbound)
        .where(or_(Inbound.id == first.id, and_(*_WAITS, _joined(first))))
        .order_by(Inbound.received_at, Inbound.id)
    ).all()


def without_clock(session: Session) -> tuple[int, datetime | None]:
    """How many parked mails nobody owes a look at, since nobody known sent them; and since when the first waits."""
    count, oldest = session.execute(
        select(func.count(Inbound.id), func.min(Inbound.received_at)).where(*_WAITS, ~_is_owed())
    ).one()
    return count, oldest


def newest_without_clock(session: Session, limit: int) -> Sequence[Inbound]:
    """The newest of those mails."""
    return session.scalars(
        select(Inbound)
        .where(*_WAITS, ~_is_owed())
        .order_by(Inbound.received_at.desc(), Inbound.id.desc())
        .limit(limit)
    ).all()


def new_owners(session: Session, since: datetime) -> set[int]:
    """To whom such mails were given since a time."""
    found = session.scalars(
        select(Inbound.owner_id)
        .where(*_WAITS, Inbound.recorded_at >= since, Inbound.owner_id.is_not(None), ~_is_owed())
        .distinct()
    )
    return {owner for owner in found if owner is not None}


def senders(session: Session, names: Collection[str]) -> dict[str, str]:
    """Who wrote the mails that stand on the call list under these names (`OF_NOBODY` and a number)."""
    numbers = [int(name.removeprefix(OF_NOBODY)) for name in names if name.startswith(OF_NOBODY)]
    rows = session.execute(
        select(Inbound.id, Inbound.sender_name, Inbound.sender).where(among(Inbound.id, numbers))
    )
    return {f"{OF_NOBODY}{id_}": f"{name} ({sender})" if name else sender for id_, name, sender in rows}


def _is_owed() -> ColumnElement[bool]:
    """Whether a look is owed at a mail, by itself or with an earlier one of its sender."""
    owing, first = aliased(Commitment), aliased(Inbound)
    return exists(
        select(owing.id)
        .join(first, first.id == owing.inbound_id)
        .where(
            owing.kind == CommitmentKind.MAIL,
            owing.done_at.is_(None),
            or_(first.id == Inbound.id, and_(first.sender == Inbound.sender, Inbound.sender != "")),
        )
    )


def _joined(first: Inbound) -> ColumnElement[bool]:
    own = aliased(Commitment)
    owes_itself = exists(
        select(own.id).where(
            own.kind == CommitmentKind.MAIL, own.done_at.is_(None), own.inbound_id == Inbound.id
        )
    )
    return and_(Inbound.sender == first.sender, Inbound.sender != "", ~owes_itself)
