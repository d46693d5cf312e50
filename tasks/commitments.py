"""What people here owe customers: promised with a name and a time, and closed by an outcome in words."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import cases, commitments, inbound, people, planning
from models.rules import ownership
from models.rules.due import due_at
from models.rules.planning import Subject, owed
from models.tables import Commitment, Customer
from models.words import CommitmentKind
from models.words import Subject as SubjectType
from tasks.planning import new_row

About = tuple[str, int]
"""What a commitment is about: subject type and id."""


@dataclass(frozen=True)
class Owners:
    """Who sees to a matter, and the second level; both are ids of staff."""

    owner_id: int | None
    deputy_id: int | None


def promise(
    session: Session, policy: Policy, customer_id: int, kind: CommitmentKind, about: About, *,
    now: datetime, inbound_id: int | None = None, actor: str = "customer",
) -> Commitment:  # fmt: skip
    """Write down that somebody owes this customer something, and tell whom.

    One that is open already takes the new matter in: its time runs on from the first asking, and the owner is told
    again once a day at most.
    """
    found = commitments.open_one(session, customer_id, kind)
    if found is not None:
        tell(session, policy, (SubjectType.COMMITMENT, found.id), customer_id, found.owner_id, now)
        return found
    owners = owners_of(session, customer_id, about, now)
    within = policy.answers.phone_within if kind is CommitmentKind.PHONE else policy.answers.reply_within
    made = commitments.add(
        session,
        {
            "customer_id": customer_id, "case_id": commitments.case_of(session, customer_id), "kind": kind,
            "subject_type": about[0], "subject_id": about[1], "inbound_id": inbound_id,
            "owner_id": owners.owner_id, "deputy_id": owners.deputy_id, "made_at": now,
            "due_at": due_at(now, within, policy.working_hours, policy.company.place),
        },
    )  # fmt: skip
    cases.note(session, (SubjectType.COMMITMENT, made.id), "made", now, actor, cause=kind)
    tell(session, policy, (SubjectType.COMMITMENT, made.id), customer_id, made.owner_id, now)
    return made


def fulfil(
    session: Session, commitment: Commitment, outcome: str, text: str, *, now: datetime, actor: str
) -> bool:
    """Close a commitment, and the mails that asked for it, with what happened. False if it was closed.

    Raises:
        ValueError: the words are missing; a promise is not kept by a click.
    """
    if not text.strip():
        raise ValueError("say in a few words what happened")
    if commitment.done_at is not None:
        return False
    asking = [mail.id for mail in inbound.asking(session, commitment)]
    commitment.done_at, commitment.outcome = now, f"{outcome}: {text.strip()}"
    if commitment.kind == CommitmentKind.REPLY:
        inbound.handled(session, asking, now, actor, outcome)
    cases.note(session, (SubjectType.COMMITMENT, commitment.id), "done", now, actor, cause=outcome)
    return True


def owners_of(session: Session, customer_id: int, about: About, now: datetime) -> Owners:
    """Whom a customer's matter belongs to today: the order's owner, the deputy when the owner is away."""
    customer = session.get_one(Customer, customer_id)
    everyone, day = people.people(session), now.date()
    order = commitments.order_about(session, customer_id, about)
    named = (order.owner_id, order.deputy_id) if order is not None else (None, None)
    if named[0] is None:
        named = ownership.owner_and_deputy(everyone, customer.language, customer_id, day)
    return Owners(*ownership.on_duty(everyone, *named, customer.language, day))


def desk(session: Session, language: str, day: date) -> int | None:
    """Who of the after-sale desk takes what belongs to nobody."""
    return ownership.on_duty(people.people(session), None, None, language, day)[0]


def tell(
    session: Session,
    policy: Policy,
    matter: About,
    customer_id: int | None,
    staff_id: int | None,
    now: datetime,
) -> None:
    """Plan the notice about a matter for its owner: the first at once, further ones once a day at most."""
    anchors = {"made": now, "parked": now}
    subject = Subject(matter[0], matter[1], customer_id, policy.company.place, anchors)
    suffix = f":{now.date()}" if commitments.notices(session, matter) else ""
    rows = [new_row(subject, item, staff_id) for item in owed(subject, policy.cadences, policy.windows)]
    planning.add_follow_ups(session, [{**row, "step": row["step"] + suffix} for row in rows])
