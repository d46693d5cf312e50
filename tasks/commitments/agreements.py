"""What is agreed with a customer while one promise is settled becomes the next one: what, who, and by when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.queries.commitments import commitments
from models.rules.calendar.calendars import local_day, local_instant
from models.rules.cases.acting import ActError
from models.rules.commitments.outcomes import APPOINTMENT_SET, NEW_DAY
from models.tables import Commitment, Order, Staff
from models.words import CommitmentKind, Subject
from tasks.commitments.appointments_and_help import set_appointment
from tasks.commitments.close import fulfil, promise, re_promise
from tasks.commitments.make import About, Owners, make, tell_called_off

FARTHEST = timedelta(days=180)
"""A later promise is none that anybody waits for."""
_WHOLE_DAY = 24 * 60
_CHAINED = frozenset({CommitmentKind.AGREED, CommitmentKind.APPOINTMENT})
"""What was promised itself: another date for it is a chain, and may be a slip (B26)."""


@dataclass(frozen=True)
class Agreement:
    """What a person fills in of what was agreed on."""

    at: datetime | None = None
    """By when; of an appointment, when it begins; of a day, any time of it."""
    who: str = ""
    """Reference of whoever does it, or comes: sellers too. Whoever fills it in, where it is empty."""
    what: str = ""
    """What was agreed on; the account of the conversation, where it is empty."""


def owe_next(
    session: Session,
    policy: Policy,
    outcome: str,
    following: Agreement,
    text: str,
    *,
    customer_id: int,
    about: About,
    case_id: int | None,
    now: datetime,
    by: Staff,
    reason: str,
) -> Commitment:
    """Make the promise of one of the outcomes `models.rules.commitments.outcomes.NEXT`.

    `reason` is the code where a promised day gives way to another one.

    Raises:
        ActError: no time, one that has passed or is too far, nobody with the reference, a day of no order, no reason
            for another day, or an appointment that is set already.
    """
    at, who = _checked(session, following, now, by)
    words = following.what.strip() or text
    order = commitments.order_about(session, customer_id, about)
    owners = _owners(who, order)
    if outcome == NEW_DAY:
        new = _new_day(session, policy, order, at, words, owners, now=now, by=by, reason=reason)
        new.case_id = case_id or new.case_id
        day_is_known(session, customer_id, new.subject_id, outcome, text, now=now, actor=by.ref)
        return new
    if outcome == APPOINTMENT_SET:
        if about[0] == Subject.CASE and order is not None:  # where the day is owed
            about = (Subject.ORDER, order.id)
        try:
            return set_appointment(
                session, policy, customer_id, about, at, words, now=now, actor=by.ref, owners=owners
            )
        except ValueError as error:
            raise ActError("need-next-at", str(error)) from error
    row = {
        "customer_id": customer_id,
        "kind": CommitmentKind.AGREED,
        "case_id": case_id,
        "subject_type": about[0],
        "subject_id": about[1],
        "owner_id": owners.owner_id,
        "deputy_id": owners.deputy_id,
        "made_at": now,
        "due_at": at,
        "words": words,
    }
    return make(session, policy, [row], now, by.ref, ())[0]


def settle(
    session: Session,
    policy: Policy,
    owed: Commitment,
    outcome: str,
    following: Agreement,
    text: str,
    *,
    now: datetime,
    by: Staff,
    reason: str,
) -> Commitment:
    """Settle a promise with what was agreed on instead; returns the next one. The old one names it as successor.

    What was promised itself (an appointment, a remedy, a day) is chained: its first clock stays.

    Raises:
        ActError: see `owe_next`.
    """
    if owed.kind in _CHAINED and outcome != NEW_DAY:
        at, who = _checked(session, following, now, by)
        _check_reason(policy, reason)
        kind = CommitmentKind.APPOINTMENT if outcome == APPOINTMENT_SET else CommitmentKind.AGREED
        words = following.what.strip() or text
        owners = Owners(who.id, _owners(who, None).deputy_id or owed.deputy_id)
        new = re_promise(
            session, policy, owed, at, reason, words, now=now, actor=by.ref, kind=kind, owners=owners
        )
        if owed.kind == CommitmentKind.APPOINTMENT != kind:
            tell_called_off(session, policy, owed, now, by.id)
        return new
    about, buyer = (owed.subject_type, owed.subject_id), owed.buyer_id
    if owed.kind != CommitmentKind.DELIVERY and outcome != APPOINTMENT_SET:
        _fulfil(session, owed, outcome, text, now, by)
    new = owe_next(
        session,
        policy,
        outcome,
        following,
        text,
        customer_id=buyer,
        about=about,
        case_id=owed.case_id,
        now=now,
        by=by,
        reason=reason,
    )
    if owed.done_at is None:
        _fulfil(session, owed, outcome, text, now, by)
    owed.successor_id = owed.successor_id or new.id
    return new


def day_is_known(
    session: Session, customer_id: int, order_id: int, outcome: str, text: str, *, now: datetime, actor: str
) -> None:
    """Whoever owes the customer of an order a day owes it no longer: there is one, or the goods are there."""
    about = (Subject.ORDER, order_id)
    owed = commitments.open_one(session, customer_id, CommitmentKind.SET_APPOINTMENT, about)
    if owed is not None:
        fulfil(session, owed, outcome, text, now=now, actor=actor)


def owners_named(session: Session, customer_id: int, about: About, ref: str) -> Owners:
    """Whoever has this reference, with the second level.

    Raises:
        ActError: nobody here has it.
    """
    return _owners(_named(session, ref), commitments.order_about(session, customer_id, about))


def _fulfil(session: Session, owed: Commitment, outcome: str, text: str, now: datetime, by: Staff) -> None:
    try:
        fulfil(session, owed, outcome, text, now=now, actor=by.ref)
    except ValueError as error:
        raise ActError("with-case", str(error)) from error


def _new_day(
    session: Session,
    policy: Policy,
    order: Order | None,
    at: datetime,
    words: str,
    owners: Owners,
    *,
    now: datetime,
    by: Staff,
    reason: str,
) -> Commitment:
    """The delivery is promised for another day, chained to what was promised before; planning lets it stand."""
    if order is None or order.delivered_at is not None or order.cancelled_at is not None:
        raise ActError("no-order", "outcome: there is no order here that still has to be delivered")
    place = policy.company.place
    due = local_instant(local_day(at, place), _WHOLE_DAY, place)
    before = commitments.open_one(
        session, order.customer_id, CommitmentKind.DELIVERY, (Subject.ORDER, order.id)
    )
    if before is None:
        return promise(
            session,
            policy,
            order.customer_id,
            CommitmentKind.DELIVERY,
            (Subject.ORDER, order.id),
            now=now,
            actor=by.ref,
            due_at=due,
            owners=owners,
            words=words,
        )
    _check_reason(policy, reason)
    return re_promise(session, policy, before, due, reason, words, now=now, actor=by.ref)


def _checked(session: Session, following: Agreement, now: datetime, by: Staff) -> tuple[datetime, Staff]:
    if following.at is None or not now < following.at <= now + FARTHEST:
        raise ActError(
            "need-next-at",
            f"due: say by when it will be done, or when somebody comes; it lies ahead, within {FARTHEST.days} days",
        )
    return following.at, _named(session, following.who) if following.who.strip() else by


def _named(session: Session, ref: str) -> Staff:
    who = people.staff_by_ref(session, ref.strip())
    if who is None or not who.active:
        raise ActError("unknown-person", f"who: nobody here has the reference {ref!r}")
    return who


def _check_reason(policy: Policy, code: str) -> None:
    if code not in policy.ledger.reasons:
        raise ActError("need-reason", f"reason: choose from {', '.join(policy.ledger.reasons)}")


def _owners(who: Staff, order: Order | None) -> Owners:
    """Who does it owns it; the second level is that person's deputy, or whoever else sees to the order."""
    others = (who.deputy_id, order.deputy_id if order else None, order.owner_id if order else None)
    return Owners(who.id, next((one for one in others if one is not None and one != who.id), None))
