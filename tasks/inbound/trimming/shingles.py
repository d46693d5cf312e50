"""Which words of a text were taken from another one, whatever was done to its lines, marks, accents and signs.

Both are lists of bare words. Four words in the same order are a shingle; where one is found, it is followed as far as
both texts agree. Runs that stand in the same order in both belong together; a run out of order must be long.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

SHINGLE = 4
_LONG = 8
"""Words of a run that counts by itself: nobody types so many in a row that happen to be ours."""
_ENOUGH = 12
"""Words in order that make a quotation; of a shorter text, `_ENOUGH_OF` of it."""
_ENOUGH_OF = 0.6
_MOST_RUNS = 300
_MOST_WORDS = 20_000
_WORD = re.compile(r"[^\W_]+")
_ALIKE = 4
_LETTERS = str.maketrans({"ł": "l", "Ł": "l", "ß": "ss", "ø": "o", "đ": "d"})


class PlacedWord(NamedTuple):
    """A bare word, and where it stands in its line."""

    bare: str
    start: int
    end: int


class Run(NamedTuple):
    """Words that stand in both texts: from `at` in the first, from `of` in the second."""

    at: int
    of: int
    length: int


def words_of(line: str) -> list[PlacedWord]:
    """The words of a line, without accents, case and signs."""
    return [PlacedWord(_bare(match[0]), match.start(), match.end()) for match in _WORD.finditer(line)]


def taken(words: Sequence[str], source: Sequence[str]) -> list[Run]:
    """The runs of `words` that are quoted from `source`, in order; none where it is no quotation."""
    runs = _runs(words[:_MOST_WORDS], source[:_MOST_WORDS])[:_MOST_RUNS]
    chain = _chain(runs)
    if sum(run.length for run in chain) < min(_ENOUGH, max(SHINGLE, _ENOUGH_OF * len(source))):
        return []
    return [run for run in runs if run in chain or run.length >= _LONG]


def _runs(words: Sequence[str], source: Sequence[str]) -> list[Run]:
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(source) - SHINGLE + 1):
        places[tuple(source[at : at + SHINGLE])].append(at)
    found: list[Run] = []
    at = expected = 0
    while at <= len(words) - SHINGLE:
        starts = places.get(tuple(words[at : at + SHINGLE]))
        if not starts:
            at += 1
            continue
        expected_now = expected
        of = max(starts, key=lambda start: (_length(words, source, at, start), start >= expected_now, -start))
        length = _length(words, source, at, of)
        found.append(Run(at, of, length))
        at, expected = at + length, of + length
    return found


def _length(words: Sequence[str], source: Sequence[str], at: int, of: int) -> int:
    """How far both agree; a word that lost a letter on the way may differ, if the next ones agree again."""
    length = 0
    while at + length < len(words) and of + length < len(source):
        mine, theirs = words[at + length], source[of + length]
        if mine != theirs and not (
            _are_alike(mine, theirs)
            and words[at + length + 1 : at + length + 2] == source[of + length + 1 : of + length + 2] != []
        ):
            break
        length += 1
    return length


def _are_alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _ALIKE and (
        one[:_ALIKE] == other[:_ALIKE] or one[-_ALIKE:] == other[-_ALIKE:]
    )


def _chain(runs: Sequence[Run]) -> set[Run]:
    """The heaviest of the runs that stand in the same order in both texts."""
    best: list[tuple[int, int | None]] = []
    for number, run in enumerate(runs):
        before = [
            (best[earlier][0], earlier)
            for earlier in range(number)
            if runs[earlier].of + runs[earlier].length <= run.of
        ]
        weight, previous = max(before, default=(0, -1))
        best.append((weight + run.length, previous if before else None))
    found: set[Run] = set()
    at = max(range(len(runs)), key=lambda number: best[number][0], default=None)
    while at is not None:
        found.add(runs[at])
        at = best[at][1]
    return found


@lru_cache(maxsize=20_000)
def _bare(word: str) -> str:
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.translate(_LETTERS).casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))
