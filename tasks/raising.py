"""One of our own people raises a matter, asks for help, or sets an appointment: by page, mail, form or command."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.rules.acting import ActError
from models.tables import Case, Commitment, Staff
from models.words import CaseReasonKind, Subject
from tasks import arrangements
from tasks.cases import About, open_case
from tasks.owed_acts import FARTHEST, ask
from tasks.statements import checked, state


def raise_matter(session: Session, policy: Policy, ref: str, text: str, *, now: datetime, by: Staff) -> Case:
    """Open a case about an order or customer, or join the one that is open; the words are the raiser's version.

    Raises:
        ActError: no words, or a reference nobody has.
    """
    customer_id, about = about_of(session, ref)
    return raise_about(session, policy, customer_id, about, text, now=now, by=by)


def raise_about(
    session: Session, policy: Policy, customer_id: int, about: About, text: str, *, now: datetime, by: Staff
) -> Case:  # fmt: skip
    """As `raise_matter`, about a subject (type, id) of a customer.

    Raises:
        ActError: no words.
    """
    words = checked(text)
    case = open_case(session, policy, customer_id, CaseReasonKind.RAISED, about, now=now, actor=by.ref)
    state(session, case, by.ref, words, now)
    return case


def ask_for_help(
    session: Session, policy: Policy, ref: str, text: str, *, now: datetime, by: Staff
) -> Commitment:
    """Ask a manager for help with an order or customer; the request has a clock of its own (B32).

    Raises:
        ActError: no words, a reference nobody has, or nobody who could help.
    """
    customer_id, about = about_of(session, ref)
    return ask(session, policy, customer_id, about, text, now=now, by=by)


def set_appointment(
    session: Session, policy: Policy, ref: str, at: datetime | None, text: str, *, now: datetime, by: Staff
) -> Commitment:
    """An appointment was agreed on with the customer behind a reference; it is a promise of its own (B24, B33).

    Raises:
        ActError: a reference nobody has, a time that has passed, or an appointment that is set already.
    """
    if at is None:
        raise ActError("need-at", "at: say when the appointment begins, such as 2026-03-18 15:00")
    if at > now + FARTHEST:
        raise ActError("need-at", f"at: name a time within {FARTHEST.days} days")
    customer_id, about = about_of(session, ref)
    try:
        return arrangements.set_appointment(
            session, policy, customer_id, about, at, text, now=now, actor=by.ref
        )
    except ValueError as error:
        raise ActError("need-at", str(error)) from error


def about_of(session: Session, ref: str) -> tuple[int, About]:
    """The customer behind a reference, and what it names (subject type, id).

    Raises:
        ActError: no order and no customer has it.
    """
    order = people.order_by_ref(session, ref.strip())
    if order is not None:
        return order.customer_id, (Subject.ORDER, order.id)
    customer_id = people.customers_by_ref(session, [ref.strip()]).get(ref.strip())
    if customer_id is None:
        raise ActError("unknown-about", f"about: no order and no customer has the reference {ref!r}")
    return customer_id, (Subject.CUSTOMER, customer_id)
