"""Who of our own people gets a notice today, and who after them where a mail server will not take it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from models.queries.sending.refusals import refused
from models.rules.escalation import ownership
from models.rules.escalation.ownership import Person
from models.rules.planning.cadence import Cadence
from models.rules.planning.step_key import StepKey
from models.rules.sending.before_sending import NOBODY
from models.tables import Customer, FollowUp
from models.words import Role, Subject

Matter = tuple[str, int, StepKey | None]


def addressee_of(
    people_: Sequence[Person], day: date, cadence: Cadence, audience: str, row: FollowUp, customer: Customer
) -> int | None:
    """Who gets a notice today: the owner of the matter, or whoever stands in; nobody without an address that works.

    What belongs to one person, as the link of the own page does, goes to that person, absent or not.
    """
    if cadence.is_personal:
        return next((one.id for one in people_ if one.id == row.subject_id and one.email), None)
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


class Refusals:
    """How often the mail servers of our people have refused a notice of the same matter."""

    def __init__(self, counts: Mapping[Matter, Counter[int]]) -> None:
        self._counts = counts

    @classmethod
    def of(cls, session: Session, subject_ids: Collection[int]) -> "Refusals":
        """Those about these cases, promises, mails and colleagues."""
        counts: dict[Matter, Counter[int]] = {}
        for (kind, id_, step, staff_id), number in (
            refused(session, subject_ids) if subject_ids else {}
        ).items():
            counts.setdefault(_matter(kind, id_, step), Counter())[staff_id] += number
        return cls(counts)

    def without(self, people_: Sequence[Person], day: date, row: FollowUp) -> list[Person]:
        """Our people, but for those who cannot hear of a notice; once it was unheard, all are asked again."""
        counts = self._counts.get(_matter(row.subject_type, row.subject_id, row.step))
        if counts is None:
            return list(people_)
        return ownership.not_refusing(people_, counts, day, anew=row.reason == NOBODY)


def _matter(kind: str, id_: int, step: str) -> Matter:
    """What refusals are counted for. To somebody there is another digest each day, and each is a matter of its own."""
    return kind, id_, StepKey.parse(step).first_round if kind == Subject.STAFF else None
