"""One of our own people raises a matter, asks for help, or sets an appointment: by page, mail, form or command."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.queries.cases import cases
from models.queries.responses import pages
from models.rules.cases.acting import ActError, checked
from models.tables import Case, Commitment, Staff
from models.words import Matter
from tasks.cases.open_case import About, open_case
from tasks.cases.references import about_of
from tasks.cases.statements import state
from tasks.commitments import appointments_and_help
from tasks.commitments.actions import ask
from tasks.commitments.agreements import FARTHEST, owners_named

_SAME_PRESS = timedelta(days=1)
"""How long the same words about the same thing are taken for a second press; later they are news."""


@dataclass(frozen=True)
class Raised:
    """What became of a matter that was raised."""

    case: Case
    is_new: bool
    """The case was opened by it."""
    is_known: bool
    """The same colleague had said the same words of this customer before: nothing was added."""
    helper: Commitment | None = None
    """Who owes the help that was asked for besides."""


def raise_matter(
    session: Session,
    policy: Policy,
    ref: str,
    text: str,
    *,
    now: datetime,
    by: Staff,
    matter: Matter = Matter.OTHER,
    wants_help: bool = False,
) -> Raised:
    """Open a case about an order, an invoice or a customer, or join the one that is open; and ask for help, if wanted.

    The words are the raiser's version. Said twice they count once, so that a second press of a button does nothing.

    Raises:
        ActError: no words, a reference nobody has, or nobody who could help.
    """
    checked(text)
    people.lock(session, by.id)
    customer_id, about = about_of(session, ref, by.id)
    raised = raise_about(session, policy, customer_id, about, text, now=now, by=by, matter=matter)
    if not wants_help or raised.case.closed_at is not None:
        return raised
    return replace(raised, helper=ask(session, policy, customer_id, about, text, now=now, by=by))


def raise_about(
    session: Session,
    policy: Policy,
    customer_id: int,
    about: About,
    text: str,
    *,
    now: datetime,
    by: Staff,
    matter: Matter = Matter.OTHER,
) -> Raised:
    """As `raise_matter`, about a subject (type, id) of a customer.

    Raises:
        ActError: no words.
    """
    words = checked(text)
    said = cases.said_before(session, matter.reason, about, by.ref, words, now - _SAME_PRESS)
    if said is not None:
        return Raised(said, is_new=False, is_known=True)
    before = pages.open_case(session, customer_id)
    case = open_case(session, policy, customer_id, matter.reason, about, now=now, actor=by.ref)
    state(session, case, by.ref, words, now)
    return Raised(case, is_new=before is None, is_known=False)


def ask_for_help(
    session: Session, policy: Policy, ref: str, text: str, *, now: datetime, by: Staff
) -> Commitment:
    """Ask a manager for help with an order or customer; the request has a clock of its own (B32).

    Raises:
        ActError: no words, a reference nobody has, or nobody who could help.
    """
    customer_id, about = about_of(session, ref, by.id)
    return ask(session, policy, customer_id, about, text, now=now, by=by)


def set_appointment(
    session: Session,
    policy: Policy,
    ref: str,
    at: datetime | None,
    text: str,
    *,
    now: datetime,
    by: Staff,
    who: str = "",
) -> Commitment:
    """An appointment was agreed on with the customer behind a reference; it is a promise of its own (B24, B33).

    Whoever comes (`who`, a reference: sellers too) owns it; where nobody is named, whoever the order belongs to.

    Raises:
        ActError: a reference nobody has, a time that has passed, or an appointment that is set already.
    """
    if at is None:
        raise ActError("need-at", "at: say when the appointment begins, such as 2026-03-18 15:00")
    if at > now + FARTHEST:
        raise ActError("need-at", f"at: name a time within {FARTHEST.days} days")
    customer_id, about = about_of(session, ref, by.id)
    owners = owners_named(session, customer_id, about, who) if who.strip() else None
    try:
        return appointments_and_help.set_appointment(
            session, policy, customer_id, about, at, text, now=now, actor=by.ref, owners=owners
        )
    except ValueError as error:
        raise ActError("need-at", str(error)) from error
