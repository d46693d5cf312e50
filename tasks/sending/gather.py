"""Reading the facts that decide about a batch of due follow-ups, all of them in the transaction of the claim."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import facts, going_live, people
from models.queries.cases import cases, replies
from models.queries.cases import holds as holding
from models.queries.commitments import commitments
from models.queries.escalation import ladder_steps
from models.queries.importing import guard
from models.queries.mailboxes import acknowledgements, possible_answers
from models.queries.responses import responses
from models.queries.sending import claim, messages, refusals, suppressions, threads
from models.rules.calendar.calendars import day_start, local_day
from models.rules.commitments.ladder_changes import Pending
from models.rules.escalation.ownership import Person
from models.rules.planning.cadence import Cadence
from models.rules.planning.step_key import Mark, StepKey
from models.tables import Commitment, Customer, FollowUp, Invoice, Order, Reply
from models.words import OF_MATTERS, CommitmentKind, Meaning, Role, Subject
from tasks.commitments.ladder import start
from tasks.commitments.looks import has_words_of_trouble
from tasks.escalation.notify import is_rung
from tasks.mails.letter import Heard
from tasks.mails.letter_facts import Desk, is_for_staff
from tasks.mails.mime import as_kept
from tasks.mails.suppressed import suppressed_among
from tasks.responses.record import OLDER
from tasks.sending.heard_mails import heard_mails
from tasks.sending.payment_freshness import payments_are_fresh
from tasks.sending.staff_recipients import Refusals
from tasks.sending.told_days import said_by_hand

_JUST_NOW = timedelta(minutes=5)
"""A second notice about one matter to one reader within it is the same one again."""
_URGENT = (Subject.CASE, Subject.COMMITMENT)


@dataclass(frozen=True)
class Batch:
    """The rows of a claim, with everything that deciding needs."""

    now: datetime
    at_any_hour: bool
    rows: Sequence[tuple[FollowUp, Customer]]
    orders: dict[int, Order]
    invoices: dict[int, Invoice]
    conditions: dict[tuple[str, int], frozenset[str]]
    newer: set[int]
    answered: set[int]
    in_doubt: set[int]
    """Customers who wrote a mail that a person has yet to tell from a machine's."""
    desk: Desk
    refusals: Refusals
    holds: dict[tuple[str, int], datetime]
    """Until when a person wants nothing written, by subject type and id."""
    levels: dict[int, int]
    """Of the cases that notices are about, by id."""
    letters: dict[int, datetime]
    """By invoice: when the last letter about it went out."""
    rated: dict[int, list[datetime]]
    """By order: when its customer rated it, oldest first."""
    orders_rest: bool
    """Whether orders that no longer come are gone."""
    began: datetime | None
    """When the first import was: what was owed before it is past."""
    promises: dict[int, Commitment]
    """Whose rungs are due, by id."""
    pending: dict[int, list[Pending]]
    """The rungs of these promises that are still to come."""
    complaining: Collection[int]
    """Customers who complain: what concerns them is urgent."""
    urgent_looks: set[int]
    """Looks that are owed at mails with words of trouble in them, by id of the promise."""
    replies: dict[int, Reply]
    """Mails that our own people wrote, by id."""
    just_told: set[tuple[str, str, int, int | None]]
    """Kind, subject and reader of the notices of the last minutes."""
    told_today: dict[int, int]
    """By one of our people: mails of today about matters."""
    heard: dict[int, Heard]
    """Mails whose senders are told that we have them, by id."""
    by_hand: dict[int, str]
    """What our people say of the delivery of orders, by id, where that is the last word."""

    def people_for(self, row: FollowUp) -> list[Person]:
        """Our people, but for those whose servers have refused a notice of the same matter."""
        return self.refusals.without(self.desk.people, self.desk.day, row)

    def has_digest(self, staff_id: int) -> bool:
        """Whether one of our people has the list of a day: a manager or director."""
        person = self.desk.staff.get(staff_id)
        return person is not None and person.role in (Role.MANAGER, Role.DIRECTOR)

    def was_answered_before(self, row: FollowUp, cadence: Cadence) -> bool:
        """Whether the rating that a contact asks for was given, so shortly before that asking would be odd."""
        order = self.orders.get(row.subject_id) if row.subject_type == Subject.ORDER else None
        if order is None or not cadence.extra or Meaning.RATING not in cadence.answers or row.nudge:
            return False
        since = max(row.owed_at - OLDER, order.delivered_at or order.signed_at)
        return any(since <= at for at in self.rated.get(order.id, ()))

    def rests(self, row: FollowUp, days: int) -> bool:
        """Whether a contact is about something that no longer comes.

        Of an invoice nobody knows from then on whether it was paid; an order rests after so many days, once it is
        known to be gone.
        """
        if row.subject_type == Subject.INVOICE:
            invoice = self.invoices.get(row.subject_id)
            return invoice is not None and invoice.vanished_at is not None
        order = self.orders.get(row.subject_id) if row.subject_type == Subject.ORDER else None
        if order is None or order.vanished_at is None or not self.orders_rest:
            return False
        return self.now >= order.vanished_at + timedelta(days=days)

    def held_until(self, row: FollowUp) -> datetime | None:
        """The latest end of the holds on a contact."""
        if not self.holds:
            return None
        subjects = ((Subject.CUSTOMER, row.customer_id or 0), (row.subject_type, row.subject_id))
        return max((self.holds[key] for key in subjects if key in self.holds), default=None)


