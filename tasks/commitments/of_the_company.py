"""What is owed to no customer: a look at the machine's own affairs, with an owner, a due time and a ladder."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.import_stop import ImportStop
from models.policy import Policy
from models.queries import people
from models.queries.sending import messages
from models.rules.calendar.due import due_at
from models.rules.escalation import ownership
from models.tables import Commitment
from models.words import CommitmentKind, Role
from tasks.commitments.make import About, make

_WITHIN = "4 hours"
"""In working hours."""


def owe(
    session: Session,
    policy: Policy,
    kind: CommitmentKind,
    about: About,
    words: str,
    *,
    now: datetime,
    actor: str,
) -> Commitment:
    """Make a look owed by somebody of the after-sale desk, with a manager as deputy; `words` hold references only."""
    everyone, day, language = people.people(session), now.date(), policy.company.language
    owner = ownership.reached(everyone, Role.AFTER_SALE, language, day)
    others = [one for one in everyone if one.id != owner]
    row = {
        "customer_id": None,
        "kind": kind,
        "subject_type": about[0],
        "subject_id": about[1],
        "case_id": None,
        "inbound_id": None,
        "owner_id": owner,
        "deputy_id": ownership.reached(others, Role.MANAGER, language, day),
        "made_at": now,
        "asked_at": None,
        "due_at": due_at(now, _WITHIN, policy.working_hours, policy.company.place),
        "words": words,
    }
    return make(session, policy, [row], now, actor, ())[0]


def still_stands(session: Session, commitment: Commitment) -> str:
    """How to settle what a look is owed at, while it stands; empty for everything else.

    Words alone do not make the thing itself go away.
    """
    if commitment.kind == CommitmentKind.DOUBTS and messages.asked(session):
        return "these mails are still in doubt: say of each whether it arrived (`seguito doubts settle`)"
    if commitment.kind == CommitmentKind.IMPORT:
        stop = session.get(ImportStop, commitment.subject_id)
        if stop is not None and stop.settled_at is None and stop.let_through_at is None:
            return (
                "the import still waits: let it through (`seguito imports let-through`), or mend the export"
            )
    return ""


def open_of_kind(session: Session, kind: CommitmentKind) -> Sequence[Commitment]:
    """The open looks of a kind, locked; oldest first."""
    return session.scalars(
        select(Commitment)
        .where(Commitment.kind == kind, Commitment.done_at.is_(None))
        .order_by(Commitment.id)
        .with_for_update()
    ).all()
