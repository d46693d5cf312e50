"""A person looks at a parked mail, and says whose it is or what came of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history
from models.queries.mailboxes import inbound, matching
from models.queries.responses import responses
from models.tables import FollowUp, Inbound
from models.words import Subject
from tasks.cases.references import about_of
from tasks.mailboxes.act_on_mail import Arrived, reply
from tasks.mailboxes.matching import Match
from tasks.mailboxes.tally import Became


def assign(
    session: Session, policy: Policy, row: Inbound, about: str, *, now: datetime, actor: str
) -> Became:
    """Give a parked mail to the customer, order or invoice of a reference, and act on it as on any answer.

    Raises:
        UnknownReferenceError: nothing has it.
    """
    customer_id, (kind, subject_id) = about_of(session, about)
    asked: FollowUp | None = None
    if kind != Subject.CUSTOMER:
        asked = responses.latest_asked(session, Subject(kind), subject_id, row.received_at, None)
    else:
        waiting = matching.waiting_for_answer(session, [customer_id]).get(customer_id, [])
        asked = waiting[0] if len(waiting) == 1 else None
    row.matched_by, row.customer_id, row.follow_up_id = "hand", customer_id, asked.id if asked else None
    row.parked_for = None
    history.note(session, (Subject.INBOUND, row.id), "assigned", now, actor, cause=about)
    arrived = Arrived(row, Match("hand", None, [asked] if asked else [], customer_id))
    return reply(session, policy, [arrived], now)[row.id]


def settle_mail(
    session: Session, mail: Inbound, outcome: str, text: str, *, now: datetime, actor: str
) -> bool:
    """Close it with what happened; False if somebody had already."""
    if mail.handled_at is not None:
        return False
    inbound.handled(session, [mail.id], now, actor, f"{outcome}: {text.strip()}")
    history.note(session, (Subject.INBOUND, mail.id), "done", now, actor, cause=outcome)
    return True
