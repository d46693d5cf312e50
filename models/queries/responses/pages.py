"""What the pages ask: the mail behind a link, the case behind a link, and the rows a press changes."""

import re
from collections.abc import Collection

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from models.base import may_be_id
from models.queries.responses import responses
from models.tables import Case, Customer, FollowUp, History, Message, Order
from models.words import Subject

_KEY = re.compile(r"f(?P<follow_up>[0-9]{1,18})-[0-9]+")


def is_there(session: Session) -> bool:
    """Whether the database answers."""
    return session.scalar(select(literal(1))) == 1


def message(session: Session, key: str, *, lock: bool = False) -> Message | None:
    """A customer's mail by its key. Locked, two presses of one button follow each other."""
    query = select(Message).where(Message.key == key, Message.staff_id.is_(None))
    return session.scalar(query.with_for_update() if lock else query)


def asked(session: Session, sent: Message) -> list[FollowUp]:
    """The follow-ups that a mail carries, the one that names it first."""
    return asked_by(session, [sent])[sent.id]


def asked_by(session: Session, mails: Collection[Message]) -> dict[int, list[FollowUp]]:
    """By mail: the follow-ups that it carries, the one that names it first.

    What turned out to be another customer's is not theirs who got the mail, and not shown to them.

    One that was sent anew after a doubtful refusal belongs to its newer mail; the older one's key still
    names it.
    """
    carried = responses.carried(session, {mail.id for mail in mails})
    found = {}
    for sent in mails:
        whose = [row for row in carried.get(sent.id, ()) if row.customer_id == sent.customer_id]
        rows = sorted(whose, key=lambda row: (row.step != sent.step, row.id))
        if not rows and (match := _KEY.fullmatch(sent.key)):
            named = session.get(FollowUp, int(match["follow_up"]))
            rows = [named] if named is not None and named.customer_id == sent.customer_id else []
        found[sent.id] = rows
    return found


def customer(session: Session, customer_id: int | None, *, lock: bool = False) -> Customer:
    """A customer by id."""
    query = select(Customer).where(Customer.id == customer_id)
    return session.scalars(query.with_for_update() if lock else query).one()


def order_with_customer(session: Session, ref: str) -> tuple[Order, Customer] | None:
    """An order by its reference, with whose it is."""
    query = (
        select(Order, Customer)
        .join(Customer, Customer.id == Order.customer_id)
        .where(Order.ref == ref.strip())
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1])


def open_case(session: Session, customer_id: int | None) -> Case | None:
    """The open case of a customer, only looked at."""
    return session.scalar(select(Case).where(Case.customer_id == customer_id, Case.closed_at.is_(None)))


def case_to_change(session: Session, case_id: int) -> Case | None:
    """A case by id, locked: two managers who press at once follow each other."""
    if not may_be_id(case_id):
        return None
    return session.scalar(select(Case).where(Case.id == case_id).with_for_update())


def closed_by(session: Session, case_id: int) -> str | None:
    """Reference of who closed a case, as the history has it."""
    return session.scalar(
        select(History.actor)
        .where(History.subject_type == Subject.CASE, History.subject_id == case_id, History.event == "closed")
        .order_by(History.id.desc())
        .limit(1)
    )
