"""Somebody called and reached nobody: that keeps no promise. It is tried again, by the next person, then in writing."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history, people
from models.queries.planning import plan
from models.rules.calendar.due import due_at
from models.rules.commitments.tries import NextCaller, after_try
from models.rules.planning.plan import PlanFacts, new_row, owed
from models.rules.planning.step_key import Mark, StepKey
from models.tables import Commitment
from models.words import Level, Subject
from tasks.commitments import ladder

_TRIED = "not-reached"


def try_again(
    session: Session, policy: Policy, promise: Commitment, words: str, *, now: datetime, actor: str
) -> datetime:
    """Note the try; returns when the next one is due. The promise stays open, its due time and ladder as they were.

    After the policy's tries the deputy goes on, and after those the customer is asked in writing for a good time. From
    then on there is one try each working day, until the customer answers or a person closes it by what was done.

    Args:
        session: an open transaction; `promise` is locked in it.
        policy: `[ledger] tries`, the waits between them in working hours.
        promise: an open promise.
        words: what the caller says of it.
        now: aware.
        actor: reference of the member of staff.
    """
    promise.tries += 1
    if (who := people.staff_by_ref(session, actor)) is not None and who.id == promise.owner_id:
        promise.acted_at = now
    step = after_try(promise.tries, policy.ledger.tries, has_deputy=_has_deputy(session, promise, now))
    at = due_at(now, step.wait, policy.working_hours, policy.company.place)
    about = (Subject.COMMITMENT, promise.id)
    history.note(session, about, _TRIED, now, actor, cause=words, number=promise.tries, next=at.isoformat())
    if step.by is NextCaller.DEPUTY and promise.deputy_id is not None:
        ladder.hand_over(
            session, policy, promise, promise.deputy_id, now=now, actor=actor, cause=f"{_TRIED}: {words}"
        )
    elif step.by is NextCaller.CUSTOMER:
        _write(session, policy, promise, now)
    key = StepKey("try", Level.OWNER, mark=Mark.TRY, value=str(promise.tries))
    ladder.tell_more(session, policy, promise, key, at)
    return at


def _has_deputy(session: Session, promise: Commitment, now: datetime) -> bool:
    """Whether somebody else is here to try it."""
    return any(
        one.id == promise.deputy_id and one.id != promise.owner_id and one.email and one.is_there(now.date())
        for one in people.people(session)
    )


def _write(session: Session, policy: Policy, promise: Commitment, now: datetime) -> None:
    """Ask the customer in writing when a call suits: once a day at most, whatever is owed."""
    if promise.customer_id is None:
        return
    anchors = {_TRIED: now}
    subject = PlanFacts(
        Subject.CUSTOMER, promise.customer_id, promise.customer_id, policy.company.place, anchors
    )
    rows = [new_row(subject, item) for item in owed(subject, policy.cadences, policy.windows)]
    plan.add_follow_ups(
        session, [{**row, "step": str(StepKey.parse(row["step"]).on(now.date()))} for row in rows]
    )
