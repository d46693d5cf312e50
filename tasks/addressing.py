"""Who of our own people gets a notice today."""

from collections.abc import Sequence
from datetime import date

from models.rules import ownership
from models.rules.ownership import Person
from models.tables import Customer, FollowUp
from models.words import Role, Subject


def addressee_of(
    people_: Sequence[Person], day: date, audience: str, row: FollowUp, customer: Customer
) -> int | None:
    """Who gets a notice today: the owner of the matter, or whoever stands in; nobody without an address that works."""
    if row.subject_type == Subject.STAFF:
        return ownership.stand_in(people_, row.subject_id, customer.language, day)
    named = next((p.id for p in people_ if p.id == row.staff_id and p.email and p.is_there(day)), None)
    if audience == Role.SELLER or (named and row.subject_type == Subject.CASE):
        return named  # nobody else can tell the seller's version; a case keeps whoever it was given to
    if audience != "owner":
        return ownership.reached(people_, audience, customer.language, day)
    chosen, _ = ownership.on_duty(people_, row.staff_id, None, customer.language, day)
    on_duty = next((person for person in people_ if person.id == chosen and person.email), None)
    if on_duty is not None and on_duty.is_there(day):
        return on_duty.id
    instead = ownership.reached(people_, Role.AFTER_SALE, customer.language, day)
    return instead if instead is not None or on_duty is None else on_duty.id
