"""Whether somebody stands at every rung: the routing of kinds, languages and levels over the coming days (B36)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from models.rules.calendar.calendars import is_business_day
from models.rules.commitments.ladder import Ladder
from models.rules.escalation.ownership import Person, at_level, on_duty, owner_and_deputy, reached
from models.words import CommitmentKind, Level, Role

DAYS = 7


@dataclass(frozen=True)
class Reach:
    """Who would be told at one rung of a kind on a day, in a language; nobody when `staff` is empty."""

    day: date
    kind: str
    language: str
    rung: str
    level: str
    staff: int | None


@dataclass(frozen=True)
class CoverageGap:
    """A rung at which nobody stands. Names of kinds, rungs and languages only."""

    day: date
    kind: str
    language: str
    rung: str
    levels: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in a sentence, with the fix."""
        where = f"{self.day}: {self.kind} in {self.language}, rung {self.rung}"
        return (
            f"{where}: nobody can be reached ({' or '.join(self.levels)}); name a deputy, or add an address"
        )


def working_days(first: date, country: str) -> list[date]:
    """The business days among the next seven."""
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return [day for day in days if is_business_day(country, day)]


def reaches(
    ladders: Mapping[str, Ladder], people: Sequence[Person], languages: Iterable[str], days: Iterable[date]
) -> Iterator[Reach]:
    """Who would be told at each rung of each kind, for a promise made on that day."""
    chosen = sorted(languages)
    for day in days:
        for kind, ladder in ladders.items():
            for language in chosen:
                owner, deputy = _owners(people, kind, language, day)
                for rung in ladder.rungs:
                    for level in rung.tell:
                        found = at_level(people, level, owner, deputy, language, day)
                        yield Reach(
                            day, kind, language, rung.name, level, found or _own(people, level, owner, day)
                        )


def _own(people: Sequence[Person], level: str, owner: int | None, day: date) -> int | None:
    """The owner, where that is the one who stands at the level: a small company has one manager."""
    return next(
        (
            one.id
            for one in people
            if one.id == owner and one.role == level and one.is_there(day) and one.email
        ),
        None,
    )


def gaps(found: Iterable[Reach]) -> list[CoverageGap]:
    """The rungs at which no level is manned. A company without directors still needs somebody at the top."""
    rungs: dict[tuple[date, str, str, str], list[Reach]] = {}
    for reach in found:
        rungs.setdefault((reach.day, reach.kind, reach.language, reach.rung), []).append(reach)
    return [
        CoverageGap(*key, levels=tuple(reach.level for reach in manned))
        for key, manned in rungs.items()
        if all(reach.staff is None for reach in manned)
    ]


def _owners(people: Sequence[Person], kind: str, language: str, day: date) -> tuple[int | None, int | None]:
    if kind in {CommitmentKind.LISTENING_CALL, CommitmentKind.HELP}:
        owner = reached(people, Role.MANAGER, language, day)
        others = [person for person in people if person.id != owner]
        return owner, at_level(others, Level.DEPUTY, owner, None, language, day) or reached(
            others, Role.MANAGER, language, day
        )
    return on_duty(people, *owner_and_deputy(people, language, 0, day), language, day)
