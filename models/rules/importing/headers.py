"""What the columns of other programs' exports mean, told by their headers and by the form of their values."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

SURE = 80
"""From this score on, a column is taken without asking, unless another comes near."""
_LEAST, _NEAR = 50, 8
_EXACT, _HELD = 105, 90
"""What a header is worth that is the phrase, and one that holds it among other words."""
_EXTRA, _ASIDE = 12, 40
"""What each word costs that the header has and the phrase lacks; and one that speaks of something else."""
_LATE = 25
"""The most that a phrase far down the list costs."""


class Form(StrEnum):
    """How the values of a column look."""

    DAY = "day"
    NUMBER = "number"
    EMAIL = "email"
    TEXT = "text"


@dataclass(frozen=True)
class Field:
    """What we look for: phrases that name it, the best first, and the form that its values have."""

    phrases: tuple[str, ...]
    form: Form | None = None


@dataclass(frozen=True)
class Vocabulary:
    """How columns are called: fields by name, and words that turn a header away from what it else would be."""

    fields: Mapping[str, Mapping[str, Field]]
    """By table: `customer`, `order`, `invoice`."""
    aside: frozenset[str]
    paid: frozenset[str]
    """What a column of states says of an invoice that is paid."""
    cancelled: frozenset[str]
    negated: frozenset[str]
    """Words that turn one of these into its opposite, or into less."""


@dataclass(frozen=True)
class Match:
    """The column that a field is taken from, how surely (0 to 100), and another that came near."""

    column: str
    score: int
    rival: str | None = None

    @property
    def is_sure(self) -> bool:
        """Whether it needs no question."""
        return self.score >= SURE and self.rival is None


def words_of(header: str) -> tuple[str, ...]:
    """The words of a header in plain small letters: `InvoiceDate`, `Data zapłaty` and `E-mail` alike."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    plain = unicodedata.normalize("NFKD", parted.replace("ł", "l").replace("Ł", "L"))
    return tuple(re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower()))


def matches(vocabulary: Vocabulary, table: str, columns: Mapping[str, Form | None]) -> dict[str, Match]:
    """By field of a table: the column that it is best taken from; each column serves one field.

    `columns` are headers with the form of their values, None where they are empty.
    """
    scored = sorted(
        (
            (_score(field, header, form, vocabulary.aside), name, header)
            for name, field in vocabulary.fields[table].items()
            for header, form in columns.items()
        ),
        key=lambda item: -item[0],
    )
    found: dict[str, Match] = {}
    taken: set[str] = set()
    for score, name, header in scored:
        if score >= _LEAST and name not in found and header not in taken:
            found[name] = Match(header, score, _rival(scored, name, header, score, taken))
            taken.add(header)
    return found


def says(value: str, words: Collection[str], negated: Collection[str]) -> bool:
    """Whether a state says one of these words, and does not take it back: `Paid`, but not `Not paid`."""
    said = words_of(value)
    return any(word in words for word in said) and not (
        len(said) > 1 and any(word in negated for word in said)
    )


def _rival(
    scored: Sequence[tuple[int, str, str]], name: str, header: str, score: int, taken: Iterable[str]
) -> str | None:
    return next(
        (
            other
            for rival, field, other in scored
            if field == name and other not in {header, *taken} and rival >= max(score - _NEAR, _LEAST)
        ),
        None,
    )


def _score(field: Field, header: str, form: Form | None, aside: Collection[str]) -> int:
    """How well a header names a field; nothing where the values have another form. An empty column has none."""
    if field.form is not None and form is not None and not _fits(field.form, form):
        return 0
    words = words_of(header)
    scores = (
        _of_phrase(phrase.split(), words, aside) - min(place, _LATE)
        for place, phrase in enumerate(field.phrases)
    )
    return max(scores, default=0)


def _fits(wanted: Form, form: Form) -> bool:
    return form == wanted or (wanted is Form.TEXT and form is Form.EMAIL)


def _of_phrase(phrase: Sequence[str], words: Sequence[str], aside: Collection[str]) -> int:
    if tuple(phrase) == tuple(words):
        return _EXACT + 10 * (len(phrase) > 1)
    missing = [word for word in phrase if word not in words]
    extra = [word for word in words if word not in phrase]
    if missing or len(extra) > len(phrase) + 1:
        return 0
    return _HELD - _EXTRA * len(extra) - _ASIDE * any(word in aside for word in extra)
