"""Who stands for the company: the owner of an order, the deputy, the manager who hears of a case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

UNREACHED = "nobody reachable: "
"""Begins the reason why somebody else hears, or nobody; a level or a role ends it."""
_DOWN = ("director", "manager", "after-sale", "seller")
"""From the top: who hears for whom, where nobody stands."""


@dataclass(frozen=True)
class Person:
    """A member of staff, as far as routing needs to know."""

    id: int
    role: str
    language: str
    email: str | None
    deputy_id: int | None = None
    absent_from: date | None = None
    absent_until: date | None = None
    team: str | None = None

    def is_there(self, day: date) -> bool:
        """Whether they work on that day, as far as we were told."""
        return not (self.absent_from and self.absent_from <= day <= (self.absent_until or date.max))


def owner_and_deputy(
    people: Sequence[Person], language: str, number: int, day: date
) -> tuple[int | None, int | None]:
    """Owner and deputy of an order: after-sale staff who speak the language, in turn by the order's number.

    Both are there on that day, where anybody is; the owner's own deputy goes before other colleagues.
    """
    desk = [person for person in people if person.role == "after-sale"]
    here = {person.id for person in people if person.is_there(day)}
    present = [person for person in desk if person.id in here] or desk
    speakers = [person for person in present if person.language == language] or present
    if not speakers:
        return None, None
    owner = speakers[number % len(speakers)]
    if owner.deputy_id in here:
        return owner.id, owner.deputy_id
    others = [person.id for person in present if person.id != owner.id]
    return owner.id, others[number % len(others)] if others else owner.deputy_id


def standing(people: Sequence[Person], role: str, language: str, day: date) -> int | None:
    """Who of a role, or of the next role up, is here today with an address; of the language if there is one."""
    ladder = ["after-sale", "manager", "director"]
    start = ladder.index(role) if role in ladder else 1
    return _first(people, ladder[start:], language, day)


def reached(people: Sequence[Person], role: str, language: str, day: date) -> int | None:
    """Who hears today of a matter that is for a role: whoever is `standing`, else the next role down, sellers last.

    A company may have no manager, or none today: that somebody hears who has no say is better than that nobody does.
    None only where nobody at all can be reached.
    """
    found = standing(people, role, language, day)
    return found if found is not None else _first(people, _DOWN, language, day)


def anybody(people: Sequence[Person], owner_id: int | None, language: str, day: date) -> int | None:
    """Who hears of a promise when nobody stands at the end of its ladder: a colleague, and the owner only at last."""
    others = [person for person in people if person.id != owner_id]
    found = reached(others, "director", language, day)
    return found if found is not None else reached(people, "director", language, day)


def _first(people: Sequence[Person], roles: Sequence[str], language: str, day: date) -> int | None:
    for role in roles:
        there = [p for p in people if p.role == role and p.email and p.is_there(day)]
        if there:
            return min(there, key=lambda p: (p.language != language, p.id)).id
    return None


def not_refusing(
    people: Sequence[Person], refusals: Mapping[int, int], day: date, *, anew: bool
) -> list[Person]:
    """Without those whose mail server refused a matter as often as anybody's who is here did.

    So each is tried once, then nobody is left; `anew` begins another round, in which each is tried once more.
    """
    here = [one for one in people if one.email and one.is_there(day)]
    most = max((refusals.get(one.id, 0) for one in here), default=0)
    tried = {one.id for one in people if refusals.get(one.id, 0) >= max(most, 1)}
    if anew and tried.issuperset(one.id for one in here):
        return list(people)
    return [one for one in people if one.id not in tried]


def on_duty(
    people: Sequence[Person], owner_id: int | None, deputy_id: int | None, language: str, day: date
) -> tuple[int | None, int | None]:
    """Who acts in a matter today, and who stands behind: owner, else deputy, else the desk and whoever is above.

    Both are named wherever the company has anybody at all (B35).
    """
    there = [p.id for p in people if p.id in (owner_id, deputy_id) and p.email and p.is_there(day)]
    ranked = sorted(there, key=lambda id_: id_ != owner_id) or [
        id_ for id_ in (standing(people, "after-sale", language, day), owner_id, deputy_id) if id_ is not None
    ]
    if not ranked:
        return (people[0].id, None) if people else (None, None)
    above = reached([p for p in people if p.id != ranked[0]], "manager", language, day)
    second = next((id_ for id_ in ranked[1:] if id_ != ranked[0]), above)
    return ranked[0], second


def named_to_customer(
    people: Sequence[Person], named: tuple[int | None, int | None], language: str, number: int, day: date
) -> tuple[int | None, int | None]:
    """Whom a customer is told to ask today, and who stands in: people who work here on that day.

    `named` are the owner and deputy of the order, chosen at the first planning. Who is away for the day is told with
    the stand-in; who has left, or is away, gives place to the deputy, and after that to the desk.
    """
    here = {one.id for one in people if one.is_there(day)}
    left = [id_ for id_ in named if id_ in here]
    if not left:
        return owner_and_deputy([one for one in people if one.id in here] or people, language, number, day)
    owner = left[0]
    instead, deputy = owner_and_deputy(
        [one for one in people if one.id in here and one.id != owner], language, number, day
    )
    second = left[1] if len(left) > 1 else instead if instead is not None else deputy
    return owner, second if second != owner else None


def at_level(
    people: Sequence[Person],
    level: str,
    owner_id: int | None,
    deputy_id: int | None,
    language: str,
    day: date,
) -> int | None:
    """Who stands at a level of a promise's ladder today: present, and with an address. None: the rung is empty.

    The team lead is the manager of the owner's own team. Nobody above the owner is the owner.
    """
    there = [one for one in people if one.email and one.is_there(day)]
    owner = next((one for one in people if one.id == owner_id), None)
    if level == "owner":
        return next((one.id for one in there if one.id == owner_id), None)
    others = [one for one in there if one.id != owner_id]
    if level == "deputy":
        named = (deputy_id, owner.deputy_id if owner else None)
        return next((id_ for id_ in named if any(one.id == id_ for one in others)), None)
    if level == "team-lead":
        team = owner.team if owner else None
        leads = [one.id for one in others if one.role == "manager" and team is not None and one.team == team]
        return min(leads, default=None)
    of_role = [one for one in others if one.role == level]
    return min(of_role, key=lambda one: (one.language != language, one.id)).id if of_role else None


def stand_in(people: Sequence[Person], staff_id: int | None, language: str, day: date) -> int | None:
    """Who reads a manager's mail today: that manager, the deputy, or whoever of the managers and above is here."""
    there = {one.id for one in people if one.email and one.is_there(day)}
    own_deputy = next((one.deputy_id for one in people if one.id == staff_id), None)
    for id_ in (staff_id, own_deputy):
        if id_ in there:
            return id_
    return reached(people, "manager", language, day)
