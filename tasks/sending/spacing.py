"""Spacing the mails to one person: reads what went to an address lately, and what is due to it today."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import spacing as queries
from models.rules.calendar import offsets
from models.rules.calendar.calendars import Place, day_start, local_day
from models.rules.sending.before_sending import Postpone, Skip
from models.rules.sending.spacing import ENOUGH_OF_ORDER, Earlier, OfOrder, SpacedContact, is_enough, space
from tasks.mails.letter_facts import Group
from tasks.sending.recipient_cap import recipient

_LOOK_BACK = timedelta(days=31)
_AHEAD = timedelta(days=31)
"""What is planned within it about an order comes soon."""
_JUST_NOW = timedelta(hours=12)
"""What has been due for longer waits for something else than its sweep, and nobody waits for it."""


def crowded(
    session: Session, policy: Policy, groups: Sequence[Group], now: datetime
) -> dict[int, Postpone | Skip]:
    """Which of these mails make room for others to the same person, by the id of their lead."""
    contacts = [_contact(policy, group, to) for group in groups if (to := recipient(group)) is not None]
    enough = _of_orders(session, policy, groups, now)
    people = {one.person for one in contacts if one.is_courtesy}
    if not people:
        return enough
    courtesies = {kind for kind, cadence in policy.cadences.items() if cadence.is_courtesy}
    earlier = {
        person: [Earlier(at, kind in courtesies) for kind, at in mails]
        for person, mails in queries.mails_to(session, people, now - _LOOK_BACK).items()
    }
    return enough | space(
        [one for one in contacts if one.person in people and one.id not in enough],
        earlier,
        _awaited(session, policy, groups, people, now),
        now,
        policy.sending.courtesies_a_week,
    )


def _of_orders(
    session: Session, policy: Policy, groups: Sequence[Group], now: datetime
) -> dict[int, Postpone | Skip]:
    """Which notices before a due day are one mail too many about their orders, by the id of their lead."""
    notices = [one for one in groups if one.cadence.is_notice and one.invoices]
    orders = {invoice.order_id for one in notices for invoice in one.invoices if invoice.order_id is not None}
    if not orders:
        return {}
    cadences = policy.cadences.items()
    sent = queries.sent_about(
        session,
        orders,
        [kind for kind, cadence in cadences if cadence.is_routine],
        [kind for kind, cadence in cadences if cadence.is_notice],
    )
    own_mail = [
        kind
        for kind, cadence in cadences
        if cadence.is_routine and not any(cadence.can_join(other) for _, other in cadences)
    ]
    coming = queries.coming_about(session, orders, own_mail, now + _AHEAD)

    def of(order_id: int | None, to: str) -> OfOrder | None:
        if order_id is None:
            return None
        return OfOrder(sent.get((order_id, to), 0), coming.get(order_id, 0))

    return {
        one.lead.id: Skip(ENOUGH_OF_ORDER)
        for one in notices
        if is_enough(
            [of(invoice.order_id, (recipient(one) or "").lower()) for invoice in one.invoices],
            policy.sending.mails_an_order,
        )
    }


def _contact(policy: Policy, group: Group, to: str) -> SpacedContact:
    cadence, lead, customer = group.cadence, group.lead, group.customer
    place = Place(customer.country, customer.timezone)
    return SpacedContact(
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
