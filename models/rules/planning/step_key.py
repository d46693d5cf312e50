"""The step of a follow-up as one value: which contact of a cadence it is, on what occasion, and in which round.

Rows keep it as text. This is the only place that writes the text or takes it apart.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

from models.words import Level


class Mark(StrEnum):
    """What sets one notice apart from others of the same step, beside a day."""

    LINK = "link"
    """Somebody asked for the link once more; the value is the hour, `2026031809`."""
    HANDED = "handed"
    """It was given to a colleague; the value is the number of the entry in the history."""
    RAISED = "raised"
    """A colleague raised the matter; the value is the number of the case's reason."""
    RESPONSE = "response"
    """The customer added something; the value is the number of the response."""
    REASON = "reason"
    """An alarm added a reason; the value is its number."""
    FAULT = "fault"
    """A fault of the program or of a text; the value is its number. `number` counts how often it was told."""
    TRY = "try"
    """A call reached nobody and is tried again; the value is the number of the tries so far."""
    OFF = "off"
    """An appointment was called off; the value is the number of its commitment."""
    STAFF = "staff"
    """Rows of earlier versions: handed over to the colleague of this number."""


NAME = r"[^\W_](?:[\w-]*\w)?"
"""How steps and rungs may be called: letters, digits, `-` and `_`."""
_NAME = re.compile(NAME)
_LEVELS = "|".join(Level)
_MARKS = "|".join(Mark)
_KEY = re.compile(
    rf"(?P<name>{NAME})(?::(?P<level>{_LEVELS}))?"
    rf"(?::(?:(?P<day>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})|(?P<mark>{_MARKS})=(?P<value>[0-9]+)))?"
    r"(?:#(?P<number>[2-9]|[1-9][0-9]+))?"
)
_END = re.compile(
    r"(?P<key>.*?)(?:\+(?P<round>[1-9][0-9]*))?(?:@(?P<type>[a-z-]+)-(?P<id>[1-9][0-9]*))?", re.DOTALL
)


@dataclass(frozen=True)
class StepKey:
    """One contact among those of a cadence and a subject. `str()` writes it, `parse` reads it."""

    name: str
    """The step of the cadence, or the rung of the ladder."""
    level: str = ""
    """The level that a rung tells (`models.words.Level`); empty for everything else."""
    day: date | None = None
    """The day it is about, where each day earns its own contact."""
    mark: Mark | None = None
    """Instead of a day: why there is one more notice of this step."""
    value: str = ""
    """Digits that go with `mark`."""
    number: int = 1
    """The second contact about the same day, or the second time that a rung is told, is number 2."""
    round: int = 0
    """How often a notice went on to somebody else, since a mail server refused it."""
    was_about: tuple[str, int] | None = None
    """Subject type and id that a contact was about before that went over to another customer; or the anchor and the day
    (`20260331`) that it hung on, where its matter began again since."""

    @classmethod
    def parse(cls, text: str) -> "StepKey":
        """Read what `str()` wrote. A text of any other form is a name as a whole: no row is ever unreadable."""
        return _parse(text)

    def __str__(self) -> str:
        """The text that the row keeps."""
        parts = [self.name, self.level, self.day.isoformat() if self.day else ""]
        if self.mark is not None:
            parts.append(f"{self.mark}={self.value}")
        number = f"#{self.number}" if self.number > 1 else ""
        times = f"+{self.round}" if self.round else ""
        about = "@{}-{}".format(*self.was_about) if self.was_about else ""
        return ":".join(part for part in parts if part) + number + times + about

    @property
    def rung(self) -> "StepKey":
        """What all levels of one rung share when they are told at one time."""
        return replace(self, level="", round=0)

    @property
    def first_round(self) -> "StepKey":
        """The same notice as it was before any mail server refused it."""
        return replace(self, round=0)

    @property
    def next_round(self) -> "StepKey":
        """The same notice for the next person. The round is a counter, so the text never outgrows its column."""
        return replace(self, round=self.round + 1)

    def marked(self, mark: Mark, value: int | str) -> "StepKey":
        """One more notice of the same step, set apart by its reason."""
        return replace(self, day=None, mark=mark, value=str(value), number=1)

    def on(self, day: date) -> "StepKey":
        """One more notice of the same step, set apart by its day."""
        return replace(self, day=day, mark=None, value="", number=1)


def suffix(mark: Mark, value: int | str) -> str:
    """How the text of every first-round step with this mark ends."""
    return f":{mark}={value}"


def check_name(name: str, what: str) -> None:
    """Refuse a name that a key could not be told from.

    Raises:
        ValueError: it has other characters than letters, digits, `-` and `_`.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError(
            f"{name!r} is no name of {what}; write letters, digits, - and _, for instance 'first-week'"
        )


@lru_cache(maxsize=4096)
def _parse(text: str) -> StepKey:
    end = _END.fullmatch(text)
    assert end is not None  # noqa: S101 (it takes every text)
    key = _without_end(end["key"])
    about = (end["type"], int(end["id"])) if end["type"] else None
    return replace(key, round=int(end["round"] or 0), was_about=about)


def _without_end(text: str) -> StepKey:
    parts = _KEY.fullmatch(text)
    try:
        day = date.fromisoformat(parts["day"]) if parts and parts["day"] else None
    except ValueError:
        parts = None
    if parts is None:
        return StepKey(text)
    return StepKey(
        parts["name"],
        parts["level"] or "",
        day,
        Mark(parts["mark"]) if parts["mark"] else None,
        parts["value"] or "",
        int(parts["number"] or 1),
    )
