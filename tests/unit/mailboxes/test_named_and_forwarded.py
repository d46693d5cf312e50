"""What a mail names, and what it passes on."""

import pytest

from models.rules.mailboxes.forwarded import forwarded
from models.rules.mailboxes.named import numbers, telling_numbers


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ordine N-3, grazie.", ["N-3"]),
        ("per l'ordine n.1042: quando?", ["n.1042", "1042"]),
        ("N-2/N-3", ["N-2/N-3", "N-2", "N-3"]),
        ("zamówienie nr 2026/118", ["2026/118", "2026", "118"]),
        ("nessun numero", []),
    ],
)
def test_numbers_are_words_with_a_digit(text: str, found: list[str]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tel. 0422 555 0100, 31100 Treviso, 2026", []),
        ("ordine 1042", ["1042"]),
        ("fattura n° 88", ["88"]),
        ("Faktura nr 88 i zamówienie 77", ["88", "77"]),
        ("invoice #88", ["88"]),
        ("my A4 kitchen", ["A4"]),
    ],
)
def test_bare_numbers_tell_something_only_behind_their_word(text: str, found: list[str]) -> None:
    assert telling_numbers(text) == found


def test_a_copied_head_says_who_wrote_first() -> None:
    text = "ciao\n\nFrom: Ada <Ada@Posta.example>\nSent: Monday\nTo: us\nSubject: broken door\n\nIt is broken.\nAda"
    [found] = forwarded(text)
    assert (found.sender, found.subject, found.words) == (
        "ada@posta.example",
        "broken door",
        "It is broken.\nAda",
    )


def test_quoted_and_polish_heads_are_read_and_sentences_are_not() -> None:
    text = "> Od: Jan Lis <jan@poczta.example>\n> Data: wczoraj\n> Temat: stół\n>\n> Stół jest zepsuty."
    assert [(one.sender, one.words) for one in forwarded(text)] == [
        ("jan@poczta.example", "Stół jest zepsuty.")
    ]
    assert forwarded("Da: qui scrivo a x@y.example\n\nciao") == []
    assert forwarded("niente") == []


def test_a_provider_of_certified_mail_is_not_who_wrote() -> None:
    head = 'Da: "Per conto di: rosa@pec.example" <posta-certificata@legalmail.example>'
    [found] = forwarded(f"{head}\nInviato: lunedì\nOggetto: recesso\n\nRecedo.")
    assert (found.sender, found.words) == ("rosa@pec.example", "Recedo.")
