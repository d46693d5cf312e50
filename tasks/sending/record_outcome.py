"""Writing down what the mail server said, and what follows from it.

`models.rules.sending.answers` decides what an answer means; this applies it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.planning import plan
from models.queries.sending import claim, messages
from models.rules.calendar.calendars import Place
from models.rules.escalation.silence import answer_by
from models.rules.planning.step_key import StepKey
from models.rules.sending.answers import (
    AboutUs,
    Accepted,
    Answer,
    Doubtful,
    Failed,
    InDoubt,
    NotStarted,
    Refused,
    Retry,
    Sent,
    Verdict,
    judge,
    short,
)
from models.rules.sending.faults import Fault, Stage
from models.tables import FollowUp
from models.words import CaseReasonKind, FollowUpState, MessageState, Subject
from tasks.cases.open_case import open_case
from tasks.mails.control_words import NUDGE
from tasks.mails.letter_facts import Group, address, is_case
from tasks.runtime.apart import apart
from tasks.runtime.held_rows import hold
from tasks.sending.hold_rows import hold_rows
from tasks.sending.suppressions import suppress
from tasks.sending.sweep_report import FAULT, TRIED_AGAIN, Report
from tasks.sending.told_days import keep_told
from tasks.sending.went_out import follow

NO_SERVER = "no mail server"
REFUSES = "the mail server refuses"
"""Reasons in the report for what was not about the contacts."""


@dataclass(frozen=True)
class Finished:
    """One mail with the server's answer."""

    message_id: int
    group: Group
    answer: Answer
    verdict: Verdict | None = None
    """Where it is known already that the answer is about us; else the rule says what it means."""
    at: datetime | None = None
    """When the answer came, if that was before now."""


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

    def follow(items: Sequence[Finished]) -> tuple[list[dict[str, Any]], Report]:
        part = Report()
        rows = [row for item in items for row in _apply(session, policy, item, now, part)]
        keep_told(session, [item.group for item in items if isinstance(item.answer, Accepted)], now)
        return rows, part

    def failed(item: Finished, fault: Fault) -> None:
        _hold(session, item, fault, now, report)

    rows: list[dict[str, Any]] = []
    for more, part in apart(session, [item for item in known if item.message_id in ours], follow, failed):
        rows += more
        report.take(part)
    for item in finished:
        if isinstance(item.answer, Doubtful):  # stays marked; settled when its lease is over
            _count(report, item.group, "in doubt", "connection lost")
    claim.settle(session, rows)


def _hold(session: Session, item: Finished, fault: Fault, now: datetime, report: Report) -> None:
    """What follows from an answer failed. A mail that went out stays sent; any other one is tried again."""
    rows = item.group.follow_ups
    if not isinstance(item.answer, Accepted):
        hold_rows(session, [row.id for row in rows], fault, now, report)
        return
    sent = {"state": FollowUpState.SENT, "sent_at": item.at or now, "reason": fault.reason}
    claim.settle(session, [{"id": row.id, **sent, "attempts": row.attempts + 1} for row in rows])
    hold(session, fault, Stage.OTHER, (), now)
    _count(report, item.group, "sent")
    _count(report, item.group, FAULT, fault.reason)


def give_up_apart(
    session: Session, policy: Policy, broken: Unwritable, report: Report, now: datetime
) -> None:
    """As `give_up`; where what follows from it fails, the contact is held instead."""

    def follow(items: Sequence[Unwritable]) -> Report:
        part = Report()
        for item in items:
            give_up(session, policy, item, part, now)
        return part

    def failed(item: Unwritable, fault: Fault) -> None:
        hold_rows(session, [row.id for row in item.group.follow_ups], fault, now, report)

    for part in apart(session, [broken], follow, failed):
        report.take(part)


def give_up(session: Session, policy: Policy, broken: Unwritable, report: Report, now: datetime) -> None:
    """Note a mail that cannot be composed; a person is told to call instead."""
    rows = broken.group.follow_ups
    claim.settle(
        session, [{"id": row.id, "state": FollowUpState.FAILED, "reason": broken.why} for row in rows]
    )
    opened = _undeliverable(session, policy, broken.group, now, report)
    _count(report, broken.group, "failed", "unusable address", opened)
    _suppress(session, broken.group, broken.why, now)


def keep_trial(
    session: Session, message_ids: Sequence[int], groups: Sequence[Group], now: datetime, report: Report
) -> None:
    """Write down mails that nobody gets, as of a trial."""
    messages.end_trial(session, message_ids, now)
    for group in groups:
        _count(report, group, "on trial")
    claim.settle(
        session,
        [
            {"id": row.id, "state": FollowUpState.TRIAL, "attempts": row.attempts + 1}
            for group in groups
            for row in group.follow_ups
        ],
    )