def gather(
    session: Session, policy: Policy, ids: Sequence[int], now: datetime, *, at_any_hour: bool = False
) -> Batch:
    """Read everything about these claimed follow-ups; promises of a first rung alone get the rest of their ladder."""
    rows = [(row, customer or _nobody(policy)) for row, customer in claim.claimed(session, ids)]
    follow_ups = [row for row, _ in rows]
    orders = facts.orders(session, _subjects(follow_ups, Subject.ORDER))
    invoices = facts.invoices(session, _subjects(follow_ups, Subject.INVOICE))
    to_staff = [row for row in follow_ups if is_for_staff(row)]
    promises = _promises(session, policy, [row for row in to_staff if is_rung(row)])
    concerned = {row.customer_id for row in to_staff if row.customer_id and row.subject_type in _URGENT}
    written = replies.by_ids(session, _subjects(follow_ups, Subject.REPLY))
    addresses = {as_kept(one.recipient) for one in written.values()}
    desk = Desk(
        people.staff(session),
        people.people(session),
        now.date(),
        policy.company,
        suppressed_among(session, [customer for _, customer in rows])
        | suppressions.suppressed(session, addresses),
    )
    buyers = {row.customer_id for row in follow_ups if row.customer_id is not None and not is_for_staff(row)}
    return Batch(
        now=now,
        at_any_hour=at_any_hour,
        rows=rows,
        orders=orders,
        invoices=invoices,
        conditions=_conditions(session, policy, follow_ups, orders, invoices, now),
        newer=threads.newer_steps(session, follow_ups, now),
        answered=threads.answered_threads(session, [row.id for row in follow_ups if row.nudge]),
        in_doubt=possible_answers.senders(
            session, {row.customer_id for row in follow_ups if row.nudge and row.customer_id is not None}
        ),
        desk=desk,
        refusals=Refusals.of(session, {row.subject_id for row in to_staff}),
        just_told=refusals.told_since(session, {row.subject_id for row in to_staff}, now - _JUST_NOW)
        if to_staff
        else set(),
        holds=holding.held_until(session, follow_ups[0].sweep, buyers, orders, now) if buyers else {},
        levels=cases.levels(session, _subjects(follow_ups, Subject.CASE)),
        letters=threads.last_letters(session, invoices),
        rated=responses.said_lately(session, orders, (Meaning.RATING,)) if orders else {},
        orders_rest=any(one.vanished_at for one in orders.values()) and guard.orders_rest(session),
        began=going_live.began_at(session),
        promises=promises,
        pending=ladder_steps.pending_of(session, promises),
        complaining=facts.complaints(session, concerned) if concerned else (),
        urgent_looks=_urgent_looks(session, policy, promises),
        replies=written,
        told_today=_told_today(session, policy, desk, now) if to_staff else {},
        heard=heard_mails(session, rows, desk),
        by_hand=said_by_hand(session, orders, now),
    )


