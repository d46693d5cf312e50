"""After a crash: which of the mails that were marked as being sent did the server get?"""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import claiming, marking
from models.rules.calendars import Place
from models.rules.silence import answer_by
from models.tables import Customer, FollowUp, Message
from models.words import CaseReasonKind, FollowUpState, MessageState
from tasks.cases import open_case
from tasks.database import Database
from tasks.report import Report
from tasks.rungs import is_rung, told

_BATCH = 500
_HEADER_BYTES = 16_384


class Archive(Protocol):
    """The mailbox that gets a blind copy of every mail."""

    def holds(self, message_ids: Collection[str]) -> set[str] | None:
        """Which of these Message-IDs are there; None when nobody can say."""
        ...


class MaildirArchive:
    """An archive kept as a Maildir on this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def holds(self, message_ids: Collection[str]) -> set[str] | None:
        """Look for the Message-IDs in the heads of all mails, newest first; stops when every one was found."""
        if not self._folder.is_dir():
            return None
        missing = set(message_ids)
        files = [path for part in ("new", "cur") for path in (self._folder / part).glob("*")]
        for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True):
            if not missing:
                break
            with path.open("rb") as mail:
                head = mail.read(_HEADER_BYTES).decode("ascii", "replace")
            missing -= {message_id for message_id in missing if message_id in head}
        return set(message_ids) - missing


class NoArchive:
    """There is no archive to look into."""

    def holds(self, message_ids: Collection[str]) -> set[str] | None:
        """Nobody can say."""
        del message_ids
        return None


def settle_doubts(
    db: Database, policy: Policy, archive: Archive, message_id_of: Callable[[str], str], now: datetime
) -> Report:
    """Settle what a crash left behind: claims nothing was tried with go back, doubtful mails follow the policy.

    `look`: in the archive means sent; otherwise sent again with the same Message-ID, at most `max_resends` times, then
    a person is asked. Without an archive that answers, `look` asks a person at once.
    """
    report = Report()
    with db.write() as session:
        claiming.release_lapsed(session, now)
        ids = {message.id: message_id_of(message.key) for message in marking.doubtful(session, now, _BATCH)}
    if not ids:
        return report
    # Between two transactions: an archive may be a server that takes its time.
    found = archive.holds(ids.values()) if policy.sending.doubtful == "look" else None
    with db.write() as session:
        for message in marking.doubtful(session, now, _BATCH):
            if message.id not in ids:
                continue
            carried = [
                row for row in marking.carried_by(session, [message.id]) if row.state == FollowUpState.CLAIMED
            ]
            verdict = _verdict(policy, message, ids[message.id], found)
            _apply(session, policy, message, carried, verdict, now)
            report.count(message.kind, *_WORDS[verdict], number=len(carried))
    return report


_WORDS = {
    MessageState.ACCEPTED: ("sent", "found in the archive"),
    MessageState.DEFERRED: ("to be tried again", "same Message-ID"),
    MessageState.ASKED: ("in doubt", "a person must say"),
}


def _verdict(policy: Policy, message: Message, message_id: str, found: set[str] | None) -> MessageState:
    rule = policy.sending.doubtful
    if found is not None and message_id in found:
        return MessageState.ACCEPTED
    if message.staff_id is not None:
        return (
            MessageState.DEFERRED
        )  # told twice, our own people lose nothing; told never, a matter would lie
    may_resend = rule == "resend" or (rule == "look" and found is not None)
    if may_resend and message.resends < policy.sending.max_resends:
        return MessageState.DEFERRED
    return MessageState.ASKED


def _apply(
    session: Session,
    policy: Policy,
    message: Message,
    carried: Collection[FollowUp],
    verdict: MessageState,
    now: datetime,
) -> None:
    message.state, message.recorded_at, message.claim_token = verdict, now, None
    message.resends += verdict is MessageState.DEFERRED
    customer = session.get(Customer, message.customer_id) if message.customer_id is not None else None
    place = Place(customer.country, customer.timezone) if customer else policy.company.place
    for row in carried:
        row.claim_token, row.lease_until = None, None
        if verdict is MessageState.DEFERRED:
            row.state = FollowUpState.PLANNED
        elif verdict is MessageState.ACCEPTED:
            cadence = policy.cadences.get(row.kind)
            row.state, row.sent_at, row.attempts = FollowUpState.SENT, message.marked_at, row.attempts + 1
            row.answer_by = answer_by(cadence, message.marked_at, place) if cadence else None
            if is_rung(row):
                told(session, row, now)
        else:
            row.state, row.reason = FollowUpState.FAILED, "in doubt: a crash left no outcome"
            _ask(session, policy, row, now)
    if verdict is MessageState.DEFERRED:
        claiming.plan_again(session, [row.id for row in carried])


def _ask(session: Session, policy: Policy, row: FollowUp, now: datetime) -> None:
    """A person finds out whether it arrived: by calling, which does no harm when it did."""
    if row.customer_id is not None and row.staff_id is None:
        about = (row.subject_type, row.subject_id)
        open_case(session, policy, row.customer_id, CaseReasonKind.IN_DOUBT, about, now=now, actor=row.sweep)
