"""Writing down what the mail server said, and what follows from it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history
from models.queries.planning import plan
from models.queries.sending import claim, messages
from models.rules.calendar.calendars import Place
from models.rules.escalation.silence import answer_by
from models.rules.planning.step_key import Mark, StepKey
from models.tables import Customer, FollowUp
from models.words import CaseReasonKind, FollowUpState, MessageState, Subject
from tasks.cases.open_case import open_case
from tasks.escalation.notify import is_rung, told
from tasks.mails.letter_facts import Group, is_case
from tasks.sending.sweep_report import NUDGE, Report
from tasks.sending.told_days import keep_told
from tasks.smtp.answers import Accepted, Answer, Deferred, Doubtful, NotStarted, Refused

_BAD_ADDRESS = re.compile(r"\b5\.1\.\d|\b5\.2\.1")
_ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_BAD_ADDRESS_CODES = {550, 551, 553}


@dataclass(frozen=True)
class Finished:
    """One mail with the server's answer."""

    message_id: int
    group: Group
    answer: Answer


@dataclass(frozen=True)
class Unwritable:
    """A mail that could not be composed, and why; nothing was marked or sent."""

    group: Group
    why: str


def record(
    session: Session, policy: Policy, finished: Sequence[Finished], token: str, now: datetime, report: Report
) -> None:
    """Write outcomes of mails that this run marked. One whose claim was taken over meanwhile is left alone."""
    known = [item for item in finished if not isinstance(item.answer, Doubtful)]
    ours = messages.record_messages(session, token, [_message_row(item, now) for item in known])
    rows: list[dict[str, Any]] = []
    for item in known:
        if item.message_id in ours:
            rows += _follow_up_rows(session, policy, item, now, report)
    accepted = [one for one in known if one.message_id in ours and isinstance(one.answer, Accepted)]
    keep_told(session, [one.group for one in accepted], now)
    for item in finished:
        if isinstance(item.answer, Doubtful):  # stays marked; settled when its lease is over
            report.count(item.group.lead.kind, "in doubt", "connection lost", len(item.group.follow_ups))
    claim.settle(session, rows)


def give_up(session: Session, policy: Policy, broken: Unwritable, report: Report, now: datetime) -> None:
    """Note a mail that cannot be composed; a person is told to call instead."""
    rows = broken.group.follow_ups
    claim.settle(
        session, [{"id": row.id, "state": FollowUpState.FAILED, "reason": broken.why} for row in rows]
    )
    opened = _undeliverable(session, policy, broken.group, now, report)
    report.count(rows[0].kind, "failed", "unusable address", len(rows), cases=opened)
    _suppress(session, broken.group, now)


def _message_row(item: Finished, now: datetime) -> dict[str, Any]:
    answer = item.answer
    match answer:
        case Accepted():
            state = MessageState.ACCEPTED
        case Refused():
            state = MessageState.REFUSED
        case _:
            state = MessageState.DEFERRED
    code = getattr(answer, "code", None)
    return {
        "id": item.message_id,
        "state": state,
        "recorded_at": now,
        "smtp_code": code,
        "smtp_text": answer.text,
    }


