"""What telling one of our own people does to the matter: the level a promise has reached, and the history."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.queries import history
from models.queries.commitments import commitments
from models.rules.commitments.ladder import rank
from models.rules.escalation.recipients import ABOUT_DELIVERY
from models.rules.sending.before_sending import IN_DIGEST, NOBODY
from models.tables import FollowUp
from models.words import CommitmentKind, Level, Subject
from tasks.cases.open_case import note_stand_in

_OF_ROLE = (Level.MANAGER, Level.DIRECTOR)


def is_rung(row: FollowUp) -> bool:
    """Whether a follow-up is the rung of a ladder."""
    return row.subject_type == Subject.COMMITMENT and row.audience is not None


def told(session: Session, row: FollowUp, now: datetime, *, in_digest: bool = False) -> None:
    """A rung was told to somebody: the promise has climbed to that level, and a manager keeps it until it is closed."""
    owed = commitments.to_change(session, row.subject_id)
    if owed is None or row.audience is None:
        return
    if owed.level is None or rank(row.audience) >= rank(owed.level):
        owed.level = row.audience
    to_manager = owed.kind == CommitmentKind.LISTENING_CALL and row.audience != Level.OWNER
    to_manager |= in_digest and (owed.kind == CommitmentKind.PHONE or owed.kind in ABOUT_DELIVERY)
    if to_manager or rank(row.audience) >= rank(Level.MANAGER):
        owed.told_id = row.staff_id
    about = (Subject.COMMITMENT, owed.id)
    history.note(session, about, "escalated", now, row.sweep, cause=row.step, level=row.audience)
    if row.audience in _OF_ROLE and row.staff_id is not None:
        note_stand_in(session, about, row.audience, row.staff_id, now, row.sweep)


def told_in_digest(session: Session, row: FollowUp, now: datetime) -> None:
    """It stands in the digest from now on, every day until it is closed."""
    if is_rung(row):
        told(session, row, now, in_digest=True)
    else:
        about = (row.subject_type, row.subject_id)
        history.note(session, about, "escalated", now, row.sweep, cause=row.step, by=IN_DIGEST)


def note_skipped_rung(session: Session, row: FollowUp, cause: str, now: datetime) -> None:
    """Nobody stood at a rung, and somebody else is told: the history says so."""
    about = (Subject.COMMITMENT, row.subject_id)
    history.note(session, about, "rung-skipped", now, row.sweep, cause=cause, step=row.step)


def note_unheard(session: Session, row: FollowUp, now: datetime) -> None:
    """Nobody at all could be told: the history says so, once."""
    about = (row.subject_type, row.subject_id)
    history.note(session, about, "unheard", now, row.sweep, cause=NOBODY, step=row.step)
