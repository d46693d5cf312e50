"""Signing in at the desk without a password: the link of one's own page, pressed within an hour, opens one session."""

import secrets
from datetime import datetime, timedelta
from hashlib import blake2b

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history, people
from models.queries.desk import sessions
from models.rules.cases.acting import ActError
from models.tables import DeskSession, Staff
from models.words import Subject
from tasks.cases.holds import staff_ref
from tasks.cases.staff_page_link import send_link
from tasks.services import Services

LINK_DAYS = 1 / 24
"""For an hour after it was made a link signs somebody in; it shows its page for longer."""
SESSION_HOURS = 12


def sign_in(session: Session, person: Staff, link: str, now: datetime) -> str | None:
    """Open a session with a link that was pressed; returns what the cookie holds, None where the link has served."""
    key = secrets.token_urlsafe(32)
    row = DeskSession(
        key=hashed(key),
        link=hashed(link),
        staff_id=person.id,
        opened_at=now,
        expires_at=now + timedelta(hours=SESSION_HOURS),
    )
    return key if sessions.add(session, row) else None


def who(session: Session, key: str, now: datetime) -> Staff | None:
    """Who is signed in with what a cookie holds."""
    return sessions.person(session, hashed(key), now) if key else None


def sign_out(session: Session, key: str, now: datetime) -> None:
    """End the session of one browser."""
    sessions.revoke(session, now, key=hashed(key))


def sign_out_everywhere(session: Session, person: Staff, now: datetime) -> int:
    """End all sessions of a person, on whatever device; returns how many."""
    return sessions.revoke(session, now, staff_id=person.id)


def ask_for_link(session: Session, policy: Policy, address: str, now: datetime) -> None:
    """Mail the link to whoever has this address on record, once an hour at most. Whoever asks learns nothing by it."""
    person = sessions.by_email(session, address.strip())
    if person is None:
        return
    try:
        send_link(session, policy, person, now)
    except ActError:
        return


def hashed(text: str) -> str:
    """What is kept of a key."""
    return blake2b(text.encode(), digest_size=32).hexdigest()


def end_sessions(services: Services, ref: str, by: str) -> int:
    """End all sessions of a colleague, as for a telephone that was lost; returns how many. The history says who did.

    Raises:
        ValueError: nobody has the reference `ref`, or nobody who works here has `by`.
    """
    actor, now = staff_ref(services, by.strip()), services.clock.now()
    with services.db.write() as session:
        person = people.staff_by_ref(session, ref.strip())
        if person is None:
            raise ValueError(f"nobody here has the reference {ref}; nothing was done")
        ended = sign_out_everywhere(session, person, now)
        history.note(session, (Subject.STAFF, person.id), "signed-out", now, actor, sessions=ended)
    return ended
