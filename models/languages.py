"""The languages that customers and staff are written to in: one record each, and nowhere else a list of them.

A further language is a record here, a file in each catalogue and a text for each message; `seguito policy check`
names what is missing, and until nothing is, the language is not offered.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """How a language is written."""

    code: str
    """ISO 639-1; names the files of its texts."""
    locale: str
    """Dates and sums are written as there (CLDR)."""
    countries: tuple[str, ...]
    """Where we take it for granted, when a customer's language is not known (ISO 3166-1)."""
    quotes: tuple[str, str]
    """What stands around somebody's words."""


LANGUAGES = (
    Language("it", "it_IT", ("IT", "SM", "VA"), ("«", "»")),
    Language("pl", "pl_PL", ("PL",), ("„", "”")),
    Language("en", "en_GB", (), ("“", "”")),
    Language("de", "de_DE", ("DE", "AT", "LI"), ("„", "“")),
)
BY_CODE = {one.code: one for one in LANGUAGES}
CODES = tuple(BY_CODE)
ELSE = "en"
"""For a customer whose language we do not write, unless the policy says otherwise."""


def of_country(country: str) -> str:
    """The language that is taken for granted in a country (ISO 3166-1)."""
    return next((one.code for one in LANGUAGES if country in one.countries), ELSE)


def read(text: str) -> str:
    """The code that a source means: `it-IT`, `it_IT` and `IT` are `it`; one that we do not write stays what it is."""
    return text.strip().lower().replace("_", "-").partition("-")[0]
