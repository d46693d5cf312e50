"""After a backup was put back: nothing that was due by then goes out before it is known whether it went already."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import since_backup
from models.rules.sending.doubts import settle
from models.tables import Customer, FollowUp, Message, Staff
from models.words import MessageState
from tasks.sending.settle_doubtful import apply_verdict
from tasks.sending.sweep_report import Report
from tasks.services import Services

_BATCH = 500


def settle_since_backup(services: Services, now: datetime) -> Report:
    """Look into the archive for what was due when a backup was put back; without one, or where it cannot know, ask.

    What was planned only after that cannot be looked for, since its mail would have had another Message-ID.
    """
    report, after = Report(), 0
    with services.db.read() as session:
        restored = since_backup.put_back(session)
    if restored is None:
        return report
    until, first_new = restored
    while True:
        with services.db.read() as session:
            rows = since_backup.due_by(session, until, after, _BATCH)
            keys = {row.id: f"f{row.id}-{row.attempts + 1}" for row in rows}
            settled = since_backup.known(session, keys.values())
        if not rows:
            return report
        after = rows[-1].id
        kinds = set(services.policy.mailed_kinds)
        wanted = [row.id for row in rows if row.kind in kinds and keys[row.id] not in settled]
        _settle(services, wanted, keys, first_new, until, now, report)


def _settle(
    services: Services,
    wanted: Sequence[int],
    keys: dict[int, str],
    first_new: int,
    until: datetime,
    now: datetime,
    report: Report,
) -> None:
    ids = {one: services.composer.message_id(keys[one]) for one in wanted if one < first_new}
    in_archive = services.archive.holds(ids.values()) if ids else set()
    with services.db.write() as session:
        rows = [row for one in wanted if (row := session.get(FollowUp, one)) is not None]
        found = {row.id for row in rows if in_archive and ids.get(row.id) in in_archive}
        letters = {(row.customer_id, row.kind) for row in rows if row.id in found}
        went = {(row.subject_type, row.subject_id, row.kind) for row in rows if row.id in found}
        for row in rows:
            message = _message(session, row, keys[row.id], until)
            is_there = _is_there(row, found, letters, in_archive, first_new)
            if is_there is False and _may_have_gone_along(services.policy, row, went):
                is_there = None
            verdict = settle(
                "look",
                is_in_archive=is_there,
                resends=0,
                max_resends=max(services.policy.sending.max_resends, 1),
                is_for_staff=False,
            )
            apply_verdict(session, services.policy, message, [row], verdict, now)
            report.count(row.kind, *_WORDS[verdict], about=[row])


_WORDS = {
    MessageState.ACCEPTED: ("sent", "found in the archive"),
    MessageState.DEFERRED: ("to be sent", "not in the archive"),
    MessageState.ASKED: ("in doubt", "a person must say"),
}


def _is_there(
    row: FollowUp,
    found: Collection[int],
    letters: Collection[tuple[int | None, str]],
    in_archive: Collection[str] | None,
    first_new: int,
) -> bool | None:
    """One letter may be about several matters, and bears the number of one of them."""
    if row.id in found or (row.customer_id, row.kind) in letters:
        return True
    return None if in_archive is None or row.id >= first_new else False


def _may_have_gone_along(policy: Policy, row: FollowUp, went: Collection[tuple[str, int, str]]) -> bool:
    """Whether a mail that the archive holds may have told this too, under the number of another contact."""
    one = policy.cadences[row.kind]
    leads = [
        kind
        for kind, lead in policy.cadences.items()
        if kind != row.kind and (one.goes_before(lead) or one.can_join(lead))
    ]
    return row.nudge == 0 and any((row.subject_type, row.subject_id, kind) in went for kind in leads)


def _message(session: Session, row: FollowUp, key: str, until: datetime) -> Message:
    person = session.get(Staff, row.staff_id) if row.staff_id is not None else None
    customer = session.get(Customer, row.customer_id) if row.customer_id is not None else None
    reader = person or customer
    message = Message(
        key=key,
        customer_id=row.customer_id,
        staff_id=row.staff_id,
        kind=row.kind,
        step=row.step,
        language=reader.language if reader else "en",
        recipient=(reader.email if reader else None) or "",
        subject="",
        state=MessageState.SENDING,
        marked_at=min(row.due_at, until),
    )
    session.add(message)
    session.flush()
    row.message_id = message.id
    return message
