"""Which of our own people gets a notice today, and whether it waits for the daily digest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.rules.commitments.ladder import rank
from models.rules.escalation import ownership
from models.rules.escalation.ownership import UNREACHED, Person
from models.rules.planning.step_key import Mark, StepKey
from models.rules.sending.before_sending import NOBODY, Postpone, Skip, Unheard
from models.words import CommitmentKind, Level, Role, Subject

SLIPPED = "slipped"
"""The rung that tells a manager of the second slip of a chain, at once (B26)."""
ABOUT_DELIVERY = frozenset({CommitmentKind.DELIVERY, CommitmentKind.SET_APPOINTMENT})
"""Of these there are many at once where goods slip. A manager who owes them, since nobody else is there, has them on
the list of the day; a call back, or help, is asked for by somebody who waits for it."""
_AT_ONCE = (Mark.LINK, Mark.HANDED, Mark.RAISED)
"""A case that was handed over, that a colleague raised, or whose link somebody asked for, waits for no digest."""


@dataclass(frozen=True)
class NoticeFor:
    """A notice to our own people, as far as routing needs to know."""

    about: tuple[str, int]
    """Subject type and id."""
    key: StepKey
    audience: str
    """`owner`, `seller`, or a role."""
    named_id: int | None
    """Whom it was planned for."""
    language: str
    """The customer's."""
    is_personal: bool = False
    """It belongs to one person and to no stand-in."""
    is_known_unheard: bool = False
    """At the last look nobody could be reached."""


def addressee(notice: NoticeFor, people: Sequence[Person], day: date) -> int | None:
    """Who gets a notice today: the owner of the matter, or whoever stands in; nobody without an address that works.

    What belongs to one person, as the link of the own page does, goes to that person, absent or not.
    """
    kind, id_ = notice.about
    if notice.is_personal:
        return next((one.id for one in people if one.id == id_ and one.email), None)
    if kind == Subject.STAFF:
        return ownership.stand_in(people, id_, notice.language, day)
    named = next((p.id for p in people if p.id == notice.named_id and p.email and p.is_there(day)), None)
    if notice.audience == Role.SELLER or (named and kind == Subject.CASE):
        return named  # nobody else can tell the seller's version; a case keeps whoever it was given to
    if notice.audience != "owner":
        return ownership.reached(people, notice.audience, notice.language, day)
    chosen, _ = ownership.on_duty(people, notice.named_id, None, notice.language, day)
    on_duty = next((person for person in people if person.id == chosen and person.email), None)
    if on_duty is not None and on_duty.is_there(day):
        return on_duty.id
    instead = ownership.reached(people, Role.AFTER_SALE, notice.language, day)
    return instead if instead is not None or on_duty is None else on_duty.id


def without_addressee(
    notice: NoticeFor, people: Sequence[Person], tomorrow: datetime
) -> Skip | Postpone | Unheard:
    """What happens to a notice that nobody gets. Nobody else can tell the seller's version: it waits for the seller."""
    if notice.audience != Role.SELLER:
        return unheard(notice, tomorrow)
    is_away = any(person.id == notice.named_id and person.email for person in people)
    return Postpone(tomorrow, "away") if is_away else Skip(f"{UNREACHED}{Role.SELLER}")


def unheard(notice: NoticeFor, tomorrow: datetime) -> Skip | Unheard:
    """Nobody of our people can be reached: the notice stays owed, and is looked at again every working day.

    It is told as soon as somebody can be reached (`tasks.escalation.undeliverable_notices`). Of digests there is
    another one on each day.
    """
    is_digest = notice.about[0] == Subject.STAFF
    return Skip(NOBODY) if is_digest else Unheard(tomorrow, notice.is_known_unheard)


@dataclass(frozen=True)
class NoticeMatter:
    """What decides whether a notice that could go out now waits for the digest."""

    kind: str
    """Subject type."""
    key: StepKey
    tells_of_case: bool = False
    """Its cadence hangs on the opening of a case."""
    complains: bool = False
    """The customer complains: nothing of that waits."""
    level: str | None = None
    """Of a rung."""
    commitment_kind: str | None = None
    """Of a rung: what is owed."""
    has_list: bool = False
    """A manager or director is told, who has the list of a day with all calls on it."""
    had_enough: bool = False
    """So many mails as the policy wants went to that reader today."""


def waits_for_digest(matter: NoticeMatter) -> bool:
    """Whether it is told in the one mail a day: nothing urgent, and for whoever has calls to make."""
    if matter.complains:
        return False
    is_above = matter.level is not None and rank(matter.level) >= rank(Level.MANAGER)
    if matter.had_enough and (is_above or matter.commitment_kind in ABOUT_DELIVERY):
        return True
    if matter.key.name == SLIPPED:
        return False
    if matter.kind == Subject.CASE:
        return matter.tells_of_case and matter.key.mark not in _AT_ONCE
    if matter.level is None:
        return False
    is_call = matter.commitment_kind == CommitmentKind.LISTENING_CALL
    is_call |= matter.has_list and matter.commitment_kind == CommitmentKind.PHONE
    return is_call or is_above
