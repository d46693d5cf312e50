"""What becomes of a mail that cannot reach its reader: no contact fails in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.planning import plan
from models.queries.sending import claim
from models.rules.planning.step_key import StepKey
from models.rules.sending.faults import Fault
from models.tables import FollowUp
from models.words import CaseReasonKind, FollowUpState, Subject
from tasks.cases.open_case import open_case
from tasks.mails.letter_facts import Group, address, is_case
from tasks.runtime.apart import apart
from tasks.sending.hold_rows import hold_rows
from tasks.sending.suppressions import suppress
from tasks.sending.sweep_report import Report, count_mail


@dataclass(frozen=True)
class Unwritable:
    """A mail that could not be composed, and why; nothing was marked or sent."""

    group: Group
    why: str


@dataclass(frozen=True)
class Faulty:
    """A mail that a fault of the program or of its text keeps back; nothing was marked or sent."""

    group: Group
    fault: Fault


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
    opened = undeliverable(session, policy, broken.group, now, report)
    count_mail(report, broken.group, "failed", "unusable address", opened)
    suppress_address(session, broken.group, broken.why, now)


def undeliverable(session: Session, policy: Policy, group: Group, now: datetime, report: Report) -> list[int]:
    """No contact fails in silence: a person is told to call the customer; a notice goes to the next of our people.

    Returns the numbers of the cases that it led to, or was about.
    """
    lead = group.lead
    if lead.staff_id is not None:
        for row in group.follow_ups:
            tell_the_next(session, row, now)
        report.due = True  # by the same run
        return cases_of(*group.follow_ups)
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


def suppress_address(session: Session, group: Group, why: str, now: datetime) -> None:
    """The address that the mail went to, of the customer's; the other one goes on."""
    is_customers = group.lead.customer_id is not None and group.lead.subject_type != Subject.HEARD
    if group.lead.staff_id is None and is_customers:
        to = group.addressed or address(group.cadence.audience, group.customer, None, ())
        if to is not None:
            suppress(session, group.customer, to, why, now, group.lead.sweep)


def cases_of(*rows: FollowUp) -> list[int]:
    """The numbers of the cases that notices are about."""
    return [row.subject_id for row in rows if is_case(row)]
