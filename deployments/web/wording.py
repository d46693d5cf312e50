"""What the pages say, in every language, and which language a stranger gets."""

from collections.abc import Container, Iterable, Sequence

from tasks.mails.frame import answer_label
from tasks.mails.labels import fill, label, worded
from tasks.mails.shelf import laid

_MOST_TAGS = 10


def words(language: str, key: str, **names: object) -> str:
    """A text of the pages, its gaps filled.

    Raises:
        KeyError: there is no such text, or a gap is left.
    """
    return fill(laid().words["pages"][language][key], **names)


def words_first(language: str, keys: Sequence[str], **names: object) -> str:
    """The first of these texts that there is.

    Raises:
        StopIteration: there is none of them.
    """
    return words(language, next(key for key in keys if key in laid().words["pages"][language]), **names)


def is_said(language: str, key: str) -> bool:
    """Whether there is such a text."""
    return key in laid().words["pages"][language]


def coded(language: str, section: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes with their words, to choose from; one that only the policy knows is shown as it is."""
    return [(code, worded(language, section, code)) for code in codes]


def answer_words(language: str, meaning: str, *, is_service: bool = False) -> str:
    """What a meaning says on a button, as in the mails."""
    return label(language, answer_label(meaning, is_service))


def preferred(accept_language: str, ours: Container[str], otherwise: str) -> str:
    """The first of our languages that a browser asks for, by its own ranking."""
    ranked = []
    for place, part in enumerate(accept_language.split(",")[:_MOST_TAGS]):
        tag, _, weight = part.strip().partition(";q=")
        ranked.append((-_weight(weight), place, tag.split("-")[0].strip().lower()))
    wanted = (language for weight, _, language in sorted(ranked) if weight < 0)
    return next((language for language in wanted if language in ours), otherwise)


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
