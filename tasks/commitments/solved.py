"""The customer is asked whether it is solved: after the case is closed, and again once its remedy is kept (B22)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.cases import cases
from models.queries.planning import plan
from models.rules.calendar.calendars import Place
from models.rules.cases import closing
from models.rules.commitments.outcomes import REMEDIES
from models.rules.planning.plan import PlanFacts, new_row, owed
from models.rules.planning.step_key import StepKey
from models.tables import Case, Commitment, Customer
from models.words import Outcome, Subject


def ask_if_solved(
    session: Session, policy: Policy, case_id: int, customer_id: int, now: datetime, on: date | None = None
) -> None:
    """Plan the question; `on` is the day of the remedy, where it is asked once more."""
    customer = session.get_one(Customer, customer_id)
    place = Place(customer.country, customer.timezone)
    subject = PlanFacts(Subject.CLOSED_CASE, case_id, customer.id, place, {"closed": now})
    rows = [new_row(subject, item) for item in owed(subject, policy.cadences, policy.windows)]
    if on is not None:
        rows = [{**row, "step": str(StepKey.parse(row["step"]).on(on))} for row in rows]
    plan.add_follow_ups(session, rows)


def remedy_kept(session: Session, policy: Policy, kept: Commitment, now: datetime) -> None:
    """What was agreed on in a case that is closed was done: the customer says whether that was it."""
    case = session.get(Case, kept.case_id) if kept.case_id is not None else None
    if case is None or case.closed_at is None or kept.kind not in REMEDIES:
        return
    reasons = [one.reason for one in cases.reasons(session, case.id)]
    if case.outcome is not None and closing.asks_again(Outcome(case.outcome), reasons):
        ask_if_solved(session, policy, case.id, case.customer_id, now, now.date())
