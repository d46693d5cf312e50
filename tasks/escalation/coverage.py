"""The nightly check: would somebody hear at every rung of every ladder in the next seven days?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.credit import ending_tables
from models.policy import Policy
from models.queries import people
from models.queries.escalation import ladder_steps
from models.rules.calendar.calendars import local_day
from models.rules.escalation.coverage import CoverageGap, Reach, gaps, reaches, working_days
from models.rules.escalation.ownership import at_level, reached, standing
from models.words import CommitmentKind, Role
from tasks.mails.control_words import ControlWords
from tasks.mails.formats import language_name
from tasks.mails.labels import worded

_MOST = 3
"""Gaps that the sentence names; the table has all of them."""


@dataclass(frozen=True)
class Checked:
    """What was found: rows with references only, and the gaps."""

    rows: list[dict[str, Any]]
    gaps: list[CoverageGap]
    planned: Mapping[str, int]
    """By level: rungs that are planned for these days, and at which nobody stands."""
    warnings: tuple[str, ...] = ()
    """What is wrong today already, in sentences with the fix."""

    @property
    def sentence(self) -> str:
        """For the state of the run, and for the command line."""
        return "; ".join((*self.warnings, self._of_gaps()))

    def _of_gaps(self) -> str:
        if not self.gaps and not self.planned:
            return "no gaps: somebody hears at every rung in the next seven days"
        levels = ", ".join(f"{level} {count}" for level, count in sorted(self.planned.items()))
        planned = f"{sum(self.planned.values())} planned rungs reach nobody: {levels}" if self.planned else ""
        if not self.gaps:
            return f"no gaps in the ladders of the next seven days, but {planned}"
        named = "; ".join(str(gap) for gap in self.gaps[:_MOST])
        more = f"and {len(self.gaps) - _MOST} more" if len(self.gaps) > _MOST else ""
        told = "; ".join(part for part in (named, more, planned) if part)
        return f"{len(self.gaps)} gaps in the next seven days: {told}"


def check_ladders(session: Session, policy: Policy, now: datetime) -> Checked:
    """Look at every kind, language and level, and at the rungs that are planned; changes nothing."""
    everyone = people.people(session)
    place = policy.company.place
    days = working_days(local_day(now, place), place.country)
    chosen = {str(kind): ladder for kind in CommitmentKind if (ladder := policy.ladder(kind)) is not None}
    found = list(reaches(chosen, everyone, people.languages(session), days))
    names = {id_: row.ref for id_, row in people.staff(session).items()}
    open_gaps = gaps(found)
    return Checked(
        [_row(ControlWords.of(policy), reach, names) for reach in _first_days(found)],
        open_gaps,
        _planned(session, policy, now),
        tuple(_warnings(session, policy, now, names)),
    )


def _warnings(session: Session, policy: Policy, now: datetime, names: dict[int, str]) -> Iterator[str]:
    """What runs out, whether anybody stands where matters end, and what waits since nobody does."""
    yield from ending_tables(policy.credit, local_day(now, policy.company.place), people.countries(session))
    everyone, language, day = (
        people.people(session),
        policy.company.language,
        local_day(now, policy.company.place),
    )
    if standing(everyone, Role.MANAGER, language, day) is None:
        instead = reached(everyone, Role.MANAGER, language, day)
        if instead is None:
            yield "nobody here has an address and is there: nobody hears of anything; add an address"
        else:
            yield (
                f"no manager or director can be reached: {names[instead]} hears instead; "
                "name one in the staff list, with an address"
            )
    if waiting := ladder_steps.unheard(session):
        yield f"{waiting} notices wait, since nobody can be reached"


def _planned(session: Session, policy: Policy, now: datetime) -> Mapping[str, int]:
    """By level: how many rungs of real promises, due in these days, would reach nobody on their day."""
    everyone = people.people(session)
    found: Counter[str] = Counter()
    for level, owner, deputy, language, day, count in ladder_steps.of_next_days(session, now):
        if at_level(everyone, level, owner, deputy, language, local_day(day, policy.company.place)) is None:
            found[level] += count
    return found


def _first_days(found: Sequence[Reach]) -> list[Reach]:
    """One row for each rung and who is told: the first day of each stands for those that are the same."""
    seen: set[tuple[Any, ...]] = set()
    rows = []
    for reach in found:
        key = (reach.kind, reach.language, reach.rung, reach.level, reach.staff)
        if key not in seen:
            seen.add(key)
            rows.append(reach)
    return rows


def _row(words: ControlWords, reach: Reach, names: dict[int, str]) -> dict[str, Any]:
    who = names.get(reach.staff) if reach.staff is not None else None
    [row] = words.head(
        [
            {
                "from": str(reach.day),
                "kind": f"{worded(words.language, 'notice', reach.kind)} ({reach.kind})",
                "language": language_name(words.language, reach.language),
                "rung": reach.rung,
                "level": worded(words.language, "level", reach.level),
                "who": who or words.say("text.nobody"),
            }
        ]
    )
    return row
