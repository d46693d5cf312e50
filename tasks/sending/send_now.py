"""Bringing one contact forward: an act of its own, on today's facts; holds stay, and quiet hours unless named."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history
from models.queries.sending import forward
from models.rules.calendar.calendars import local_day
from models.rules.cases.acting import ActError
from models.rules.planning.step_key import StepKey
from models.rules.sending.day_it_tells import is_too_early
from models.tables import FollowUp, Invoice, Order
from models.words import Subject
from tasks.planning.plan import plan_all
from tasks.runtime.ground import Ground


@dataclass(frozen=True)
class Forward:
    """The one contact that is brought forward."""

    sweep: str
    kind: str
    customer_id: int


def bring_forward(
    ground: Ground, kind: str, ref: str, by: str, reason: str, *, step: str = "", now: datetime
) -> Forward:
    """Make a contact about an order or invoice due now; the sweep decides about it like about any other.

    Nothing else of the order is touched: what is due later stays due later.

    Raises:
        ActError: nothing of this kind waits there, the words are missing, or it says that a day has passed too early.
    """
    if not reason.strip():
        raise ActError("need-text", "reason: say in a few words why it is sent now; nothing was done")
    plan_all(ground.db, ground.policy, now)
    with ground.db.write() as session:
        row = _wanted(session, ground.policy, kind, ref, step)
        if too_early(session, ground.policy, row, now):
            raise ActError(
                "too-early", f"{kind} says that a day has passed, which has not yet; nothing was done"
            )
        row.due_at = min(row.due_at, now)
        about = (row.subject_type, row.subject_id)
        history.note(
            session, about, "brought-forward", now, by, cause=reason.strip(), kind=kind, step=row.step
        )
        return Forward(row.sweep, row.kind, row.customer_id or 0)


def _wanted(session: Session, policy: Policy, kind: str, ref: str, step: str) -> FollowUp:
    if kind not in policy.cadences:
        raise ActError(
            "unknown", f"{kind!r} is no kind of the policy; choose from {', '.join(sorted(policy.cadences))}"
        )
    waiting = forward.waiting(session, kind, ref)
    found = [row for row in waiting if not step or StepKey.parse(row.step).name == step]
    if not found:
        what = f"{kind}, {step}" if step else kind
        raise ActError(
            "none-waits",
            f"nothing of {what} waits for {ref}; `seguito explain {ref}` says why. Nothing was done",
        )
    return found[0]


def too_early(session: Session, policy: Policy, row: FollowUp, now: datetime) -> bool:
    """Whether a contact that waits would say of a day that it has passed, and it has not."""
    day = None
    if row.subject_type == Subject.ORDER:
        day = session.get_one(Order, row.subject_id).promised_on
    elif row.subject_type == Subject.INVOICE:
        day = session.get_one(Invoice, row.subject_id).due_on
    today = local_day(now, policy.company.place)
    return is_too_early(policy.cadences[row.kind], StepKey.parse(row.step).name, day, today)


def next_is_too_early(session: Session, policy: Policy, kind: str, ref: str, now: datetime) -> bool:
    """The same of the first contact of a kind that waits; False where none does."""
    waits = forward.waiting(session, kind, ref, lock=False)
    return bool(waits) and too_early(session, policy, waits[0], now)
