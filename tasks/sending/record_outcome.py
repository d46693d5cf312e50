"""Writing down what the mail server said, and what follows from it.

`models.rules.sending.answers` decides what an answer means; this applies it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import claim, messages
from models.rules.calendar.calendars import Place
from models.rules.escalation.silence import answer_by
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
from models.words import FollowUpState, MessageState
from tasks.mails.control_words import NUDGE
from tasks.mails.letter_facts import Group
from tasks.runtime.apart import apart
from tasks.runtime.held_rows import hold
from tasks.sending.hold_rows import hold_rows
from tasks.sending.sweep_report import FAULT, TRIED_AGAIN, Report, count_mail
from tasks.sending.told_days import keep_told
from tasks.sending.undeliverable import cases_of, suppress_address, undeliverable
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
            count_mail(report, item.group, "in doubt", "connection lost")
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
    count_mail(report, item.group, "sent")
    count_mail(report, item.group, FAULT, fault.reason)


def keep_trial(
    session: Session, message_ids: Sequence[int], groups: Sequence[Group], now: datetime, report: Report
) -> None:
    """Write down mails that nobody gets, as of a trial."""
    messages.end_trial(session, message_ids, now)
    for group in groups:
        count_mail(report, group, "on trial")
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
        count_mail(report, group, "on trial")
        return [
            {"id": row.id, "state": FollowUpState.TRIAL, "attempts": row.attempts + 1}
            for row in group.follow_ups
        ]
    match verdict:
        case Sent():
            for row in group.follow_ups:
                kind = row.kind + (NUDGE if row.nudge else "")
                report.count(kind, "sent", cases=cases_of(row), about=[row])
            follow(session, policy, group.follow_ups, now)
            at, place = item.at or now, Place(group.customer.country, group.customer.timezone)
            change = {
                "state": FollowUpState.SENT,
                "sent_at": at,
                "answer_by": answer_by(group.cadence, at, place),
            }
        case Failed(why, suppress):
            change = {"state": FollowUpState.FAILED, "reason": why}
            opened = undeliverable(session, policy, group, now, report)
            count_mail(report, group, "failed", short(answer), opened)
            if suppress:
                suppress_address(session, group, why, now)
        case AboutUs(_, at):
            claim.plan_again(session, [row.id for row in group.follow_ups])
            count_mail(report, group, TRIED_AGAIN, _about_us(answer))
            later = {"due_at": at} if at is not None else {}
            return [{"id": row.id, "state": FollowUpState.PLANNED, **later} for row in group.follow_ups]
        case Retry(at, _):
            change = {"state": FollowUpState.PLANNED, "due_at": at}
            claim.plan_again(session, [row.id for row in group.follow_ups])
            count_mail(report, group, TRIED_AGAIN, short(answer))
        case InDoubt():
            return []  # was left out above
    return [
        {"id": row.id, **change, **_joined(group, row, change), "attempts": row.attempts + 1}
        for row in group.follow_ups
    ]


def _joined(group: Group, row: FollowUp, change: Mapping[str, Any]) -> dict[str, Any]:
    """What joined another contact's mail is proven by it, and is not waited for besides."""
    return {"answer_by": None} if row.kind != group.lead.kind and "answer_by" in change else {}


def _about_us(answer: Answer) -> str:
    return NO_SERVER if isinstance(answer, NotStarted) else REFUSES
