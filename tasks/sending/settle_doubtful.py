"""After a crash: what the journal still knows, and by the policy's rule what it does not."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import claim, messages
from models.rules.planning.vocabulary import CERTIFIED
from models.rules.sending.doubts import settle
from models.tables import FollowUp, Message
from models.words import FollowUpState, MessageState
from tasks.sending import asked
from tasks.sending.record_outcome import Finished, record
from tasks.sending.sweep_report import Report
from tasks.sending.undeliverable import tell_the_next
from tasks.sending.went_out import arrived, group_of
from tasks.services import Services
from tasks.smtp.journal import Left

_BATCH = 500


def take_up_journals(services: Services, now: datetime) -> Report:
    """Write down what runs of this machine had heard when they died, and give back what they never began."""
    report = Report()
    for left in services.journal.left():
        with services.db.write() as session:
            marked = messages.marked_by(session, left.token)
            heard = [one for one in marked if one.key in left.heard]
            unbegun = [one for one in marked if one not in heard and one.key not in left.begun]
            _record_heard(session, services.policy, heard, left, now, report)
            if left.is_whole:
                messages.unmark(session, [one.id for one in unbegun])
            claim.release_unmarked(session, left.token)
        if len(heard) + (len(unbegun) if left.is_whole else 0) == len(marked):
            left.remove()
    return report


def _record_heard(
    session: Session,
    policy: Policy,
    heard: Collection[Message],
    left: Left,
    now: datetime,
    report: Report,
) -> None:
    carried: dict[int | None, list[FollowUp]] = {}
    for row in messages.carried_by(session, [one.id for one in heard]):
        if row.state == FollowUpState.CLAIMED:
            carried.setdefault(row.message_id, []).append(row)
    finished = [
        Finished(one.id, group, left.heard[one.key].answer, at=left.heard[one.key].at)
        for one in heard
        if (group := group_of(session, policy, one, carried.get(one.id, []))) is not None
    ]
    record(session, policy, finished, left.token, now, report)


def settle_doubts(services: Services, now: datetime) -> Report:
    """Settle what stays in doubt when its lease is over, by the rule of the policy; claims never tried go back.

    `look`: in the archive means sent; otherwise sent again with the same Message-ID, at most `max_resends` times, then
    a person is asked. Without an archive that answers, `look` asks a person at once. What another machine marked is
    left to it for `doubts_of_others_hours`.
    """
    report, policy = Report(), services.policy
    ours, foreign_until = (
        services.journal.tokens(),
        now - timedelta(hours=policy.sending.doubts_of_others_hours),
    )
    with services.db.write() as session:
        claim.release_lapsed(session, now)
        found = messages.doubtful(session, now, _BATCH, ours, foreign_until)
        ids = {message.id: services.composer.message_id(message.key) for message in found}
    if not ids:
        return report
    # Between two transactions: an archive may be a server that takes its time.
    in_archive = services.archive.holds(ids.values()) if policy.sending.doubtful == "look" else None
    with services.db.write() as session:
        for message in messages.doubtful(session, now, _BATCH, ours, foreign_until):
            if message.id not in ids:
                continue
            carried = [
                row
                for row in messages.carried_by(session, [message.id])
                if row.state == FollowUpState.CLAIMED
            ]
            verdict = settle(
                policy.sending.doubtful,
                is_in_archive=None
                if in_archive is None or _is_certified(policy, message)
                else ids[message.id] in in_archive,
                resends=message.resends,
                max_resends=policy.sending.max_resends,
                is_for_staff=message.staff_id is not None,
            )
            apply_verdict(session, policy, message, carried, verdict, now)
            report.count(message.kind, *_WORDS[verdict], number=len(carried), about=carried)
        asked.owe_a_look(session, policy, now)
    return report


def _is_certified(policy: Policy, message: Message) -> bool:
    """Whether no archive can know of a mail: what goes by the certified account leaves no copy there."""
    cadence = policy.cadences.get(message.kind)
    return cadence is not None and cadence.audience == CERTIFIED


_WORDS = {
    MessageState.ACCEPTED: ("sent", "found in the archive"),
    MessageState.DEFERRED: ("to be tried again", "same Message-ID"),
    MessageState.ASKED: ("in doubt", "a person must say"),
}


def apply_verdict(
    session: Session,
    policy: Policy,
    message: Message,
    carried: Collection[FollowUp],
    verdict: MessageState,
    now: datetime,
) -> None:
    """Write down what became of a mail in doubt, and of what it carried."""
    message.state, message.recorded_at, message.claim_token = verdict, now, None
    message.resends += verdict is MessageState.DEFERRED
    for row in carried:
        row.claim_token, row.lease_until = None, None
        if verdict is MessageState.DEFERRED:
            row.state = FollowUpState.PLANNED
        elif verdict is MessageState.ASKED:
            row.state, row.reason = FollowUpState.FAILED, asked.IN_DOUBT
            if (
                message.staff_id is not None
            ):  # told twice, our own people lose nothing; told never, a matter would lie
                session.flush()
                tell_the_next(session, row, now)
    if verdict is MessageState.ACCEPTED:
        arrived(session, policy, message, list(carried), now)
    if verdict is MessageState.DEFERRED:
        claim.plan_again(session, [row.id for row in carried])
