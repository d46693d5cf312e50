"""Names of months in Italian, Polish and German, given back in English, in which DuckDB and Python read days."""

import re
import unicodedata

_NAMES = (
    ("January", "gennaio stycznia styczen januar janner", "gen sty jan"),
    ("February", "febbraio lutego luty februar", "feb lut"),
    ("March", "marzo marca marzec marz", "mar mrz"),
    ("April", "aprile kwietnia kwiecien", "apr kwi"),
    ("May", "maggio maja mai", "mag maj"),
    ("June", "giugno czerwca czerwiec juni", "giu cze jun"),
    ("July", "luglio lipca lipiec juli", "lug lip jul"),
    ("August", "agosto sierpnia sierpien", "ago sie aug"),
    ("September", "settembre wrzesnia wrzesien", "set wrz sep sept"),
    ("October", "ottobre pazdziernika pazdziernik oktober", "ott paz okt"),
    ("November", "novembre listopada listopad", "nov lis"),
    ("December", "dicembre grudnia grudzien dezember", "dic gru dez"),
)
"""English, whole and short, without accents."""
_PATTERNS = tuple(
    pair
    for english, whole, short in _NAMES
    for pair in (
        (rf"\b({'|'.join(whole.split())})\b", english),
        (rf"\b({'|'.join(short.split())})\b\.?", english[:3]),
    )
)
_LETTER = re.compile(r"[^\W\d_]{3}")


def in_english(value: str) -> str:
    """A day with the name of its month in English; anything without such a name as it is."""
    if _LETTER.search(value) is None:
        return value
    letters = unicodedata.normalize("NFKD", value)
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    for pattern, english in _PATTERNS:
        plain = re.sub(pattern, english, plain, flags=re.IGNORECASE)
    return plain


def in_sql(value: str) -> str:
    """The same as an SQL expression."""
    found = f"strip_accents({value})"
    for pattern, english in _PATTERNS:
        found = f"regexp_replace({found}, '{pattern}', '{english}', 'i')"
    return found
