"""Short words that stand in mails and pages again and again. They live in `texts/labels`, a file for each language."""

from tasks.mails.shelf import laid


def label(language: str, key: str) -> str:
    """The words for a key such as `answer.call-me`, `rating.5` or `reason.silent`.

    Raises:
        KeyError: there is no such key or language.
    """
    return laid().words["labels"][language][key]


def worded(language: str, section: str, code: str) -> str:
    """The words for a code of a section such as `reason` or `outcome`; one only the policy knows is shown as it is."""
    return laid().words["labels"][language].get(f"{section}.{code}", code)
