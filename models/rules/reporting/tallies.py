"""How promises ended, counted; and counted by team such that no count is that of a person (B17, B23, B24)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.rules.commitments.ledger import UNSTATED
from models.rules.reporting.figures import Share

OTHERS = "others"
NOBODY = "nobody"


@dataclass(frozen=True)
class Ended:
    """A promise that fell due: its kind, the reference of its owner (None: nobody's), and how it ended."""

    kind: str
    owner: str | None
    how: str
    """`kept`, `late`, `broken` (or still open past its time), or `moved`: another promise took its place in time."""
    reason: str | None = None


@dataclass(frozen=True)
class Member:
    """One of our people, by reference; who left still owns what was promised, and makes no team larger."""

    ref: str
    team: str
    works_here: bool = True


@dataclass
class Tally:
    """How promises ended. A ratio is never shown without `due`, its denominator."""

    kept: int = 0
    late: int = 0
    broken: int = 0
    moved: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    """Of those that slipped, by reason code; `unstated` is one of them (B12)."""

    @property
    def due(self) -> int:
        """How many fell due."""
        return self.kept + self.late + self.broken + self.moved

    @property
    def kept_share(self) -> Share:
        """Those kept, of those that fell due."""
        return Share(self.kept, self.due)

    def count(self, one: Ended) -> None:
        """Count one promise more."""
        setattr(self, one.how, getattr(self, one.how) + 1)
        if one.how != "kept":
            code = one.reason or UNSTATED
            self.reasons[code] = self.reasons.get(code, 0) + 1


def tally(promises: Iterable[Ended]) -> Tally:
    """All together."""
    total = Tally()
    for one in promises:
        total.count(one)
    total.reasons = dict(sorted(total.reasons.items(), key=lambda item: (-item[1], item[0])))
    return total


def by_kind(promises: Iterable[Ended]) -> dict[str, Tally]:
    """By kind of promise."""
    return _by((one.kind, one) for one in promises)


def by_owner(
    promises: Iterable[Ended], members: Sequence[Member], minimum: int, *, by_name: bool
) -> dict[str, Tally]:
    """By the owner's team, or by the owner's reference where the policy says so."""
    headings = headings_of(members, minimum)
    teams = {member.ref: member.team for member in members}

    def heading(owner: str | None) -> str:
        if owner is None:
            return NOBODY
        return owner if by_name else headings[teams[owner]]

    return _by((heading(one.owner), one) for one in promises)


def headings_of(members: Sequence[Member], minimum: int) -> dict[str, str]:
    """Under what each team is counted: its name, or `others` while fewer people than `minimum` work in it.

    The others take in the next smallest team until they are many enough themselves.
    """
    sizes = dict.fromkeys((member.team for member in members), 0)
    for member in members:
        sizes[member.team] += member.works_here
    headings, people = {team: team for team in sizes}, 0
    for team, size in sorted(sizes.items(), key=lambda item: (item[1], item[0])):
        if size < minimum or 0 < people < minimum:
            headings[team] = OTHERS
            people += size
    return headings


def _by(pairs: Iterable[tuple[str, Ended]]) -> dict[str, Tally]:
    found: dict[str, list[Ended]] = {}
    for name, one in pairs:
        found.setdefault(name, []).append(one)
    return {name: tally(promises) for name, promises in sorted(found.items())}
