"""After a crash: which of the mails that were marked as being sent did the server get?"""

from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import claim, messages
from models.rules.calendar.calendars import Place
from models.rules.escalation.silence import answer_by
from models.tables import Customer, FollowUp, Message
from models.words import CaseReasonKind, FollowUpState, MessageState
from tasks.archive.archives import Archive
from tasks.cases.open_case import open_case
from tasks.escalation.notify import is_rung, told
from tasks.runtime.database import Database
from tasks.sending.sweep_report import Report

_BATCH = 500


def settle_doubts(
    db: Database, policy: Policy, archive: Archive, message_id_of: Callable[[str], str], now: datetime
) -> Report:
    """Settle what a crash left behind: claims nothing was tried with go back, doubtful mails follow the policy.

    `look`: in the archive means sent; otherwise sent again with the same Message-ID, at most `max_resends` times, then
    a person is asked. Without an archive that answers, `look` asks a person at once.
    """
    report = Report()
    with db.write() as session:
        claim.release_lapsed(session, now)
        ids = {message.id: message_id_of(message.key) for message in messages.doubtful(session, now, _BATCH)}
    if not ids:
        return report
    # Between two transactions: an archive may be a server that takes its time.
    found = archive.holds(ids.values()) if policy.sending.doubtful == "look" else None
    with db.write() as session:
        for message in messages.doubtful(session, now, _BATCH):
            if message.id not in ids:
                continue
            carried = [
                row
                for row in messages.carried_by(session, [message.id])
                if row.state == FollowUpState.CLAIMED
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
        claim.plan_again(session, [row.id for row in carried])


def _ask(session: Session, policy: Policy, row: FollowUp, now: datetime) -> None:
    """A person finds out whether it arrived: by calling, which does no harm when it did."""
    if row.customer_id is not None and row.staff_id is None:
        about = (row.subject_type, row.subject_id)
        open_case(session, policy, row.customer_id, CaseReasonKind.IN_DOUBT, about, now=now, actor=row.sweep)
