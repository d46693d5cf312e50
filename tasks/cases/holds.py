"""What stands behind the flows that a person starts by hand: each says who, why and what in the history."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history, people
from models.queries.cases import holds
from models.queries.planning import plan
from models.rules.calendar.reach import instant
from models.rules.cases.acting import ActError
from models.rules.sending.holds import CUSTOMER, DELAY_ALERT, HELD_BY_HAND, check
from models.words import Subject
from tasks.commitments.own_sales import check_own_sale
from tasks.planning.plan import plan_all
from tasks.runtime.ground import Ground

DELAYS = "delay-alert"


def sweeps_of(policy: Policy, kinds: Collection[str]) -> list[str]:
    """The sweeps that send these kinds, each once; all sweeps when no kind is named.

    Raises:
        ValueError: a kind that the policy does not know.
    """
    unknown = sorted(set(kinds) - set(policy.cadences))
    if unknown:
        raise ValueError(
            f"no such kind: {', '.join(unknown)}; choose from {', '.join(kinds_for_hand(policy))}"
        )
    chosen = [policy.cadences[kind] for kind in kinds or kinds_for_hand(policy)]
    return list(dict.fromkeys(cadence.sweep for cadence in chosen if cadence.subject in _OF_CUSTOMERS))


def kinds_for_hand(policy: Policy) -> list[str]:
    """The kinds that go to customers."""
    return sorted(kind for kind, cadence in policy.cadences.items() if cadence.subject in _OF_CUSTOMERS)


_OF_CUSTOMERS = (Subject.ORDER, Subject.INVOICE)


def staff_ref(ground: Ground, ref: str) -> str:
    """The reference of a colleague who works here.

    Raises:
        ValueError: there is none with this reference.
    """
    with ground.db.read() as session:
        active = {person.id for person in people.people(session)}
        known = {row.ref for row in people.staff(session).values() if row.id in active}
    if ref not in known:
        raise ValueError(f"nobody here has the reference {ref}; nothing was done")
    return ref


def note_follow_up(ground: Ground, customers: Collection[int], by: str, reason: str, did: str) -> None:
    """Keep that somebody followed up by hand."""
    with ground.db.write() as session:
        for customer_id in customers:
            _note(session, (Subject.CUSTOMER, customer_id), "followed-up-by-hand", ground, by, reason, did)


def hold_customer(ground: Ground, customer_id: int, by: str, reason: str, until: datetime) -> None:
    """Nothing is written to a customer until then; alarms and cases of managers go on.

    Raises:
        ActError: no reason, an end that has passed, or one too far away.
        ActError: whoever sold to the customer would do it, and somebody else works here.
    """
    end, now = instant(until), ground.clock.now()
    check(CUSTOMER, reason, end, now)
    with ground.db.write() as session:
        _place(session, ground, customer_id, (Subject.CUSTOMER, customer_id, None), by, reason, end)


def stop_delay_alerts(ground: Ground, order_ref: str, by: str, reason: str, until: datetime) -> None:
    """The customer is not told of this order's delays until then (B09: it takes a person, a reason and a name).

    Raises:
        ActError: no such order; and see `hold_customer`.
    """
    end, now = instant(until), ground.clock.now()
    check(DELAY_ALERT, reason, end, now)
    with ground.db.write() as session:
        order = holds.order(session, order_ref)
        if order is None:
            raise ActError("unknown-order", f"no order has the reference {order_ref}; nothing was done")
        _place(session, ground, order.customer_id, (Subject.ORDER, order.id, DELAYS), by, reason, end)


def release_customer(ground: Ground, customer_id: int, by: str, reason: str) -> tuple[int, int]:
    """End the holds of a customer, and of the customer's orders, now.

    Returns how many there were, and how many contacts go on.

    Raises:
        ActError: nothing is held, or no reason.
    """
    now = ground.clock.now()
    if not reason.strip():
        raise ActError("need-text", "say why it goes on; nothing was done")
    with ground.db.write() as session:
        standing = holds.of_customer(session, customer_id, now)
        if not standing:
            raise ActError("none-held", "nothing is held for this customer; nothing was done")
        for hold in standing:
            hold.released_at = now
        session.flush()
        freed = holds.let_go(session, customer_id, HELD_BY_HAND, now)
        _note(session, (Subject.CUSTOMER, customer_id), "released", ground, by, reason, f"{freed} go on")
    return len(standing), freed


def plan_again(ground: Ground, customers: Collection[int], by: str, reason: str) -> int:
    """Derive anew what is owed to these customers; returns how many orders and invoices were planned."""
    with ground.db.write() as session:
        for customer_id in customers:
            plan.plan_customer_again(session, customer_id)
            _note(session, (Subject.CUSTOMER, customer_id), "planned-again", ground, by, reason, "")
    return plan_all(ground.db, ground.policy, ground.clock.now())


def _place(
    session: Session,
    ground: Ground,
    customer_id: int,
    what: tuple[str, int, str | None],
    by: str,
    reason: str,
    until: datetime,
) -> None:
    """Place a hold on `what` (subject type, id, sweep); it takes the place of an older one, longer or shorter."""
    now, (kind, id_, sweep) = ground.clock.now(), what
    if (who := people.staff_by_ref(session, by)) is not None:
        check_own_sale(session, who, customer_id, "holding or stopping what is written to an own customer")
    for hold in holds.standing(session, (kind, id_), sweep, now):
        hold.released_at = now
    session.flush()
    holds.let_go(session, customer_id, HELD_BY_HAND, now)  # the next sweep judges it by the new hold
    holds.place(
        session,
        {
            "subject_type": kind,
            "subject_id": id_,
            "sweep": sweep,
            "actor": by,
            "reason": reason,
            "placed_at": now,
            "until": until,
        },
    )
    _note(session, (kind, id_), "held", ground, by, reason, f"until {until.isoformat()}")


def _note(
    session: Session, subject: tuple[str, int], event: str, ground: Ground, by: str, reason: str, did: str
) -> None:
    history.note(session, subject, event, ground.clock.now(), by, cause=reason, did=did)
