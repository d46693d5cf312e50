"""Answers that were spoken: by phone, or in person. They count like any other."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.rules.cases.acting import ActError
from models.rules.cases.case_reasons import LOW_RATING
from models.rules.inbound.trouble import is_thanks, trouble
from models.rules.responses.call_hour import from_hour
from models.words import CommitmentKind, Meaning, Subject
from tasks.cases.references import About, about_of
from tasks.commitments.call_times import call_time, keep_to
from tasks.commitments.close import promise
from tasks.commitments.own_sales import is_left_to_others
from tasks.responses.record import Answer, Asks, hear

_RATINGS = range(1, 6)


class SpokenBy(StrEnum):
    """How somebody spoke with us."""

    PHONE = "phone"
    IN_PERSON = "in person"


class Wants(StrEnum):
    """What the customer still waits for."""

    NOTHING = "nothing more"
    ANSWER = "an answer"
    CALL = "a call back"
    MANAGER = "the manager"


@dataclass(frozen=True)
class Spoken:
    """What was said, and to whom."""

    ref: str
    """Unique: the same conversation recorded twice counts once."""
    about: str
    """Reference of an order, an invoice or a customer."""
    text: str
    taken_by: str
    """Reference of the member of staff who heard it."""
    channel: SpokenBy = SpokenBy.PHONE
    rating: int | None = None
    wants: Wants = Wants.NOTHING
    pays_on: date | None = None
    """The day that the customer named for the payment."""
    call_at: datetime | None = None
    """From when on the customer wants to be called; aware. Where it is empty, an hour that the words name counts."""


class RecordingError(ActError):
    """It cannot be recorded as it is; the message names the field and the fix."""


def record(session: Session, policy: Policy, spoken: Spoken, now: datetime) -> str:
    """Record a conversation; returns a sentence without personal data.

    Raises:
        RecordingError: nothing was said, the rating is none, or nobody here has the reference of who heard it.
        UnknownReferenceError: nothing has the reference.
    """
    _check(spoken, now)
    customer_id, about = about_of(session, spoken.about)
    order_id, invoice_id = (
        about[1] if about[0] == kind else None for kind in (Subject.ORDER, Subject.INVOICE)
    )
    who = people.staff_by_ref(session, spoken.taken_by)
    if who is None:
        raise RecordingError("unknown-person", f"taken by: nobody here has the reference {spoken.taken_by!r}")
    asks, meaning = _asks(policy, spoken)
    if asks is Asks.NOBODY and is_left_to_others(session, who, customer_id):
        if spoken.wants is not Wants.CALL:
            raise RecordingError(
                "own-sale",
                "taken by: whoever sold does not record that nothing more is wanted, or that reminders can wait; let "
                "after-sale or a manager ask the customer, or say what the customer still waits for",
            )
        _owe_call(
            session, policy, customer_id, about, spoken, now
        )  # and nothing that is open is settled by it
        return f"{spoken.about}: {_next(asks, spoken)}"
    answer = Answer(
        ref=f"spoken:{spoken.ref}",
        customer_id=customer_id,
        order_id=order_id,
        invoice_id=invoice_id,
        meaning=meaning,
        asks=asks,
        pays_on=spoken.pays_on,
        channel=f"{spoken.channel}, {spoken.taken_by}",
        rating=spoken.rating,
        text=spoken.text.strip() or None,
        received_at=now,
        call_at=spoken.call_at,
    )
    if not hear(session, policy, [answer], now):
        return f"{spoken.about}: recorded before, nothing changed"
    if spoken.wants is Wants.CALL:
        _owe_call(session, policy, customer_id, about, spoken, now)
    return f"{spoken.about}: recorded; {_next(asks, spoken)}"


def _owe_call(
    session: Session, policy: Policy, customer_id: int, about: About, spoken: Spoken, now: datetime
) -> None:
    """Somebody calls back: at the hour that the customer named, else in the policy's time."""
    at = call_time(session, policy, customer_id, spoken.text, now=now, wants_call=True, chosen=spoken.call_at)
    by, kind = spoken.taken_by, CommitmentKind.CALL_BACK
    words = spoken.text.strip() or None
    owed = promise(session, policy, customer_id, kind, about, now=now, actor=by, call_time=at, words=words)
    if at is not None:
        keep_to(session, policy, owed, at, now=now, actor=by)


def _check(spoken: Spoken, now: datetime) -> None:
    if not spoken.text.strip() and spoken.rating is None and spoken.pays_on is None:
        raise RecordingError("need-said", "said: write what was said, or give a rating")
    if spoken.call_at is not None and from_hour(spoken.call_at, now) is None:
        raise RecordingError(
            "need-call-at", "call at: name an hour that lies ahead, within a month, or leave it empty"
        )
    if spoken.rating is not None and spoken.rating not in _RATINGS:
        raise RecordingError(
            "need-rating", "rating: choose from 1 (very bad) to 5 (very good), or leave it empty"
        )


def _asks(policy: Policy, spoken: Spoken) -> tuple[Asks, Meaning]:
    """Who has to hear of it: a manager when asked for, or at a low rating or words of trouble."""
    rated = Meaning.RATING if spoken.rating is not None else Meaning.MESSAGE
    rated = Meaning.WILL_PAY if spoken.pays_on is not None else rated
    if spoken.wants is Wants.MANAGER:
        return Asks.BY_MEANING, Meaning.CALL_ME
    if spoken.rating is not None and spoken.rating <= LOW_RATING:
        return Asks.BY_MEANING, rated
    if trouble(spoken.text, policy.trouble):
        return Asks.MANAGER, rated
    if spoken.wants is Wants.ANSWER:
        return Asks.OWNER, rated
    is_fine = rated is Meaning.MESSAGE and is_thanks(spoken.text, policy.trouble)
    return Asks.NOBODY, Meaning.FINE if is_fine else rated


def _next(asks: Asks, spoken: Spoken) -> str:
    if asks in {Asks.MANAGER, Asks.BY_MEANING}:
        return "a manager hears of it at once"
    if spoken.wants is Wants.CALL:
        return "somebody is named for the call back"
    return "somebody is named for the answer" if asks is Asks.OWNER else "nobody has to do anything more"
