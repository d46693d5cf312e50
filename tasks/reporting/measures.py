"""The measures of a span of time, gathered for a page and for JSON (B14)."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.cases import contract_ends
from models.queries.escalation import call_list
from models.queries.reporting.measures.backlog import Backlog, backlog, contacts_since
from models.queries.reporting.measures.calls import Calls, calls
from models.queries.reporting.measures.cases import CaseFigures, by_contacts, cases, waited
from models.queries.reporting.measures.contacts import Contacts, contacts, sent_by_kind
from models.queries.reporting.measures.orders import LeadTimes, delivered, lead_times, turnover
from models.queries.reporting.measures.promises import members, promises
from models.queries.reporting.measures.span import Span
from models.rules.escalation.call_list import ranked
from models.rules.reporting.figures import Share, Spread, rank_correlation
from models.rules.reporting.tallies import Tally, by_kind, by_owner, tally

_WELCOMED = "welcomed"


@dataclass(frozen=True)
class Queue:
    """The call list as it stands now: whether contacting us more often has anything to do with one's place (B10)."""

    waiting: int
    place_by_contacts: float | None
    """Rank correlation of place and number of contacts: below 0, writing more often would bring one forward."""
    place_by_waiting: float | None
    """Rank correlation of place and waiting time, for comparison."""


@dataclass(frozen=True)
class Measures:
    """What was sold in a span, and beside it what came after the sale."""

    start: datetime
    end: datetime
    orders: int
    turnover_cents: dict[str, int]
    """By currency."""
    delivered_in_time: Share
    """By the day promised first."""
    lead_times: Sequence[LeadTimes]
    sent: dict[str, int]
    """Contacts sent to customers, by kind; nudges are left out."""
    contacts: Contacts
    cases: CaseFigures
    waits_by_contacts: dict[str, Spread]
    """Hours from opening to closing a case, by how often the customer contacted us meanwhile (B10)."""
    backlog: Backlog
    calls: Calls
    queue: Queue
    contract_ends: dict[str, dict[str, int]]
    """Withdrawals and terminations that a person has confirmed, each by cause: two rights, never one sum (B37)."""
    promises: Tally
    promises_by_kind: dict[str, Tally]
    promises_by_owner: dict[str, Tally]
    """By team, or by reference of the owner where the policy names owners (B23)."""

    def as_json(self) -> dict[str, Any]:
        """Plain values; times are ISO 8601 in UTC."""
        values = asdict(self)
        return {**values, "start": self.start.isoformat(), "end": self.end.isoformat()}


def measure(session: Session, policy: Policy, span: Span, now: datetime) -> Measures:
    """Count a span; `now` decides which promises are overdue."""
    sold, amounts = turnover(session, span)
    came = delivered(session, span)
    ended = promises(session, span, now)
    ends = contract_ends.counts(session, span.start, span.end)
    return Measures(
        start=span.start,
        end=span.end,
        orders=sold,
        turnover_cents=amounts,
        delivered_in_time=Share(sum(order.in_time for order in came), len(came)),
        lead_times=lead_times(came),
        sent=sent_by_kind(session, span),
        contacts=contacts(session, span, _welcome_alarms(policy)),
        cases=cases(session, span),
        waits_by_contacts=by_contacts(waited(session, span)),
        backlog=backlog(session, span),
        calls=calls(session, span, policy.ledger.calls_a_day, policy.working_hours, policy.company.place),
        queue=queue(session, now),
        contract_ends={kind: dict(sorted(by.items())) for kind, by in ends.items()},
        promises=tally(ended),
        promises_by_kind=by_kind(ended),
        promises_by_owner=by_owner(
            ended, members(session), policy.report.min_team, by_name=policy.report.name_owners
        ),
    )


def queue(session: Session, now: datetime) -> Queue:
    """Whether the places on the call list have to do with how often customers contacted us."""
    waiting = ranked(call_list.open_cases(session) + call_list.commitments(session))
    count = contacts_since(session, {call.customer: call.since for call in waiting})
    places = list(range(1, len(waiting) + 1))
    waited_hours = [(now - call.since).total_seconds() for call in waiting]
    return Queue(
        len(waiting),
        rank_correlation(places, [count[call.customer] for call in waiting]),
        rank_correlation(places, waited_hours),
    )


def _welcome_alarms(policy: Policy) -> Collection[str]:
    """The kinds that ring when an order was not welcomed."""
    return [
        kind
        for kind, cadence in policy.cadences.items()
        if cadence.opens_case and _WELCOMED in cadence.moot_when
    ]
