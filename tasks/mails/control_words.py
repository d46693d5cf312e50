"""What the tables of the control room say, in the language of the company."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from models.policy import Policy
from models.rules.escalation.ownership import UNREACHED
from tasks.mails.formats import end_of_day
from tasks.mails.labels import worded
from tasks.mails.shelf import laid

_NOT = "not "
NUDGE = " (nudge)"
"""Marks, behind a kind, that a reminder of it was sent."""


class CaseNumbers(tuple[int, ...]):
    """Numbers of cases; a table makes links of them, which lead to a door."""

    __slots__ = ()


@dataclass(frozen=True)
class ControlWords:
    """Words and times as the company writes them."""

    language: str
    zone: str
    asks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By kind that mails nobody: section and code of what a person is asked."""

    @classmethod
    def of(cls, policy: Policy) -> "ControlWords":
        """Those of a policy's company."""
        asks = {
            name: ("reason", cadence.opens_case) if cadence.opens_case else ("notice", str(cadence.asks))
            for name, cadence in policy.cadences.items()
            if cadence.opens_case or cadence.asks
        }
        return cls(policy.company.language, policy.company.timezone, asks)

    def say(self, key: str, **names: object) -> str:
        """A text such as `text.nothing` or `head.kind`, its gaps filled."""
        return self._words[key].format(**names)

    def head(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The same rows under heads in words."""
        return [{self.say(f"head.{name}"): value for name, value in row.items()} for row in rows]

    def kind(self, kind: str) -> str:
        """A kind of contact: its name in the policy, which forms ask for, and what it is."""
        name = kind.removesuffix(NUDGE)
        words = self._of_kind(name)
        told = name if words == name else f"{words} ({name})"
        return told if name == kind else f"{told}, {self.say('text.nudge')}"

    def _of_kind(self, name: str) -> str:
        """What a kind of contact is; one that mails nobody is what it asks of a person."""
        section, code = self.asks.get(name, ("kind", name))
        words = worded(self.language, section, code)
        return name if words == code else words

    def outcome(self, outcome: str) -> str:
        """What became of a contact."""
        return self._words.get(f"outcome.{outcome}", outcome)

    def why(self, reason: str) -> str:
        """A reason; one that only the policy or a mail server knows is shown as it is."""
        if (known := self._words.get(f"why.{reason}")) is not None:
            return known
        if reason.startswith(_NOT):
            return self.say("text.lacks", fact=self.why(reason.removeprefix(_NOT)))
        if reason.startswith(UNREACHED):
            level = worded(self.language, "level", reason.removeprefix(UNREACHED))
            return self.say("text.unreached", level=level)
        return worded(self.language, "reason", reason)

    def at(self, at: datetime | None) -> str:
        """A time on the company's clock, with its zone: `2026-03-18 10:00 CET`; empty for none."""
        return "" if at is None else f"{at.astimezone(ZoneInfo(self.zone)):%Y-%m-%d %H:%M %Z}"

    def by(self, at: datetime) -> str:
        """A time by which something is due: a day where it ends with one."""
        last = end_of_day(at, self.zone)
        return self.at(at) if last is None else str(last)

    def listed(self, refs: Sequence[str], more: int) -> str:
        """References, and how many more there are."""
        tail = [self.say("text.more", number=more)] if more > 0 and refs else []
        return ", ".join([*refs, *tail])

    @property
    def _words(self) -> Mapping[str, str]:
        return laid().words["control-room"][self.language]
