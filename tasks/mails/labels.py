"""Short words that stand in mails and pages again and again. They live in `texts/labels.toml`."""

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("it", "pl", "en")
"""The languages that customers and staff are written to in."""

TEXTS = Path(__file__).parent / "texts"
"""The folder of all texts."""


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every label by its key (`section.name`), then by language."""
    with (TEXTS / "labels.toml").open("rb") as file:
        sections = tomllib.load(file)
    return {
        f"{section}.{name}": words for section, names in sections.items() for name, words in names.items()
    }


def label(language: str, key: str) -> str:
    """The words for a key such as `answer.call-me`, `rating.5` or `reason.silent`.

    Raises:
        KeyError: there is no such key or language.
    """
    return catalogue()[key][language]


def worded(language: str, section: str, code: str) -> str:
    """The words for a code of a section such as `reason` or `outcome`; one only the policy knows is shown as it is."""
    words = catalogue().get(f"{section}.{code}")
    return words[language] if words else code
