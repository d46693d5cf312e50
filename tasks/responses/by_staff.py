"""Answers that were spoken: by phone, or in person. They count like any other."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from models.errors import RefusedError
from models.policy import Policy
from models.queries import people
from models.rules.cases.case_reasons import LOW_RATING
from models.rules.cases.own_sale import is_refused
from models.rules.inbound.trouble import is_thanks, trouble
from models.words import CommitmentKind, Meaning, Subject
from tasks.cases.references import about_of
from tasks.commitments.close import promise
from tasks.responses.record import Answer, Asks, hear

_RATINGS = range(1, 6)


class Channel(StrEnum):
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
    channel: Channel = Channel.PHONE
    rating: int | None = None
    wants: Wants = Wants.NOTHING
    pays_on: date | None = None
    """The day that the customer named for the payment."""


class RecordingError(RefusedError):
    """It cannot be recorded as it is; the message names the field and the fix."""


def record(session: Session, policy: Policy, spoken: Spoken, now: datetime) -> str:
    """Record a conversation; returns a sentence without personal data.

    Raises:
        RecordingError: nothing was said, the rating is none, or nobody here has the reference of who heard it.
        UnknownReferenceError: nothing has the reference.
    """
    _check(spoken)
    customer_id, about = about_of(session, spoken.about)
    order_id, invoice_id = (
        about[1] if about[0] == kind else None for kind in (Subject.ORDER, Subject.INVOICE)
    )
    if people.staff_by_ref(session, spoken.taken_by) is None:
        raise RecordingError(f"taken by: nobody here has the reference {spoken.taken_by!r}")
    asks, meaning = _asks(policy, spoken)
    if asks is Asks.NOBODY and spoken.pays_on is None:
        _check_own_sale(session, customer_id, spoken.taken_by)
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
    )
    if not hear(session, policy, [answer], now):
        return f"{spoken.about}: recorded before, nothing changed"
    if spoken.wants is Wants.CALL:
        promise(session, policy, customer_id, CommitmentKind.CALL_BACK, about, now=now, actor=spoken.taken_by)
    return f"{spoken.about}: recorded; {_next(asks, spoken)}"


def _check(spoken: Spoken) -> None:
    if not spoken.text.strip() and spoken.rating is None and spoken.pays_on is None:
        raise RecordingError("said: write what was said, or give a rating")
    if spoken.rating is not None and spoken.rating not in _RATINGS:
        raise RecordingError("rating: choose from 1 (very bad) to 5 (very good), or leave it empty")


def _check_own_sale(session: Session, customer_id: int, taken_by: str) -> None:
    """See that "all is well" about an own sale is told by somebody else, or by the customer: it closes what is open.

    Raises:
        RecordingError: whoever sold says so, and there is somebody else to ask.
    """
    who = people.staff_by_ref(session, taken_by)
    here = [one.role for one in people.people(session)]
    if who is not None and is_refused(
        who.role, sold_it=people.sold_to(session, who.id, customer_id), roles_here=here
    ):
        raise RecordingError(
            "taken by: whoever sold does not record that nothing more is wanted; let after-sale or a manager ask the "
            "customer, or say what the customer still waits for"
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
