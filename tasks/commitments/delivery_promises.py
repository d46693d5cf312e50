"""Delivery days as promises: made, ended and chained with the planning of orders, a batch at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.policy import NOTICE, Policy
from models.queries import going_live
from models.queries.commitments import deliveries
from models.queries.escalation import ladder_steps
from models.queries.planning import plan
from models.rules.calendar.calendars import Place, local_instant
from models.rules.commitments.deliveries import ACTS, TAKEN_BACK, End, Facts, LastPromise, PromiseChange, turn
from models.rules.commitments.ladder import Telling
from models.rules.commitments.ledger import UNSTATED
from models.rules.escalation.recipients import SLIPPED
from models.rules.going_live import PAST
from models.rules.planning.step_key import StepKey
from models.tables import Commitment, Order
from models.words import CommitmentKind, CommitmentState, FollowUpState, Level, Subject
from tasks.commitments import ladder
from tasks.commitments.solved import remedy_kept

_ACTOR = "planning"
_DAY = 24 * 60
_AT_ONCE = 2
"""So many slips of one chain are the manager's at once."""
_AGREED = {
    CommitmentState.KEPT: "a day was promised",
    CommitmentState.LATE: "a day was promised",
    CommitmentState.WITHDRAWN: "the order was cancelled",
}


def keep_deliveries(
    session: Session, policy: Policy, orders: Sequence[tuple[Order, Place]], now: datetime
) -> None:
    """See that each of these orders has the promise that its facts call for, and that what is over has ended.

    What came with its delivery already is written down as it ended, and nobody is told. Of an open promise only the
    first rung is planned: the ladder starts when the day has passed, and most never do.
    """
    last = deliveries.last_ones(session, [order.id for order, _ in orders])
    turns = [
        (order, last.get(order.id), _turn(policy, order, place, last.get(order.id), now))
        for order, place in orders
    ]
    ended = [(before, one.ends) for _, before, one in turns if before is not None and one.ends is not None]
    deliveries.end(session, [_ending(before.id, end) for before, end in ended])
    ladder_steps.withdraw(session, [before.id for before, _ in ended], "closed")
    new = [
        (before, one, _row(order, before, one, place))
        for (order, before, one), (_, place) in zip(turns, orders, strict=True)
        if one.makes
    ]
    ids = deliveries.make(session, [row for _, _, row in new])
    chained = {before.id: id_ for (before, _, _), id_ in zip(new, ids, strict=True) if before is not None}
    deliveries.chain(session, chained)
    _start(
        session,
        policy,
        [(id_, row) for id_, (_, one, row) in zip(ids, new, strict=True) if one.made_ends is None],
        now,
    )
    notes = [_note(before, end, chained.get(before.id), now) for before, end in ended]
    for _, before, one in turns:
        if before is not None and before.done_at is None and one.has_come:
            remedy_kept(session, policy, before, now)
    deliveries.note(session, [*notes, *_days_agreed(session, [order for order, _ in orders], now)])


def _days_agreed(session: Session, orders: Sequence[Order], now: datetime) -> list[dict[str, Any]]:
    """Where a day was owed (B33), there is one now, or none is wanted any more; returns what to note."""
    settled = {one.id: one for one in orders if one.promised_on or one.delivered_at or one.cancelled_at}
    ends = [
        (owed, _agreed(one, owed, now))
        for owed in deliveries.days_owed(session, list(settled))
        for one in (settled[owed.subject_id],)
        if one.delivered_at
        or one.cancelled_at
        or (one.promised_on and one.promised_on >= owed.made_at.date())
    ]
    deliveries.end(session, [_ending(owed.id, end) | {"outcome": _AGREED[end.state]} for owed, end in ends])
    ladder_steps.withdraw(session, [owed.id for owed, _ in ends], "closed")
    return [_note(owed, end, None, now) for owed, end in ends]


def _agreed(order: Order, owed: Commitment, now: datetime) -> End:
    if order.cancelled_at is not None:
        return End(CommitmentState.WITHDRAWN, now)
    return End(CommitmentState.KEPT if now <= owed.due_at else CommitmentState.LATE, now)


