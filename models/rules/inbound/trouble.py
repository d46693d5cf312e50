"""What a mail asks for before anybody has read it: words of trouble make it urgent, mere thanks let it rest."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from models.rules.inbound.trouble_words import DEFAULT, TroubleWords, Urgency

__all__ = ["DEFAULT", "TroubleWords", "Urgency", "asks_something", "is_thanks", "trouble"]

_LETTERS = str.maketrans({"ł": "l", "Ł": "l", "ß": "ss", "ø": "o", "đ": "d"})
_MAX_CHARS = 50_000
_MAX_SENTENCES = 3
_MAX_OTHER_WORDS = 7
"""A greeting and a name; more than that may be a wish."""
_NEGATED = re.compile(r"(?:non|nie|not|isn t|never|mai) ")
"""Trouble that is itself a denial: "no, non funziona" denies nothing."""
_DENIABLE = (Urgency.COMPLAINT, Urgency.WITHDRAWAL, Urgency.TERMINATION, Urgency.DISPUTE)
"""`no refund` or `no lawyer` is said by people in trouble: those are never denied."""


def trouble(words: str, lists: TroubleWords = DEFAULT) -> frozenset[Urgency]:
    """The kinds of trouble that the words of a mail speak of; quoted lines do not count.

    A word that is denied right before ("nessun reclamo") does not count, unless it comes again undenied.
    """
    plain = _plain(words)
    return frozenset(kind for kind in Urgency if _speaks_of(plain, kind, lists))


def is_thanks(words: str, lists: TroubleWords = DEFAULT) -> bool:
    """Whether a mail only says thanks, or that all is well, and asks nobody for anything.

    When in doubt it does not: a question, a word of trouble or of a wish, digits, or more than a few sentences.
    """
    own = "\n".join(line for line in words.splitlines() if not line.lstrip().startswith(">"))
    if "?" in own or any(character.isdigit() for character in own) or _sentences(own) > _MAX_SENTENCES:
        return False
    plain = _plain(own)
    if len(plain.split()) > lists.max_thanks_words or trouble(own, lists):
        return False
    rest, said = _pattern(lists.thanks).subn(" ", plain)
    return bool(said) and not _pattern(lists.requests).search(rest) and len(rest.split()) <= _MAX_OTHER_WORDS


def asks_something(words: str, lists: TroubleWords = DEFAULT) -> bool:
    """Whether words that come with a good rating want something of somebody: a question, a wish, a "but"."""
    return "?" in words or bool(_pattern(lists.requests).search(_plain(words)))


def _speaks_of(plain: str, kind: Urgency, lists: TroubleWords) -> bool:
    found = _pattern(lists.stems(kind)).finditer(plain)
    if kind not in _DENIABLE:
        return next(found, None) is not None
    denied = _denied(lists.denials)
    return any(
        _NEGATED.match(match.group()) or not denied.search(plain[max(0, match.start() - 60) : match.start()])
        for match in found
    )


def _plain(text: str) -> str:
    """Lower-case words without accents or punctuation, one blank apart; quoted lines left out."""
    own = " ".join(line for line in text[:_MAX_CHARS].splitlines() if not line.lstrip().startswith(">"))
    bare = unicodedata.normalize("NFKD", own.translate(_LETTERS).casefold())
    letters = "".join(character for character in bare if not unicodedata.combining(character))
    return " ".join(re.sub(r"[^\w]+", " ", letters).split())


def _sentences(text: str) -> int:
    """How many sentences of more than one word stand in a text, greeting and name left aside."""
    pieces = re.split(r"[.!;]+(?:\s|$)|\n\s*\n", text[:_MAX_CHARS])
    return sum(1 for piece in pieces if len(piece.split()) > 1)


@lru_cache(maxsize=32)
def _pattern(stems: Sequence[str]) -> re.Pattern[str]:
    """Any of the stems, at the beginning of a word and up to its end."""
    longest_first = sorted((stem for stem in stems if stem.strip(" .")), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(_stem(stem) for stem in longest_first) + r")")


@lru_cache(maxsize=32)
def _denied(denials: Sequence[str]) -> re.Pattern[str]:
    """A denial at the very end of what stands before a word."""
    plain = sorted((_plain(denial) for denial in denials), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(re.escape(denial) for denial in plain if denial) + r") $")


def _stem(stem: str) -> str:
    return re.escape(_plain(stem)) + (r"\b" if stem.endswith(".") else r"\w*")
