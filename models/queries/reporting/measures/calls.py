"""The calls that managers made, against what they can make (the capacity of the policy)."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from models.queries.commitments.commitments import BY_HAND
from models.queries.reporting.measures.span import Span, number
from models.rules.calendar.calendars import Place, Window, day_start, local_day, next_open
from models.tables import Commitment, Staff
from models.words import CommitmentState, Role

_CALLERS = (Role.MANAGER, Role.DIRECTOR)
_DONE = (CommitmentState.KEPT, CommitmentState.LATE)


@dataclass(frozen=True)
class Calls:
    """What managers did for customers in a span: the promises on their lists that they ended."""

    made: int
    capacity: int
    """Working days of the span, times managers, times calls a day."""


def calls(session: Session, span: Span, calls_a_day: int, hours: Window, place: Place) -> Calls:
    """Count a span; `hours` and `place` are those of our people."""
    made = number(
        session,
        select(func.count(Commitment.id))
        .join(Staff, Staff.id == func.coalesce(Commitment.told_id, Commitment.owner_id))
        .where(
            span.holds(Commitment.done_at),
            Commitment.kind.in_(BY_HAND),
            Commitment.state.in_(_DONE),
            Staff.role.in_(_CALLERS),
        ),
    )
    managers = number(
        session, select(func.count(Staff.id)).where(Staff.active == true(), Staff.role == Role.MANAGER)
    )
    return Calls(made, _working_days(span, hours, place) * managers * calls_a_day)


def _working_days(span: Span, hours: Window, place: Place) -> int:
    """Days of the span on which our people work."""
    first, last = local_day(span.start, place), local_day(span.end - timedelta(microseconds=1), place)
    days = (first + timedelta(days=count) for count in range((last - first).days + 1))
    return sum(local_day(next_open(day_start(day, place), hours, place), place) == day for day in days)
