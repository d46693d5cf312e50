"""What somebody filled in on the answer page, and what is still missing in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from models.words import Meaning
from tasks.answering import MOST_CHARACTERS, Said

RATINGS = ("1", "2", "3", "4", "5")
_MEANINGS = frozenset(Meaning)


@dataclass(frozen=True)
class Filled:
    """The fields as they came, so that nothing has to be typed twice."""

    meaning: str = ""
    rating: str = ""
    text: str = ""

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Self:
        """Read the fields of a form; absent ones are empty."""
        return cls(form.get("meaning", ""), form.get("rating", ""), form.get("text", ""))

    @property
    def choice(self) -> Meaning | None:
        """The meaning that was chosen, other than a rating."""
        known = self.meaning in _MEANINGS and self.meaning != Meaning.RATING
        return Meaning(self.meaning) if known else None

    def fault(self) -> str | None:
        """Why it cannot be recorded: the name of a notice, or None when it can."""
        if self.rating and self.rating not in RATINGS:
            return "rating"
        if self.meaning and self.meaning not in _MEANINGS:
            return "meaning"
        if self.meaning == Meaning.RATING and not self.rating:
            return "rating"
        if len(self.text) > MOST_CHARACTERS:
            return "long"
        if self.choice is Meaning.MESSAGE and not self.text:
            return "message"
        return "empty" if self.said().is_empty else None

    def said(self) -> Said:
        """The same, understood; only where there is no fault."""
        return Said(int(self.rating) if self.rating in RATINGS else None, self.choice, self.text or None)
