"""Who is signed in."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.tables import DeskSession, Staff


def add(session: Session, row: DeskSession) -> bool:
    """Open a session; False where its link has opened one before."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


def person(session: Session, key: str, now: datetime) -> Staff | None:
    """Who is signed in with this key at `now`; nobody who has left the company."""
    return session.scalar(
        select(Staff)
        .join(DeskSession, DeskSession.staff_id == Staff.id)
        .where(
            DeskSession.key == key,
            DeskSession.expires_at > now,
            DeskSession.revoked_at.is_(None),
            Staff.active,
        )
    )


def revoke(session: Session, now: datetime, *, key: str | None = None, staff_id: int | None = None) -> int:
    """End one session, or all of a person; returns how many."""
    wanted = DeskSession.key == key if key is not None else DeskSession.staff_id == staff_id
    ended = session.scalars(
        update(DeskSession)
        .where(wanted, DeskSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(DeskSession.id)
    )
    return len(list(ended))


def by_email(session: Session, address: str) -> Staff | None:
    """The one of our people who has this address on record."""
    found = session.scalars(
        select(Staff).where(Staff.email.ilike(_plain(address), escape="\\"), Staff.active)
    ).all()
    return found[0] if len(found) == 1 else None


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