def _follow_up_rows(
    session: Session, policy: Policy, item: Finished, now: datetime, report: Report
) -> list[dict[str, Any]]:
    group, answer = item.group, item.answer
    place = Place(group.customer.country, group.customer.timezone)
    kind, number = group.lead.kind + (NUDGE if group.lead.nudge else ""), len(group.follow_ups)
    match answer:
        case Accepted():
            report.count(kind, "sent", number=number, cases=_cases_of(group))
            _note_escalation(session, group, now)
            change = {
                "state": FollowUpState.SENT,
                "sent_at": now,
                "answer_by": answer_by(group.cadence, now, place),
            }
        case Refused(code, text, recipient):
            change = {"state": FollowUpState.FAILED, "reason": f"{code} {text}"}
            opened = _undeliverable(session, policy, group, now, report)
            report.count(kind, "failed", str(code), number, cases=opened)
            if recipient and _is_bad_address(code, text):
                _suppress(session, group, now)
        case NotStarted():
            report.count(kind, "to be tried again", "no mail server", number)
            claim.plan_again(session, [row.id for row in group.follow_ups])
            return [
                {"id": row.id, "state": FollowUpState.PLANNED, "attempts": row.attempts}
                for row in group.follow_ups
            ]
        case _:
            assert isinstance(answer, Deferred)  # noqa: S101 (the doubtful ones were left out above)
            change = _retry(policy, group, answer, now)
            if "reason" in change:
                opened = _undeliverable(session, policy, group, now, report)
                report.count(kind, "failed", str(answer.code), number, cases=opened)
            else:
                claim.plan_again(session, [row.id for row in group.follow_ups])
                report.count(kind, "to be tried again", str(answer.code), number)
    return [{"id": row.id, **change, "attempts": row.attempts + 1} for row in group.follow_ups]


def _note_escalation(session: Session, group: Group, now: datetime) -> None:
    """A notice about a case, or a rung of a ladder, went out to one of our own people."""
    for row in group.follow_ups:
        if is_case(row) and StepKey.parse(row.step).mark is not Mark.LINK:
            history.note(session, (Subject.CASE, row.subject_id), "escalated", now, row.sweep, cause=row.step)
        elif is_rung(row):
            told(session, row, now)


def _retry(policy: Policy, group: Group, answer: Deferred, now: datetime) -> dict[str, Any]:
    """Later, by the policy's waits; failed when they are used up."""
    waits, tried = policy.sending.retry_minutes, group.lead.attempts
    if tried >= len(waits):
        return {"state": FollowUpState.FAILED, "reason": f"{answer.code} {answer.text}"}
    return {"state": FollowUpState.PLANNED, "due_at": now + timedelta(minutes=waits[tried])}


def _cases_of(group: Group) -> list[int]:
    return [row.subject_id for row in group.follow_ups if is_case(row)]


def _undeliverable(
    session: Session, policy: Policy, group: Group, now: datetime, report: Report
) -> list[int]:
    """No contact fails in silence: a person is told to call the customer; a notice goes to the next of our people.

    Returns the numbers of the cases that it led to, or was about.
    """
    lead = group.lead
    if lead.staff_id is not None:
        tell_the_next(session, lead, now)
        report.due = True  # by the same run
        return _cases_of(group)
    case = open_case(
        session,
        policy,
        group.customer.id,
        CaseReasonKind.UNDELIVERABLE,
        (lead.subject_type, lead.subject_id),
        now=now,
        actor=lead.sweep,
    )
    return [case.id]


def tell_the_next(session: Session, failed: FollowUp, now: datetime) -> None:
    """The same notice once more; the claim finds somebody whose server has not refused it, or says there is nobody."""
    plan.add_follow_ups(
        session,
        [
            {
                "subject_type": failed.subject_type,
                "subject_id": failed.subject_id,
                "customer_id": failed.customer_id,
                "staff_id": None,
                "audience": failed.audience,
                "sweep": failed.sweep,
                "kind": failed.kind,
                "step": str(StepKey.parse(failed.step).next_round),
                "nudge": 0,
                "owed_at": now,
                "due_at": now,
                "state": FollowUpState.PLANNED,
                "attempts": 0,
            }
        ],
    )


def _is_bad_address(code: int, text: str) -> bool:
    """Whether the address itself is wrong. An enhanced code (RFC 3463) says so; without one, the plain code has to."""
    if _ENHANCED.search(text):
        return _BAD_ADDRESS.search(text) is not None
    return code in _BAD_ADDRESS_CODES


def _suppress(session: Session, group: Group, now: datetime) -> None:
    if group.lead.staff_id is None:
        customer = session.get_one(Customer, group.customer.id)
        wanted = customer.billing_email if group.cadence.audience == "billing" else None
        customer.suppressed_at, customer.suppressed_email = now, wanted or customer.email
