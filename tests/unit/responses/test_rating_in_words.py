"""A rating that is typed: read where nothing else is said, and left to a person where there is."""

import pytest

from models.rules.responses.rating_in_words import rating_in


@pytest.mark.parametrize(
    ("words", "score"),
    [
        ("2", 2),
        (" 5 ", 5),
        ("2.", 2),
        ("voto 2", 2),
        ("Voto: 4", 4),
        ("2/5", 2),
        ("2 su 5", 2),
        ("ocena: 2", 2),
        ("Moja ocena: 4 na 5", 4),
        ("due", 2),
        ("Cinque stelle!", 5),
        ("Buongiorno, 4. Grazie", 4),
        ("Un 3", 3),
        ("trzy", 3),
        ("pięć gwiazdek", 5),
        ("3 out of 5", 3),
        ("I'd give a 5", 5),
        ("Bewertung: 4 von 5", 4),
        ("fünf Sterne", 5),
        ("Guten Tag, 5, vielen Dank", 5),
        ("5 ★", 5),
    ],
)
def test_a_rating(words: str, score: int) -> None:
    assert rating_in(words) == score


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Grazie",
        "0",
        "6",
        "10",
        "7/10",
        "2/10",
        "2, ma manca una sedia",
        "Arrivano in 2",
        "2 sedie",
        "un",
        "Alle 5",
        "5?",
        "Note 2",
        "4 o 5",
        "2 3",
        "ordine 2",
        "+39 2",
    ],
)
def test_no_rating(words: str) -> None:
    assert rating_in(words) is None
