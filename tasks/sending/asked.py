"""Mails in doubt that a person has to settle: one list, one look that is owed, and one act for all or some of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history, people
from models.queries.sending import claim, messages
from models.words import CommitmentKind, FollowUpState, MessageState, Subject
from tasks.commitments.close import fulfil
from tasks.commitments.of_the_company import open_of_kind, owe
from tasks.sending import went_out
from tasks.services import Services

IN_DOUBT = "in doubt: no answer came after the mail had gone out"
_ACTOR = "settling of doubts"
_MOST_SHOWN = 10


@dataclass(frozen=True)
class DoubtfulMail:
    """A mail of which nobody knows whether it arrived, by references only."""

    key: str
    kind: str
    customer: str
    at: datetime


def standing(services: Services) -> Sequence[DoubtfulMail]:
    """All of them, the oldest first."""
    with services.db.read() as session:
        return [DoubtfulMail(*row) for row in messages.asked(session)]


def owe_a_look(session: Session, policy: Policy, now: datetime) -> None:
    """See to it that somebody owes a look at what stands; one look, however many mails there are and come."""
    session.flush()
    found = messages.asked_rows(session)
    if not found:
        return
    shown = ", ".join(f"{row.key} ({row.kind})" for row in found[:_MOST_SHOWN])
    words = f"{len(found)}: {shown}" + (", …" if len(found) > _MOST_SHOWN else "")
    if looks := open_of_kind(session, CommitmentKind.DOUBTS):
        looks[0].words = words
        return
    owe(session, policy, CommitmentKind.DOUBTS, (Subject.DOUBT, found[0].id), words, now=now, actor=_ACTOR)


def settle(services: Services, keys: Collection[str], by: str, *, arrived: bool) -> int:
    """What a person found out: these mails (all when `keys` is empty) arrived, or are due again; returns how many.

    Raises:
        ValueError: a key that is not in doubt, or nobody with this reference.
    """
    now = services.clock.now()
    with services.db.write() as session:
        if people.staff_by_ref(session, by.strip()) is None:
            raise ValueError(f"nobody here has the reference {by}; nothing was done")
        known = {row.key: row for row in messages.asked_rows(session)}
        if unknown := sorted(set(keys) - set(known)):
            raise ValueError(f"not in doubt: {', '.join(unknown)}; see `seguito doubts list`")
        chosen = [known[key] for key in keys or known]
        for message in chosen:
            message.state = MessageState.ACCEPTED if arrived else MessageState.DEFERRED
            message.recorded_at = now
        carried = [
            row
            for row in messages.carried_by(session, [one.id for one in chosen])
            if row.state == FollowUpState.FAILED and row.reason == IN_DOUBT
        ]
        for message in chosen if arrived else ():
            rows = [row for row in carried if row.message_id == message.id]
            went_out.arrived(session, services.policy, message, rows, now)
        for row in carried:
            if not arrived:
                row.state, row.reason = FollowUpState.PLANNED, None
            about, event = (row.subject_type, row.subject_id), "arrived" if arrived else "sent-again"
            history.note(session, about, f"doubt-{event}", now, by.strip(), cause=row.step)
        session.flush()
        if not arrived:
            claim.plan_again(session, [row.id for row in carried])
        if not messages.asked_rows(session):
            said = f"{len(chosen)} {'arrived' if arrived else 'sent again'}"
            for look in open_of_kind(session, CommitmentKind.DOUBTS):
                fulfil(session, look, "settled", said, now=now, actor=by.strip())
    return len(chosen)