def _subjects(rows: Sequence[FollowUp], kind: Subject) -> set[int]:
    return {row.subject_id for row in rows if row.subject_type == kind}


def _nobody(policy: Policy) -> Customer:
    """Stands in, outside the database, where nobody knows whose mail our people are told of."""
    company = policy.company
    return Customer(
        id=0, ref="", name="", language=company.language, country=company.country, timezone=company.timezone
    )


def _promises(session: Session, policy: Policy, rungs: Sequence[FollowUp]) -> dict[int, Commitment]:
    """The promises of due rungs, locked. Of a delivery only the first rung was planned until now."""
    found = commitments.by_ids(session, {row.subject_id for row in rungs})
    for owed in found.values():
        if owed.kind == CommitmentKind.DELIVERY and owed.level is None and owed.done_at is None:
            start(session, policy, owed, complains=False)
    return found


def _told_today(session: Session, policy: Policy, desk: Desk, now: datetime) -> dict[int, int]:
    """How many mails about matters managers and directors had today."""
    place = policy.company.place
    readers = {
        one.email: id_
        for id_, one in desk.staff.items()
        if one.email and one.role in (Role.MANAGER, Role.DIRECTOR)
    }
    since = day_start(local_day(now, place), place)
    kinds = [kind for kind, one in policy.cadences.items() if one.subject in OF_MATTERS]
    return messages.told_since(session, readers.values(), [*readers], kinds, since)


def _urgent_looks(session: Session, policy: Policy, promises: Mapping[int, Commitment]) -> set[int]:
    looks = {
        owed.inbound_id: owed.id
        for owed in promises.values()
        if owed.kind == CommitmentKind.MAIL and owed.inbound_id is not None
    }
    mails = acknowledgements.mails(session, looks) if looks else {}
    return {looks[mail.id] for mail in mails.values() if has_words_of_trouble(policy, mail)}


def _conditions(
    session: Session,
    policy: Policy,
    rows: Sequence[FollowUp],
    orders: dict[int, Order],
    invoices: dict[int, Invoice],
    now: datetime,
) -> dict[tuple[str, int], frozenset[str]]:
    """What is true of each subject, by type and id (`models.rules.planning.cadence.CONDITIONS`)."""
    is_fresh = bool(invoices) and payments_are_fresh(session, policy, now)
    found = facts.conditions(
        session, orders, invoices, now, is_fresh=is_fresh, by_address=policy.credit.holds_by_address
    )
    for row in rows:
        if is_for_staff(row) or row.subject_type == Subject.AGREED:
            matter = row.subject_type, row.subject_id
            is_over = commitments.is_done(session, matter) and StepKey.parse(row.step).mark is not Mark.OFF
            found[matter] = frozenset({"closed"} if is_over else ())
    return found | _of_closed_cases(session, rows)


def _of_closed_cases(session: Session, rows: Sequence[FollowUp]) -> dict[tuple[str, int], frozenset[str]]:
    """What is true of the customers who would be asked whether their case is solved."""
    asked = [row for row in rows if row.subject_type == Subject.CLOSED_CASE]
    if not asked:
        return {}
    open_again = facts.complaints(session, {row.customer_id for row in asked if row.customer_id is not None})
    return {
        (row.subject_type, row.subject_id): frozenset(
            {"open-complaint"} if row.customer_id in open_again else ()
        )
        for row in asked
    }
