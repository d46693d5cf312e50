"""Who complains by mail is told within a sweep that we have it, who calls and by when: once a matter (B19, B35)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.cases import cases
from models.queries.mailboxes import acknowledgements
from models.queries.planning import plan
from models.rules.mailboxes.acknowledging import may_be_told
from models.rules.planning.plan import PlanFacts, new_row, owed
from models.words import Subject
from tasks.inbound.message import Verdict
from tasks.mailboxes.arrived import Arrived

_OF_SENDERS = ("token", "thread", "sender", "named")
"""What a mail is known by that its sender wrote to us; one that a colleague passed on is answered by nobody here."""
_QUIET = timedelta(days=7)
"""A stranger is told once in so long."""


def acknowledge(session: Session, policy: Policy, complaints: Sequence[Arrived], now: datetime) -> None:
    """Plan the word to these senders, whose mails speak of trouble."""
    wanted = [one for one in complaints if _may_be_told(policy, one)]
    open_cases = cases.open_cases_of(session, {one.row.customer_id for one in wanted if one.row.customer_id})
    for one in wanted:
        case = open_cases.get(one.row.customer_id or 0)
        since = case.opened_at if case is not None else now - _QUIET
        row = one.row
        if acknowledgements.was_told(session, customer_id=row.customer_id, sender=row.sender, since=since):
            continue
        anchors = {"spoke": now}
        subject = PlanFacts(Subject.HEARD, row.id, row.customer_id, policy.company.place, anchors)
        rows = [new_row(subject, item) for item in owed(subject, policy.cadences, policy.windows)]
        plan.add_follow_ups(session, rows)


def _may_be_told(policy: Policy, arrived: Arrived) -> bool:
    row = arrived.row
    is_senders = arrived.said is None and (row.customer_id is None or row.matched_by in _OF_SENDERS)
    is_sure = row.verdict == Verdict.HUMAN and arrived.match.staff_id is None and is_senders
    return may_be_told(row.sender, policy.company.sender, is_sure=is_sure, is_bulk=arrived.is_bulk)
