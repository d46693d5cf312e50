"""What a sweep was asked to do, and what it did: figures that fit into one sentence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from models.tables import FollowUp
from tasks.mails.control_words import NUDGE
from tasks.mails.letter_facts import Group

FAULT = "held by a fault"
"""An outcome: something has to be mended, and then it goes by itself."""

TRIED_AGAIN = "to be tried again"
_MANY = frozenset({"sent", "to be sent", "on trial", "skipped"})
_MOST = 50
"""References that are kept of an outcome that many have."""
_ORDER = (
    "sent",
    "to be sent",
    "on trial",
    "taken to a manager",
    "held",
    FAULT,
    "skipped",
    "postponed",
    TRIED_AGAIN,
    "in doubt",
    "unheard",
    "failed",
)


@dataclass(frozen=True)
class Scope:
    """Which due follow-ups a sweep takes: those due at `now` (UTC); empty `customers` (ids) or `kinds` means all."""

    sweep: str
    now: datetime
    customers: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    limit: int = 500
    at_any_hour: bool = False
    """A person wants it at this hour: the windows of customers do not keep it back."""


@dataclass
class Report:
    """Counts by kind of follow-up, outcome and reason, and the cases behind them. Holds no personal data."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    about: dict[tuple[str, str, str], Counter[tuple[str, int]]] = field(default_factory=dict)
    """What is behind a count, in its order: types and ids of orders and the like, with the number of contacts of each.

    All where a person has to look.
    """
    cases: dict[tuple[str, str, str], frozenset[int]] = field(default_factory=dict)
    """Numbers of the cases where a person finds more about a count."""
    claimed: int = 0
    planned: int = 0
    due: bool = False
    """Something is left to claim: of a sweep before it starts, or since a batch brought it forward."""
    refusal_is_new: bool = False
    """The mail server refuses everybody's mail, and no run said so before."""

    def count(
        self,
        kind: str,
        outcome: str,
        reason: str = "",
        number: int = 1,
        *,
        cases: Iterable[int] = (),
        about: Iterable[FollowUp] = (),
    ) -> None:
        """Add to a count; `cases` are those that it led to, or that it tells of, and `about` are its contacts."""
        self.counts[kind, outcome, reason] += number
        found_about = Counter(map(_subject, about))
        _keep(self.about.setdefault((kind, outcome, reason), Counter()), outcome, found_about)
        if found := frozenset(cases):
            self.cases = _both(self.cases, {(kind, outcome, reason): found})

    def take(self, part: "Report") -> None:
        """Add another one's figures to this one."""
        total = self + part
        self.counts, self.about, self.cases, self.due = total.counts, total.about, total.cases, total.due
        self.claimed, self.planned = total.claimed, total.planned

    def __add__(self, other: "Report") -> "Report":
        """Both together."""
        return Report(
            self.counts + other.counts,
            _all_about(self.about, other.about),
            _both(self.cases, other.cases),
            self.claimed + other.claimed,
            self.planned + other.planned,
            self.due or other.due,
            self.refusal_is_new or other.refusal_is_new,
        )

    def since(self, before: "Report", last: "Report") -> "Report":
        """What was counted since `before`, with the claims of the `last` batch."""
        about = {key: known - before.about.get(key, Counter()) for key, known in self.about.items()}
        return Report(self.counts - before.counts, about, self.cases, last.claimed, last.planned, last.due)

    def by_kind(self, outcome: str) -> dict[str, int]:
        """How many of each kind ended in an outcome."""
        found: Counter[str] = Counter()
        for (kind, what, _), number in self.counts.items():
            if what == outcome:
                found[kind] += number
        return dict(sorted(found.items()))

    def total(self, outcome: str) -> int:
        """How many ended in an outcome."""
        return sum(number for (_, what, _), number in self.counts.items() if what == outcome)

    def without(self, reason: str) -> "Report":
        """The same but for what has this reason."""
        kept = Counter({key: number for key, number in self.counts.items() if key[2] != reason})
        return replace(self, counts=kept)

    @property
    def partly_failed(self) -> bool:
        """Whether something ended badly: a person should look at what the reasons say."""
        return self.total(FAULT) + self.total("failed") + self.total("in doubt") + self.total("unheard") > 0

    def sentence(self) -> str:
        """`41 sent, 2 held: open-complaint, 1 failed: 550`; says so when there was nothing to do."""
        parts = []
        for outcome in _ORDER:
            number = self.total(outcome)
            if number:
                reasons: Counter[str] = Counter()
                for (_, what, reason), count in self.counts.items():
                    if what == outcome and reason:
                        reasons[reason] += count
                parts.append(f"{number} {outcome}" + (f": {_list(reasons)}" if reasons else ""))
        return ", ".join(parts) or "nothing was due"


def count_mail(
    report: Report, group: Group, outcome: str, reason: str = "", cases: Iterable[int] = ()
) -> None:
    """Add what a mail carried to a count."""
    kind, rows = group.lead.kind + (NUDGE if group.lead.nudge else ""), group.follow_ups
    report.count(kind, outcome, reason, len(rows), cases=cases, about=rows)


_About = dict[tuple[str, str, str], Counter[tuple[str, int]]]


def _subject(row: FollowUp) -> tuple[str, int]:
    return row.subject_type, row.subject_id


def _keep(known: Counter[tuple[str, int]], outcome: str, more: Counter[tuple[str, int]]) -> None:
    """Of what went well the first few; a morning's mails would fill the page."""
    for one, number in more.items():
        if one in known or outcome not in _MANY or len(known) < _MOST:
            known[one] += number


def _all_about(some: _About, more: _About) -> _About:
    total = {key: Counter(known) for key, known in some.items()}
    for key, about in more.items():
        _keep(total.setdefault(key, Counter()), key[1], about)
    return total


_Cases = dict[tuple[str, str, str], frozenset[int]]


def _both(some: _Cases, more: _Cases) -> _Cases:
    return some | {key: some.get(key, frozenset()) | found for key, found in more.items()}


def _list(reasons: Counter[str]) -> str:
    if len(reasons) == 1:
        return next(iter(reasons))
    return " · ".join(f"{number} {reason}" for reason, number in reasons.most_common())
