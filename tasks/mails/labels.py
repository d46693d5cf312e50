"""Short words that stand in mails and pages again and again. They live in `texts/labels`, a file for each language."""

import re

from tasks.mails.shelf import laid

_POINT_BEHIND = re.compile(r"\{(\w+)\}\.(?=\s|$)")
"""A gap, and a point behind it."""


def label(language: str, key: str) -> str:
    """The words for a key such as `answer.call-me`, `rating.5` or `reason.silent`.

    Raises:
        KeyError: there is no such key or language.
    """
    return laid().words["labels"][language][key]


def worded(language: str, section: str, code: str) -> str:
    """The words for a code of a section such as `reason` or `outcome`; one only the policy knows is shown as it is."""
    return laid().words["labels"][language].get(f"{section}.{code}", code)


def stop(words: object) -> str:
    """The end of a sentence behind what may end with a point of its own: a Polish year, a company's form."""
    return f"{str(words).removesuffix('.')}."


def fill(text: str, **names: object) -> str:
    """Fill the gaps of a text, with no second point behind what ends with one.

    Raises:
        KeyError: a gap is left.
    """
    return _POINT_BEHIND.sub(
        lambda gap: "{%s}" % gap[1] if str(names.get(gap[1], "")).endswith(".") else gap[0],  # noqa: UP031
        text,
    ).format(**names)