def _facts(policy: Policy, order: Order, place: Place, now: datetime) -> Facts:
    due = local_instant(order.promised_on, _DAY, place) if order.promised_on else None
    reason = order.delay_reason if order.delay_reason in policy.ledger.reasons else UNSTATED
    return Facts(
        due,
        min(order.promise_moved_at or order.signed_at, now),
        order.delivered_at,
        order.cancelled_at,
        reason,
    )


def _turn(
    policy: Policy, order: Order, place: Place, last: Commitment | None, now: datetime
) -> PromiseChange:
    known = None
    if last is not None:
        known = LastPromise(
            last.id, last.due_at, last.state, last.done_at, last.breaks, last.made_at, _by_hand(last)
        )
    return turn(_facts(policy, order, place, now), known)


def _by_hand(last: Commitment) -> bool:
    """Planning ends promises in words of its own, and makes them without any; people say what happened."""
    return (
        last.words is not None if last.done_at is None else last.outcome not in {*ACTS.values(), TAKEN_BACK}
    )


def _ending(id_: int, end: End) -> dict[str, Any]:
    return {
        "id": id_,
        "state": str(end.state),
        "done_at": end.at,
        "reason": end.reason,
        "outcome": end.outcome or ACTS[end.state],
    }


def _row(order: Order, before: Commitment | None, one: PromiseChange, place: Place) -> dict[str, Any]:
    assert order.promised_on is not None  # noqa: S101 (a promise without its day is not made)
    end = one.made_ends
    return {
        "customer_id": order.customer_id,
        "kind": CommitmentKind.DELIVERY,
        "case_id": before.case_id
        if before is not None
        else None,  # a day agreed on in a case stays its remedy
        "subject_type": Subject.ORDER,
        "subject_id": order.id,
        "owner_id": order.owner_id,
        "deputy_id": order.deputy_id,
        "made_at": order.promise_moved_at or order.signed_at,
        "due_at": (due := local_instant(order.promised_on, _DAY, place)),
        "clock_at": before.clock if before is not None and one.slips and before.clock < due else None,
        "level": before.level if before is not None and one.slips else None,
        "told_id": before.told_id if before is not None and one.slips else None,
        "state": str(end.state) if end else CommitmentState.OPEN,
        "done_at": end.at if end else None,
        "outcome": ACTS[end.state] if end else None,
        "reason": end.reason if end else None,
        "root_id": (before.root_id or before.id) if before else None,
        "breaks": before.breaks + one.slips if before else 0,
    }


def _start(
    session: Session, policy: Policy, made: Sequence[tuple[int, dict[str, Any]]], now: datetime
) -> None:
    """Plan the first rung of open promises: pairs of id and columns. What was late before we began is on a list.

    The second slip of a chain goes to the manager at once, whether its day had passed or was moved in time (B26).
    """
    began = going_live.began_at(session)
    rows = [
        ladder.row(policy, id_, values["customer_id"], item)
        | ({"state": FollowUpState.SKIPPED, "reason": PAST} if began and values["due_at"] < began else {})
        for id_, values in made
        for item in ladder.first_rung(
            policy,
            CommitmentKind.DELIVERY,
            values["made_at"],
            values["clock_at"] or values["due_at"],
            values["breaks"],
        )
    ]
    rows += [
        ladder.row(policy, id_, values["customer_id"], item)
        for id_, values in made
        if values["breaks"] >= _AT_ONCE and NOTICE in policy.cadences
        for item in (Telling(str(StepKey(SLIPPED, Level.MANAGER)), Level.MANAGER, now),)
    ]
    plan.add_follow_ups(session, rows)


def _note(before: Commitment, end: End, successor: int | None, now: datetime) -> dict[str, Any]:
    events = {
        CommitmentState.WITHDRAWN: "withdrawn",
        CommitmentState.KEPT: "done",
        CommitmentState.LATE: "done",
    }
    return {
        "at": now,
        "actor": _ACTOR,
        "subject_type": Subject.COMMITMENT,
        "subject_id": before.id,
        "event": events.get(end.state, "re-promised"),
        "cause": end.reason or end.outcome or ACTS[end.state],
        "details": {"state": str(end.state), "successor": successor},
    }
