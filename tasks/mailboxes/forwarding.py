"""What a colleague passes on: a customer's mail counts as the customer's, and trouble about an order is raised."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.mailboxes import matching
from models.rules.cases.acting import MOST_CHARACTERS
from models.rules.inbound.trouble import trouble
from models.rules.mailboxes.forwarded import Forwarded, forwarded
from models.rules.mailboxes.named import telling_numbers
from models.rules.mailboxes.parked import says
from models.tables import Inbound, Staff
from tasks.cases.raise_matter import raise_about
from tasks.mailboxes.arrived import Arrived
from tasks.mailboxes.customers_mail import reply
from tasks.mailboxes.matching import MailMatch, with_waiting
from tasks.mailboxes.tally import Became


def hear_forwarded(session: Session, policy: Policy, arrived: Arrived, now: datetime) -> Became | None:
    """Hear the customer's mail inside a colleague's; None where there is none, or nobody known wrote it.

    The row keeps who passed it on; what counts as the customer's words is what the copied head stands above.
    """
    row = arrived.row
    for one in forwarded(f"{row.words}\n{row.quoted}"):
        if (match := _whose(session, one)) is not None:
            row.matched_by, row.customer_id = "forwarded", match.customer_id
            [match] = with_waiting(session, [match])
            return reply(session, policy, [replace(arrived, match=match, said=one)], now)[row.id]
    return _raised(session, policy, row, arrived.match, now)


def _whose(session: Session, one: Forwarded) -> MailMatch | None:
    customers = matching.customers_by_addresses(session, [one.sender]).get(one.sender, [])
    numbers = telling_numbers(f"{one.subject}\n{one.words}")
    found = [hit for hits in matching.named(session, numbers).values() for hit in hits]
    theirs = [hit for hit in found if hit.customer_id in customers] if customers else found
    if not customers and not theirs:
        return None
    customer_id = theirs[0].customer_id if theirs else customers[0]
    named = tuple(hit.about for hit in theirs if hit.customer_id == customer_id)
    return MailMatch("forwarded", customer_id=customer_id, named=named)


def _raised(session: Session, policy: Policy, row: Inbound, match: MailMatch, now: datetime) -> Became | None:
    """A colleague who writes of trouble about an order that is named raises it, whatever the subject begins with."""
    by = session.get(Staff, match.staff_id)
    words = says(row.subject, row.words)
    if by is None or not by.active or not row.words.strip() or not trouble(words, policy.trouble):
        return None
    found = matching.named(session, telling_numbers(words))
    hit = next((hit for hits in found.values() for hit in hits), None)
    if hit is None:
        return None
    words = row.words[:MOST_CHARACTERS]
    raise_about(session, policy, hit.customer_id, hit.about, words, now=now, by=by)
    return Became.RAISED
