"""The hour at which a customer wants to be called: read in the words, and kept as the time of the promise."""

from datetime import datetime

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.mailboxes import acknowledgements
from models.rules.calendar.calendars import Place, zone
from models.rules.commitments.ledger import AGREED
from models.rules.responses.call_hour import CallTime, asks_for_call, from_hour, names_hour, wished
from models.tables import Commitment, Customer
from tasks.commitments.close import re_promise


def call_time(
    session: Session,
    policy: Policy,
    customer_id: int,
    words: str | None,
    *,
    now: datetime,
    wants_call: bool,
    chosen: datetime | None = None,
) -> CallTime | None:
    """When the customer wants to be called: as chosen in a field, else as the words say; None where neither does.

    Words count where a call was asked for (`wants_call`) or is owed already, or where they speak of one themselves.
    """
    if chosen is not None and (found := from_hour(chosen, now)) is not None:
        return found
    if not words or not names_hour(words, policy.call_words):
        return None
    customer = session.get_one(Customer, customer_id)
    where = Place(customer.country, customer.timezone)
    own = policy.call_words
    found = wished(words, now, where, policy.working_hours, policy.company.place, own)
    if found is None or wants_call or asks_for_call(words, own):
        return found
    return found if acknowledgements.calls(session, {customer_id}) else None


def keep_to(
    session: Session, policy: Policy, owed: Commitment, at: CallTime, *, now: datetime, actor: str
) -> Commitment:
    """Let an open promise be kept at the hour that the customer named since: a new promise, and no slip.

    Returns the promise that holds now.
    """
    if owed.done_at is not None or (owed.not_before, owed.due_at) == (at.start, at.by):
        return owed
    local = (moment.astimezone(zone(policy.company.timezone)) for moment in (at.start, at.by))
    hours = "-".join(f"{moment:%H:%M}" for moment in local)
    return re_promise(session, policy, owed, at.by, AGREED, hours, now=now, actor=actor, not_before=at.start)
