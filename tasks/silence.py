"""When nobody answers: nudge, and then take the matter to a person."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import planning, responses
from models.rules.calendars import Place, next_open
from models.rules.drawing import DRAWN, is_drawn
from models.rules.silence import Nudge, Silent, after_waiting
from models.tables import Customer, FollowUp
from models.words import CaseReasonKind, CommitmentKind, FollowUpState
from tasks.cases import open_case
from tasks.commitments import promise
from tasks.database import Database

BATCH = 500


def watch_silence(
    db: Database, policy: Policy, now: datetime, customers: Collection[int] = ()
) -> Counter[str]:
    """Look at every contact whose time to answer is over; one transaction a batch. Empty `customers` means all.

    Returns how many were nudged, silent, and taken to a person (`nudged`, `silent`, `cases`).
    """
    total: Counter[str] = Counter()
    while True:
        with db.write() as session:
            count = watch_batch(session, policy, now, customers)
        total += count
        if not count:
            return total


def rehearse_silence(
    db: Database, policy: Policy, now: datetime, customers: Collection[int] = ()
) -> Counter[str]:
    """What `watch_silence` would do, in one transaction that is rolled back."""
    total: Counter[str] = Counter()
    with db.rehearse() as session:
        while count := watch_batch(session, policy, now, customers):
            total += count
    return total


def watch_batch(
    session: Session, policy: Policy, now: datetime, customers: Collection[int] = ()
) -> Counter[str]:
    """One batch of `watch_silence`, customer by customer: two runs that lock cases must come to them in one order."""
    count: Counter[str] = Counter()
    found = responses.unanswered(session, now, BATCH, customers)
    for waiting in sorted(found, key=lambda row: (row.customer_id or 0, row.id)):
        cadence = policy.cadences.get(waiting.kind)
        ended = responses.has_nudge(session, waiting, waiting.nudge + 1)
        decision = (
            after_waiting(cadence, waiting.step, waiting.nudge, ended=ended)
            if cadence
            else Silent(opens_case=False)
        )
        if isinstance(decision, Nudge):
            _nudge(session, policy, waiting, decision.number, now)
            count["nudged"] += 1
            continue
        responses.silence_thread(session, waiting, now)
        count["silent"] += 1
        if decision.opens_case and waiting.customer_id is not None:
            about = (waiting.subject_type, waiting.subject_id)
            open_case(
                session,
                policy,
                waiting.customer_id,
                CaseReasonKind.SILENT,
                about,
                now=now,
                actor="escalate-unanswered",
            )
            count["cases"] += 1
        if decision.draws and _draw(session, policy, waiting, now):
            count["calls drawn by lot"] += 1
    return count


def _draw(session: Session, policy: Policy, waiting: FollowUp, now: datetime) -> bool:
    """Silence is not satisfaction: some of the silent customers are called, chosen by lot (B27)."""
    name = f"{waiting.subject_type} {waiting.subject_id} {waiting.kind} {waiting.step}"
    if waiting.customer_id is None or not is_drawn(
        policy.answers.silent_call_seed, name, policy.answers.silent_call_share
    ):
        return False
    about = (waiting.subject_type, waiting.subject_id)
    promise(session, policy, waiting.customer_id, CommitmentKind.PHONE, about, now=now, actor=DRAWN)
    return True


def _nudge(session: Session, policy: Policy, waiting: FollowUp, number: int, now: datetime) -> None:
    customer = session.get_one(Customer, waiting.customer_id)
    window = policy.windows[policy.cadences[waiting.kind].window]
    at = next_open(now, window, Place(customer.country, customer.timezone))
    waiting.answer_by = None  # from here on the nudge is what waits
    planning.add_follow_ups(
        session,
        [
            {
                "subject_type": waiting.subject_type, "subject_id": waiting.subject_id,
                "customer_id": waiting.customer_id, "staff_id": waiting.staff_id, "sweep": waiting.sweep,
                "kind": waiting.kind, "step": waiting.step, "nudge": number, "owed_at": at, "due_at": at,
                "state": FollowUpState.PLANNED, "attempts": 0,
            }
        ],
    )  # fmt: skip
