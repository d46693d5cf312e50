"""Spacing the mails to one person: reads what went to an address lately, and what is due to it today."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import spacing as queries
from models.rules.calendar import offsets
from models.rules.calendar.calendars import Place, day_start, local_day
from models.rules.sending.before_sending import Postpone, Skip
from models.rules.sending.spacing import Contact, Earlier, space
from tasks.mails.letter_facts import Group
from tasks.sending.recipient_cap import recipient

_LOOK_BACK = timedelta(days=31)
_JUST_NOW = timedelta(hours=12)
"""What has been due for longer waits for something else than its sweep, and nobody waits for it."""


def crowded(
    session: Session, policy: Policy, groups: Sequence[Group], now: datetime
) -> dict[int, Postpone | Skip]:
    """Which of these mails make room for others to the same person, by the id of their lead."""
    contacts = [_contact(policy, group, to) for group in groups if (to := recipient(group)) is not None]
    people = {one.person for one in contacts if one.is_courtesy}
    if not people:
        return {}
    courtesies = {kind for kind, cadence in policy.cadences.items() if cadence.is_courtesy}
    earlier = {
        person: [Earlier(at, kind in courtesies) for kind, at in mails]
        for person, mails in queries.mails_to(session, people, now - _LOOK_BACK).items()
    }
    return space(
        [one for one in contacts if one.person in people],
        earlier,
        _awaited(session, policy, groups, people, now),
        now,
        policy.sending.courtesies_a_week,
    )


def _contact(policy: Policy, group: Group, to: str) -> Contact:
    cadence, lead, customer = group.cadence, group.lead, group.customer
    place = Place(customer.country, customer.timezone)
    return Contact(
        id=lead.id,
        person=to.lower(),
        is_courtesy=all(policy.cadences[row.kind].is_courtesy for row in group.follow_ups),
        owed_at=lead.owed_at,
        latest=offsets.apply(lead.owed_at, offsets.parse(cadence.max_late), place),
        window=policy.windows[cadence.window],
        place=place,
        is_needed=cadence.is_needed,
        not_within=timedelta(days=cadence.quiet_days) if cadence.quiet_days else None,
    )


def _awaited(
    session: Session, policy: Policy, groups: Sequence[Group], people: set[str], now: datetime
) -> set[str]:
    """To whom a mail about money, or an apology, is due before the end of their day."""
    asked = {group.customer.id: group for group in groups if (recipient(group) or "").lower() in people}
    others = [kind for kind, cadence in policy.cadences.items() if cadence.is_grave]
    found: set[str] = set()
    for customer_id, due_at in queries.due_soon(
        session, asked, others, now - _JUST_NOW, now + timedelta(days=1)
    ):
        group = asked[customer_id]
        place = Place(group.customer.country, group.customer.timezone)
        if due_at < day_start(local_day(now, place) + timedelta(days=1), place):
            found.add((recipient(group) or "").lower())
    return found
