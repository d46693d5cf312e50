"""When nobody answers: the customer is nudged, then a case is opened, and the manager is told of it."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.queries.escalation import silent_customers
from models.queries.planning import plan
from models.queries.responses import responses
from models.rules.calendar.calendars import Place, next_open
from models.rules.escalation import ownership
from models.rules.escalation.random_calls import DRAWN, is_drawn
from models.rules.escalation.silence import Nudge, Silent, after_waiting
from models.rules.sending.faults import Fault, Stage
from models.tables import Customer, FollowUp
from models.words import CaseReasonKind, CommitmentKind, FollowUpState, Role
from tasks.cases.open_case import open_case
from tasks.commitments.close import promise
from tasks.commitments.make import Owners
from tasks.runtime.apart import apart
from tasks.runtime.database import Database
from tasks.runtime.held_rows import hold, try_again

BATCH = 500


def watch_silence(
    db: Database, policy: Policy, now: datetime, customers: Collection[int] = ()
) -> Counter[str]:
    """Look at every contact whose time to answer is over; one transaction a batch. Empty `customers` means all.

    Returns how many were nudged, silent, and taken to a person (`nudged`, `silent`, `cases`).
    """
    total: Counter[str] = Counter()
    try_again(db, now)
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
    found = sorted(
        responses.unanswered(session, now, BATCH, customers), key=lambda row: (row.customer_id or 0, row.id)
    )
    if not found:
        return Counter()
    count: Counter[str] = Counter()

    def failed(row: FollowUp, fault: Fault) -> None:
        row.answer_by = None  # it is looked at again once the fault is tried again
        hold(session, fault, Stage.SILENCE, [row.id], now)
        count["held by a fault"] += 1

    for done in apart(session, found, partial(_watch, session, policy, now), failed):
        count += done
    return +count


def _watch(session: Session, policy: Policy, now: datetime, found: Sequence[FollowUp]) -> Counter[str]:
    ended = responses.with_nudge(session, [row.id for row in found])
    decided = [(row, _decide(policy, row, ended=row.id in ended)) for row in found]
    nudged = [(row, one.number) for row, one in decided if isinstance(one, Nudge)]
    silent = [(row, one) for row, one in decided if isinstance(one, Silent)]
    _nudge(session, policy, nudged, now)
    responses.silence_threads(session, [row.id for row, _ in silent], now)
    count = Counter(nudged=len(nudged), silent=len(silent))
    for waiting, decision in silent:
        count += _take_up(session, policy, waiting, decision, now)
    return +count


def _decide(policy: Policy, waiting: FollowUp, *, ended: bool) -> Nudge | Silent:
    cadence = policy.cadences.get(waiting.kind)
    if cadence is None:
        return Silent(opens_case=False)
    return after_waiting(cadence, waiting.step, waiting.nudge, ended=ended)


def _take_up(
    session: Session, policy: Policy, waiting: FollowUp, decision: Silent, now: datetime
) -> Counter[str]:
    """Bring a silent contact to a person, where the policy wants that."""
    count: Counter[str] = Counter()
    if decision.opens_case and waiting.customer_id is not None and not _is_stopped(session, policy, waiting):
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
        count["cases"] = 1
    if decision.draws and not _is_stopped(session, policy, waiting) and _draw(session, policy, waiting, now):
        count["calls drawn by lot"] = 1
        silent_customers.end(session, [waiting.customer_id or 0])
    elif decision.lists and not _is_stopped(session, policy, waiting):
        count["put on the list"] = silent_customers.put(session, waiting, now)
    return +count


def _is_stopped(session: Session, policy: Policy, waiting: FollowUp) -> bool:
    """Who has stopped the courtesies is silent on purpose: that is no matter for anybody."""
    cadence = policy.cadences.get(waiting.kind)
    customer = people.customers(session, {waiting.customer_id or 0}).get(waiting.customer_id or 0)
    if cadence is None or customer is None:
        return False
    return cadence.extra and customer.gets_no_extras(policy.sending.no_courtesies_in)


def _draw(session: Session, policy: Policy, waiting: FollowUp, now: datetime) -> bool:
    """Silence is not satisfaction: some of the silent customers are called, chosen by lot (B27)."""
    name = f"{waiting.subject_type} {waiting.subject_id} {waiting.kind} {waiting.step}"
    if waiting.customer_id is None or not is_drawn(
        policy.answers.silent_call_seed, name, policy.answers.silent_call_share
    ):
        return False
    about = (waiting.subject_type, waiting.subject_id)
    everybody = people.people(session)
    language = people.languages_of(session, {waiting.customer_id})[waiting.customer_id]
    caller = ownership.reached(everybody, Role.MANAGER, language, now.date())
    deputy = ownership.reached(everybody, Role.AFTER_SALE, language, now.date())
    promise(
        session,
        policy,
        waiting.customer_id,
        CommitmentKind.PHONE,
        about,
        now=now,
        actor=DRAWN,
        owners=Owners(caller, deputy if deputy != caller else None),
    )
    return True


def _place(policy: Policy, customer: Customer | None) -> Place:
    """Where a contact is read; at the company where it went to our own people about nobody known."""
    return Place(customer.country, customer.timezone) if customer else policy.company.place


def _nudge(session: Session, policy: Policy, nudged: Sequence[tuple[FollowUp, int]], now: datetime) -> None:
    """Plan the next reminder of each of these contacts, by its number; from here on the reminder is what waits."""
    buyers = people.customers(session, {row.customer_id for row, _ in nudged if row.customer_id is not None})
    rows = []
    for waiting, number in nudged:
        waiting.answer_by = None
        window = policy.windows[policy.cadences[waiting.kind].window]
        at = next_open(now, window, _place(policy, buyers.get(waiting.customer_id or 0)))
        rows.append(
            {
                "subject_type": waiting.subject_type,
                "subject_id": waiting.subject_id,
                "customer_id": waiting.customer_id,
                "staff_id": waiting.staff_id,
                "sweep": waiting.sweep,
                "kind": waiting.kind,
                "step": waiting.step,
                "nudge": number,
                "owed_at": at,
                "due_at": at,
                "state": FollowUpState.PLANNED,
                "attempts": 0,
            }
        )
    plan.add_follow_ups(session, rows)