def _message_row(item: Finished, now: datetime) -> dict[str, Any]:
    match item.answer:
        case Accepted():
            state = MessageState.ACCEPTED
        case Refused():
            state = MessageState.REFUSED
        case _:
            state = MessageState.DEFERRED
    if isinstance(item.verdict, AboutUs):
        state = MessageState.DEFERRED  # the same mail goes again
    code = getattr(item.answer, "code", None)
    return {
        "id": item.message_id,
        "state": state,
        "recorded_at": now,
        "smtp_code": code,
        "smtp_text": item.answer.text,
    }


def _apply(
    session: Session, policy: Policy, item: Finished, now: datetime, report: Report
) -> list[dict[str, Any]]:
    """What a verdict makes of the contacts that a mail carried; returns their columns to set."""
    group, answer = item.group, item.answer
    verdict = item.verdict or judge(answer, group.lead.attempts, policy.sending.retry_minutes, now)
    change: dict[str, Any]
    if group.is_trial and isinstance(verdict, Sent | Failed):
        _count(report, group, "on trial")
        return [
            {"id": row.id, "state": FollowUpState.TRIAL, "attempts": row.attempts + 1}
            for row in group.follow_ups
        ]
    match verdict:
        case Sent():
            for row in group.follow_ups:
                kind = row.kind + (NUDGE if row.nudge else "")
                report.count(kind, "sent", cases=_cases_of(row), about=[row])
            follow(session, policy, group.follow_ups, now)
            at, place = item.at or now, Place(group.customer.country, group.customer.timezone)
            change = {
                "state": FollowUpState.SENT,
                "sent_at": at,
                "answer_by": answer_by(group.cadence, at, place),
            }
        case Failed(why, suppress):
            change = {"state": FollowUpState.FAILED, "reason": why}
            opened = _undeliverable(session, policy, group, now, report)
            _count(report, group, "failed", short(answer), opened)
            if suppress:
                _suppress(session, group, why, now)
        case AboutUs(_, at):
            claim.plan_again(session, [row.id for row in group.follow_ups])
            _count(report, group, TRIED_AGAIN, _about_us(answer))
            later = {"due_at": at} if at is not None else {}
            return [{"id": row.id, "state": FollowUpState.PLANNED, **later} for row in group.follow_ups]
        case Retry(at, _):
            change = {"state": FollowUpState.PLANNED, "due_at": at}
            claim.plan_again(session, [row.id for row in group.follow_ups])
            _count(report, group, TRIED_AGAIN, short(answer))
        case InDoubt():
            return []  # was left out above
    return [
        {"id": row.id, **change, **_joined(group, row, change), "attempts": row.attempts + 1}
        for row in group.follow_ups
    ]


def _count(report: Report, group: Group, outcome: str, reason: str = "", cases: Sequence[int] = ()) -> None:
    """Add what a mail carried to a count."""
    kind, rows = group.lead.kind + (NUDGE if group.lead.nudge else ""), group.follow_ups
    report.count(kind, outcome, reason, len(rows), cases=cases, about=rows)


def _joined(group: Group, row: FollowUp, change: Mapping[str, Any]) -> dict[str, Any]:
    """What joined another contact's mail is proven by it, and is not waited for besides."""
    return {"answer_by": None} if row.kind != group.lead.kind and "answer_by" in change else {}


def _about_us(answer: Answer) -> str:
    return NO_SERVER if isinstance(answer, NotStarted) else REFUSES


def _cases_of(*rows: FollowUp) -> list[int]:
    return [row.subject_id for row in rows if is_case(row)]


def _undeliverable(
    session: Session, policy: Policy, group: Group, now: datetime, report: Report
) -> list[int]:
    """No contact fails in silence: a person is told to call the customer; a notice goes to the next of our people.

    Returns the numbers of the cases that it led to, or was about.
    """
    lead = group.lead
    if lead.staff_id is not None:
        for row in group.follow_ups:
            tell_the_next(session, row, now)
        report.due = True  # by the same run
        return _cases_of(*group.follow_ups)
    if lead.subject_type == Subject.HEARD:
        return []  # the matter has an owner and a clock; only the word that we have it did not arrive
    if lead.customer_id is None:
        return []  # what a stranger asked stays owed
    is_reply = lead.subject_type == Subject.REPLY
    first = {row.customer_id: row for row in reversed(group.follow_ups)}
    return [
        open_case(
            session,
            policy,
            customer_id if customer_id is not None else group.customer.id,
            CaseReasonKind.UNDELIVERABLE,
            (Subject.CUSTOMER, lead.customer_id) if is_reply else (row.subject_type, row.subject_id),
            now=now,
            actor=row.sweep,
        ).id
        for customer_id, row in sorted(first.items(), key=lambda one: one[0] or 0)
    ]


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


def _suppress(session: Session, group: Group, why: str, now: datetime) -> None:
    """The address that the mail went to, of the customer's; the other one goes on."""
    is_customers = group.lead.customer_id is not None and group.lead.subject_type != Subject.HEARD
    if group.lead.staff_id is None and is_customers:
        to = group.addressed or address(group.cadence.audience, group.customer, None, ())
        if to is not None:
            suppress(session, group.customer, to, why, now, group.lead.sweep)
