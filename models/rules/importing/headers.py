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
_EXTRA, _ASIDE, _BESIDE = 12, 40, 6
"""What each word costs that the header has and the phrase lacks; speaks of something else, or of the next best."""
_SHORTEST, _SHORTEST_REST = 4, 2
"""Letters that the first word of a compound has at least, and the second."""
_JOINTS = ("", "s", "n", "en")
"""What stands between the two in German."""
_LATE = 25
"""The most that a phrase far down the list costs."""


class ValueForm(StrEnum):
    """How the values of a column look."""

    DAY = "day"
    NUMBER = "number"
    EMAIL = "email"
    TEXT = "text"


@dataclass(frozen=True)
class Phrase:
    """A name of a field: its words in the order of the alphabet, the most that it is worth, whether it stands alone."""

    words: tuple[str, ...]
    most: int = _EXACT * 2
    alone: bool = False

    @classmethod
    def of(cls, text: str) -> "Phrase":
        """From its words; `~` before them marks one that is always asked about, `=` one that stands alone."""
        words = tuple(sorted(set(text.lstrip("~=").split())))
        return cls(words, SURE - 1 if text.startswith("~") else _EXACT * 2, text.startswith("="))


@dataclass(frozen=True)
class Field:
    """What we look for: phrases that name it, the best first, and the form that its values have."""

    phrases: tuple[Phrase, ...]
    form: ValueForm | None = None
    is_asked: bool = True
    """Whether another column that comes near is a reason to ask."""


@dataclass(frozen=True)
class Vocabulary:
    """How columns are called: fields by name, and words that turn a header away from what it else would be."""

    fields: Mapping[str, Mapping[str, Field]]
    """By table: `customer`, `order`, `invoice`."""
    words: "HeaderWords"
    aside: frozenset[str]
    of_people: frozenset[str]
    """Words that speak of something else in a header of an order or invoice."""
    near: frozenset[str]
    """Words of which a customer's name or country may be made, where there is no better one."""
    paid: frozenset[str]
    """What a column of states says of an invoice that is paid."""
    cancelled: frozenset[str]
    negated: frozenset[str]
    """Words that turn one of these into its opposite, or into less."""


@dataclass(frozen=True)
class ColumnMatch:
    """The column that a field is taken from, how surely (0 to 100), and another that came near."""

    column: str
    score: int
    rival: str | None = None

    @property
    def is_sure(self) -> bool:
        """Whether it needs no question."""
        return self.score >= SURE and self.rival is None


@dataclass(frozen=True)
class HeaderWords:
    """What the words of headers mean, in all languages at once."""

    meanings: Mapping[str, str]
    """By word, or by its beginning and a star."""
    empty: frozenset[str]

    @classmethod
    def of(cls, synonyms: Mapping[str, Sequence[str]], empty: Collection[str]) -> "HeaderWords":
        """From the synonyms by meaning."""
        return cls({word: meaning for meaning, words in synonyms.items() for word in words}, frozenset(empty))

    def read(self, header: str) -> tuple[str, ...]:
        """A header as meanings, in the order of the alphabet: `Nr zamówienia` and `Auftragsnummer` alike."""
        found = {meaning for word in words_of(header) for meaning in self._read(word)}
        told = sorted(found - self.empty)
        return tuple(told or sorted(found))

    def _read(self, word: str) -> tuple[str, ...]:
        if word in self.meanings:
            return (self.meanings[word],)
        return self._parted(word) or (self._begun(word) or word,)

    def _parted(self, word: str) -> tuple[str, ...]:
        """The meanings of a compound, such as `Kundennummer` or `orderid`; empty where it is none."""
        for end in range(len(word) - _SHORTEST_REST, _SHORTEST - 1, -1):
            rest = self.meanings.get(word[end:]) or self.meanings.get(f"{word[end:]}*")
            if rest is None:
                continue
            for joint in _JOINTS:
                first = word[:end].removesuffix(joint) if word[:end].endswith(joint) else ""
                meaning = self.meanings.get(first) or self.meanings.get(f"{first}*") or self._begun(first)
                if len(first) >= _SHORTEST and meaning is not None:
                    return (meaning, rest)
        return ()

    def _begun(self, word: str) -> str | None:
        ends = range(len(word), _SHORTEST - 2, -1)
        return next(
            (self.meanings[f"{word[:end]}*"] for end in ends if f"{word[:end]}*" in self.meanings), None
        )


def words_of(header: str) -> tuple[str, ...]:
    """The words of a header in plain small letters: `InvoiceDate`, `Data zapłaty` and `E-mail` alike."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", header)
    plain = unicodedata.normalize("NFKD", parted.replace("ł", "l").replace("Ł", "L").replace("ß", "ss"))
    return tuple(re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower()))


def matches(
    vocabulary: Vocabulary, table: str, columns: Mapping[str, ValueForm | None]
) -> dict[str, ColumnMatch]:
    """By field of a table: the column that it is best taken from; each column serves one field.

    `columns` are headers with the form of their values, None where they are empty.
    """
    read = {header: vocabulary.words.read(header) for header in columns}
    near = vocabulary.near if table == "customer" else frozenset()
    aside = vocabulary.aside - near if table == "customer" else vocabulary.aside | vocabulary.of_people
    scored = sorted(
        (
            (_score(field, read[header], form, aside, near), name, header)
            for name, field in vocabulary.fields[table].items()
            for header, form in columns.items()
        ),
        key=lambda item: -item[0],
    )
    found: dict[str, ColumnMatch] = {}
    taken: set[str] = set()
    for score, name, header in scored:
        if score >= _LEAST and name not in found and header not in taken:
            is_asked = vocabulary.fields[table][name].is_asked
            rival = _rival(scored, name, header, score, taken) if is_asked else None
            found[name] = ColumnMatch(header, score, rival)
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


def _score(
    field: Field, words: Sequence[str], form: ValueForm | None, aside: Collection[str], near: Collection[str]
) -> int:
    """How well a header names a field; nothing where the values have another form. An empty column has none."""
    if field.form is not None and form is not None and not _fits(field.form, form):
        return 0
    scores = (
        min(_of_phrase(phrase, words, aside, near) - min(place, _LATE), phrase.most)
        for place, phrase in enumerate(field.phrases)
    )
    return max(scores, default=0)


def _fits(wanted: ValueForm, form: ValueForm) -> bool:
    return form == wanted or (wanted is ValueForm.TEXT and form is ValueForm.EMAIL)


def _of_phrase(phrase: Phrase, words: Sequence[str], aside: Collection[str], near: Collection[str]) -> int:
    if phrase.words == tuple(words):
        return _EXACT + 10 * (len(words) > 1)
    extra = [word for word in words if word not in phrase.words]
    if phrase.alone or any(word not in words for word in phrase.words) or len(extra) > len(phrase.words) + 2:
        return 0
    return (
        _HELD
        - _EXTRA * len(extra)
        - _ASIDE * any(word in aside for word in extra)
        - _BESIDE * any(word in near for word in extra)
    )
