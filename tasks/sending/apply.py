"""Applying what was decided of a batch: the one place that writes it, opens its cases, and counts it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.cases import cases
from models.queries.escalation import ladder_steps
from models.queries.sending import claim
from models.rules.escalation.ownership import UNREACHED
from models.rules.sending.before_sending import (
    IN_DIGEST,
    JUST_TOLD,
    Ask,
    HoldBack,
    OpenCase,
    Send,
    Skip,
    Unheard,
)
from models.words import CommitmentKind, Role, Subject
from tasks.cases.open_case import fill_in, open_case
from tasks.commitments.close import promise
from tasks.credit_recovery.ask_manager import ask_manager
from tasks.escalation.notify import is_rung, note_skipped_rung, note_unheard, told, told_in_digest
from tasks.sending.decide import Ruling, Rulings
from tasks.sending.follow_up_changes import outcome_of, settlement
from tasks.sending.sweep_report import Report, Scope


def apply(session: Session, policy: Policy, scope: Scope, rulings: Rulings, report: Report) -> None:
    """Write what becomes of everything that is not sent now; what is sent keeps its claim."""
    ladder_steps.move(session, rulings.times)
    report.due |= bool(rulings.times)
    settled: list[dict[str, Any]] = []
    for ruling in rulings.each:
        _name_recipient(session, policy, ruling, scope)
        if not isinstance(ruling.decision, Send):
            settled.append({"id": ruling.row.id, **settlement(ruling.row, ruling.decision)})
            opened = _act(session, policy, ruling, scope)
            report.count(ruling.row.kind, *outcome_of(ruling.decision), cases=opened, about=[ruling.row])
    _point_to_cases(session, report, rulings.each)
    claim.settle(session, settled)


def _name_recipient(session: Session, policy: Policy, ruling: Ruling, scope: Scope) -> None:
    """Write down who of our people gets a notice; a case that had nobody is that person's from now on."""
    row = ruling.row
    if ruling.staff_id is None:
        return
    row.staff_id = ruling.staff_id
    if row.subject_type == Subject.CASE and policy.cadences[row.kind].audience != Role.SELLER:
        fill_in(session, row.subject_id, ruling.staff_id, scope.now, row.sweep)


def _act(session: Session, policy: Policy, ruling: Ruling, scope: Scope) -> list[int]:
    """Do what a decision asks for beside its row; returns the numbers of cases that it led to."""
    row, decision = ruling.row, ruling.decision
    match decision:
        case OpenCase(reason):
            about = (row.subject_type, row.subject_id)
            case = open_case(
                session, policy, ruling.customer.id, reason, about, now=scope.now, actor=scope.sweep
            )
            _owe(session, policy, ruling, scope)
            return [case.id]
        case Ask(what):
            ask_manager(session, policy, ruling.customer.id, CommitmentKind(what), scope.now, scope.sweep)
        case Skip(reason) if reason == IN_DIGEST:
            told_in_digest(session, row, scope.now)
        case Skip(reason) if reason == JUST_TOLD and is_rung(row):
            told(session, row, scope.now)
        case Skip(reason) if is_rung(row) and reason.startswith(UNREACHED):
            note_skipped_rung(session, row, reason, scope.now)
        case Unheard(_, is_known) if not is_known:
            note_unheard(session, row, scope.now)
        case _:
            pass
    return []


def _owe(session: Session, policy: Policy, ruling: Ruling, scope: Scope) -> None:
    """An alarm may make a commitment too: a welcome that never arrived is owed as a call (B29)."""
    alarm = ruling.row
    owes, about = policy.cadences[alarm.kind].owes, (alarm.subject_type, alarm.subject_id)
    if owes is not None and alarm.customer_id is not None:
        kind = CommitmentKind(owes)
        promise(session, policy, alarm.customer_id, kind, about, now=scope.now, actor=scope.sweep)


def _point_to_cases(session: Session, report: Report, rulings: Sequence[Ruling]) -> None:
    """What is held can be looked up: the customer's open case stands beside it."""
    held = [
        (one.row.kind, one.decision, one.customer.id) for one in rulings if isinstance(one.decision, HoldBack)
    ]
    known = cases.open_numbers(session, {customer_id for *_, customer_id in held}) if held else {}
    for kind, decision, customer_id in held:
        if customer_id in known:
            report.count(kind, *outcome_of(decision), number=0, cases=[known[customer_id]])
