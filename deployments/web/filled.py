"""What somebody filled in on the answer page, and what is still missing in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Self

from models.rules.calendar.reach import written_day, written_instant
from models.rules.responses.call_hour import from_hour
from models.words import Meaning
from tasks.responses.by_link import MOST_CHARACTERS, LinkAnswer

RATINGS = ("1", "2", "3", "4", "5")
_MEANINGS = frozenset(Meaning) - {Meaning.WITHDRAW}  # which is declared in two steps, on a page of its own


@dataclass(frozen=True)
class FilledFields:
    """The fields as they came, so that nothing has to be typed twice."""

    meaning: str = ""
    rating: str = ""
    text: str = ""
    pays_on: str = ""
    """A day, as a date field writes it."""
    call_at: str = ""
    """From when on a call is wanted, as a field for day and hour writes it."""

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Self:
        """Read the fields of a form; absent ones are empty."""
        return cls(
            form.get("meaning", ""),
            form.get("rating", ""),
            form.get("text", ""),
            form.get("pays_on", ""),
            form.get("call_at", ""),
        )

    @property
    def choice(self) -> Meaning | None:
        """The meaning that was chosen, other than a rating."""
        known = self.meaning in _MEANINGS and self.meaning != Meaning.RATING
        return Meaning(self.meaning) if known else None

    @property
    def day(self) -> date | None:
        """The day that is named for the payment, where it was promised."""
        try:
            return written_day(self.pays_on) if self.choice is Meaning.WILL_PAY else None
        except ValueError:
            return None

    def hour(self, now: datetime, zone: tzinfo) -> datetime | None:
        """From when on a call is wanted, in UTC; the hour is one of `zone`. None where none can be kept."""
        try:
            start = written_instant(self.call_at, zone) if self.call_at.strip() else None
        except ValueError:
            return None
        return start if start is not None and from_hour(start, now) is not None else None

    def fault(self, days: tuple[date, date], now: datetime, zone: tzinfo) -> str | None:
        """Why it cannot be recorded: the name of a notice, or None when it can.

        `days` are the first and the last that may be named for a payment.
        """
        named = self.day
        faults = (
            (
                "pay-day",
                self.choice is Meaning.WILL_PAY and (named is None or not days[0] <= named <= days[1]),
            ),
            ("call-at", bool(self.call_at.strip()) and self.hour(now, zone) is None),
            ("rating", bool(self.rating) and self.rating not in RATINGS),
            ("meaning", bool(self.meaning) and self.meaning not in _MEANINGS),
            ("rating", self.meaning == Meaning.RATING and not self.rating),
            ("long", len(self.text) > MOST_CHARACTERS),
            ("message", self.choice is Meaning.MESSAGE and not self.text),
            ("empty", self.said(now, zone).is_empty),
        )
        return next((name for name, is_so in faults if is_so), None)

    def said(self, now: datetime, zone: tzinfo) -> LinkAnswer:
        """The same, understood; only where there is no fault."""
        return LinkAnswer(
            int(self.rating) if self.rating in RATINGS else None,
            self.choice,
            self.text or None,
            self.day,
            self.hour(now, zone),
        )
