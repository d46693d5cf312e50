"""A person looks at a parked mail, and says whose it is or what came of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history, people
from models.queries.commitments import parked_mails
from models.queries.mailboxes import inbound, matching
from models.queries.responses import responses
from models.rules.mailboxes.parked import NOTHING_NEEDED
from models.tables import FollowUp, Inbound
from models.words import Subject
from tasks.cases.references import about_of
from tasks.commitments.close import fulfil
from tasks.commitments.looks import check_done
from tasks.commitments.own_sales import check_own_sale
from tasks.mailboxes.arrived import Arrived
from tasks.mailboxes.customers_mail import reply
from tasks.mailboxes.matching import MailMatch
from tasks.mailboxes.tally import Became

_ASSIGNED = "assigned"


def assign(
    session: Session, policy: Policy, row: Inbound, about: str, *, now: datetime, actor: str
) -> Became:
    """Give a parked mail to the customer, order or invoice of a reference, and act on it as on any answer.

    What the same sender wrote besides, and still waits under the same promise to look at it, goes along.

    Raises:
        UnknownReferenceError: nothing has it.
    """
    customer_id, matter = about_of(session, about)
    owed = parked_mails.of_mail(session, row.id)
    along = (
        [one for one in parked_mails.mails_of(session, owed) if one.id != row.id] if owed is not None else []
    )
    became = _assign(session, policy, row, about, customer_id, matter, now, actor)
    for one in along:
        _assign(session, policy, one, about, customer_id, matter, now, actor)
    if owed is not None:
        fulfil(session, owed, _ASSIGNED, about, now=now, actor=actor)
    return became


def settle_mail(
    session: Session, policy: Policy, mail: Inbound, outcome: str, text: str, *, now: datetime, actor: str
) -> bool:
    """Close it with what happened, and the promise to look at it; False if somebody had already.

    Raises:
        ActError: there are words of trouble in it, or it is about an own sale, and nothing was done.
    """
    if mail.handled_at is not None:
        return False
    check_done(policy, [mail], outcome)
    who = people.staff_by_ref(session, actor)
    if outcome == NOTHING_NEEDED and who is not None and mail.customer_id is not None:
        check_own_sale(session, who, mail.customer_id, "saying that nothing is needed")
    owed = parked_mails.of_mail(session, mail.id)
    if owed is not None and owed.inbound_id == mail.id:
        fulfil(session, owed, outcome, text, now=now, actor=actor)
    inbound.handled(session, [mail.id], now, actor, f"{outcome}: {text.strip()}")
    history.note(session, (Subject.INBOUND, mail.id), "done", now, actor, cause=outcome)
    return True


def _assign(
    session: Session,
    policy: Policy,
    row: Inbound,
    about: str,
    customer_id: int,
    matter: tuple[str, int],
    now: datetime,
    actor: str,
) -> Became:
    asked: FollowUp | None = None
    if matter[0] != Subject.CUSTOMER:
        asked = responses.latest_asked(session, Subject(matter[0]), matter[1], row.received_at, None)
    else:
        waiting = matching.waiting_for_answer(session, [customer_id]).get(customer_id, [])
        asked = waiting[0] if len(waiting) == 1 else None
    row.matched_by, row.customer_id, row.follow_up_id = "hand", customer_id, asked.id if asked else None
    row.parked_for = None
    history.note(session, (Subject.INBOUND, row.id), _ASSIGNED, now, actor, cause=about)
    named = () if matter[0] == Subject.CUSTOMER else (matter,)
    arrived = Arrived(row, MailMatch("hand", None, [asked] if asked else [], customer_id, named=named))
    return reply(session, policy, [arrived], now)[row.id]
