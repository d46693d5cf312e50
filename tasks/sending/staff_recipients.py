"""Who of our own people can hear of a notice: nobody whose mail server has refused the same matter."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from models.queries.sending.refusals import refused
from models.rules.escalation import ownership
from models.rules.escalation.ownership import Person
from models.rules.planning.step_key import StepKey
from models.rules.sending.before_sending import NOBODY
from models.tables import FollowUp
from models.words import Subject

Matter = tuple[str, int, StepKey | None]


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
