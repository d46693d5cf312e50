"""A rating that was typed instead of pressed: `2`, "voto 2", "2/5", "ocena: 2", "due", and nothing else."""

import re

_NUMBERS = {
    **{str(score): score for score in range(1, 6)},
    **dict(zip(("uno", "due", "tre", "quattro", "cinque"), range(1, 6), strict=True)),
    **dict(zip(("jeden", "dwa", "trzy", "cztery", "pięć"), range(1, 6), strict=True)),
    **dict(zip(("one", "two", "three", "four", "five"), range(1, 6), strict=True)),
    **dict(zip(("eins", "zwei", "drei", "vier", "fünf"), range(1, 6), strict=True)),
    "jedna": 1,
    "dwie": 2,
    "piec": 5,
    "fuenf": 5,
}
_NUMBER = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_RATING = re.compile(
    r"(?:(?:il mio |la mia )?(?:voto|valutazione|punteggio)|(?:moja )?ocena|(?:my )?(?:rating|score)"
    r"|(?:meine )?(?:bewertung|wertung)|(?:do|dałbym|dałabym|daję|i(?:'d| would)? give|ich gebe))?"
    rf"\s*[:=-]?\s*(?:un |a |an )?(?P<score>{_NUMBER})"
    r"(?:\s*(?:/|su|na|out of|of|von)\s*(?:5|cinque|pięć|pieciu|five|fünf))?"
    r"(?:\s*(?:stell[ae]|punt[oi]|gwiazd\w*|punkt\w*|stars?|points?|sterne?n?|\*|★))?",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^\W*(?:buon\s?giorno|salve|ciao|dzień dobry|witam|hello|hi|good morning|guten tag|hallo)\b[\s,.!]*"
    r"|[\s,.!]*\b(?:grazie(?: mille)?|(?:cordiali )?saluti|dziękuję|pozdrawiam|thanks|thank you|regards"
    r"|danke|vielen dank|(?:viele|liebe|mit freundlichen) grüße?n?)\W*$",
    re.IGNORECASE,
)
_LONGEST = 80


def rating_in(words: str) -> int | None:
    """The score from 1 to 5 that words give, where they say nothing else but a greeting or thanks; else none.

    A German "Note" is none: at school 1 is the best mark, and here the worst.
    """
    said = " ".join(words.split())
    if not said or len(said) > _LONGEST:
        return None
    for _ in range(2):
        said = _POLITE.sub("", said).strip()
    found = _RATING.fullmatch(said.rstrip(" .!*").rstrip())
    return _NUMBERS[found["score"].lower()] if found else None
