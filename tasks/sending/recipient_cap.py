"""At most so many mails a day to one address: whatever loop two programs get into ends here."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import claim
from models.rules.sending.before_sending import CAPPED, Postpone
from tasks.mails.letter_facts import Group, address
from tasks.mails.mime import AddressError, ascii_address

_DAY = timedelta(days=1)
_SOONEST = timedelta(hours=1)


def over_cap(session: Session, policy: Policy, groups: Sequence[Group], now: datetime) -> dict[int, Postpone]:
    """Which of these mails have to wait, by the id of their lead; mails to our own people are never held up."""
    most = policy.sending.max_per_recipient_per_day
    to_customers = [(group, to) for group in groups if (to := recipient(group)) is not None]
    sent = claim.sent_lately(session, {to for _, to in to_customers}, now - _DAY) if to_customers else {}
    counts = {to: count for to, (count, _) in sent.items()}
    found: dict[int, Postpone] = {}
    for group, to in to_customers:
        counts[to] = counts.get(to, 0) + 1
        if counts[to] > most:
            first = sent[to][1] if to in sent else now
            found[group.lead.id] = Postpone(max(first + _DAY, now + _SOONEST), CAPPED)
    return found


def recipient(group: Group) -> str | None:
    """The address as `messages` has it; nothing for one of our own people."""
    if group.lead.staff_id is not None:
        return None
    to = group.addressed or address(group.cadence.audience, group.customer, None, ())
    try:
        return None if to is None else ascii_address(to)
    except AddressError:
        return None
