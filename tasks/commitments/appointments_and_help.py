"""What colleagues arrange: an appointment with a customer, help for one another."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import people
from models.rules.escalation import ownership
from models.tables import Commitment, Customer
from models.words import CommitmentKind, Role
from tasks.commitments.close import fulfil, promise
from tasks.commitments.make import About, Owners, open_already


def ask_for_help(
    session: Session,
    policy: Policy,
    customer_id: int,
    about: About,
    text: str,
    *,
    now: datetime,
    by: int,
    actor: str,
) -> Commitment:
    """A colleague cannot do it alone: a manager owes help by a time of its own (B32). Nothing else moves by it.

    Where the company has no manager who can be reached, it is another colleague.

    `by` is the colleague's id; `actor` the reference.

    Raises:
        ValueError: the words are missing, or nobody but the one who asks can be reached.
    """
    if not text.strip():
        raise ValueError("say in a few words what help you need")
    everyone = [person for person in people.people(session) if person.id != by]
    language = session.get_one(Customer, customer_id).language
    owner_id = ownership.reached(everyone, Role.MANAGER, language, now.date())
    if owner_id is None:
        raise ValueError("nobody else here can be reached by mail; ask a colleague in person")
    others = [person for person in everyone if person.id != owner_id]
    owners = Owners(owner_id, ownership.reached(others, Role.MANAGER, language, now.date()))
    return promise(
        session,
        policy,
        customer_id,
        CommitmentKind.HELP,
        about,
        now=now,
        actor=actor,
        owners=owners,
        words=text.strip(),
    )


def set_appointment(
    session: Session,
    policy: Policy,
    customer_id: int,
    about: About,
    at: datetime,
    text: str,
    *,
    now: datetime,
    actor: str,
    owners: Owners | None = None,
) -> Commitment:
    """An appointment is agreed on: a promise of its own (B24). What was owed until then, to set it, is done (B33).

    `at` is aware: when the appointment begins, and by when somebody has to be there.

    Raises:
        ValueError: the time has passed, or one is set already: that one is re-promised.
    """
    if at <= now:
        raise ValueError("at: that time has passed; name one that lies ahead")
    if open_already(session, CommitmentKind.APPOINTMENT, {customer_id: about}):
        raise ValueError("there is an appointment already; agree on another time for that one")
    owing = open_already(session, CommitmentKind.SET_APPOINTMENT, {customer_id: about}).get(customer_id)
    made = promise(
        session,
        policy,
        customer_id,
        CommitmentKind.APPOINTMENT,
        about,
        now=now,
        actor=actor,
        due_at=at,
        owners=owners,
        words=text.strip() or None,
    )
    if owing is not None:
        fulfil(
            session,
            owing,
            "appointment-set",
            text.strip() or f"{at:%Y-%m-%d %H:%M} UTC",
            now=now,
            actor=actor,
        )
        owing.successor_id = made.id
    return made
