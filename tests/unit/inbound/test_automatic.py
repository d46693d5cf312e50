"""Headers that machines set, on words that people write: never automatic without both."""

import pytest

from tasks.inbound.message import Verdict
from tasks.inbound.reading import read

PERSON = "Buongiorno, il tavolo non è quello che avevo scelto. Aspetto una telefonata."
AWAY = "Sono fuori ufficio fino al 30 marzo, risponderò al mio rientro."


def verdict(header: str, words: str, subject: str = "Re: Il suo ordine") -> Verdict:
    head = f"From: rosa@posta.example\nTo: noi@ditta.example\nSubject: {subject}\n{header}"
    return read(f"{head.strip()}\nContent-Type: text/plain; charset=utf-8\n\n{words}\n".encode()).verdict


MARKS = [
    "Auto-Submitted: auto-replied",
    "Auto-Submitted: auto-generated",
    "Precedence: bulk",
    "Precedence: junk",
    "Precedence: list",
    "List-Id: <clienti.posta.example>",
    "X-Autoreply: yes",
    "Return-Path: <>",
    "Auto-Submitted: auto-replied\nReturn-Path: <>",
    "Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\nPrecedence: bulk",
]


@pytest.mark.parametrize("mark", MARKS)
def test_a_persons_words_are_parked_whatever_the_header_says(mark: str) -> None:
    assert verdict(mark, PERSON) == Verdict.DOUBTFUL


@pytest.mark.parametrize(
    "mark", ["", "X-Auto-Response-Suppress: All", "Auto-Submitted: no", "X-Autoreply: no"]
)
def test_a_persons_words_are_a_persons(mark: str) -> None:
    assert verdict(mark, PERSON) == Verdict.HUMAN


def test_a_customer_who_is_away_and_says_more_is_still_a_person() -> None:
    assert verdict("", f"{AWAY} La data va bene.") == Verdict.HUMAN


def test_nothing_but_an_absence_and_no_header_is_looked_at_by_a_person() -> None:
    assert verdict("", AWAY) == Verdict.DOUBTFUL


@pytest.mark.parametrize(
    "subject", ["Risposta automatica: ordine", "Automatyczna odpowiedź: x", "Out of Office"]
)
@pytest.mark.parametrize("mark", MARKS)
def test_header_subject_and_words_together_are_automatic(mark: str, subject: str) -> None:
    assert verdict(mark, AWAY, subject) == Verdict.AUTOMATIC


def test_a_new_subject_and_an_empty_return_path_make_no_machine_of_a_person() -> None:
    assert verdict("Auto-Submitted: auto-replied\nReturn-Path: <>", PERSON, "Ordine 77") == Verdict.DOUBTFUL


def test_an_answer_to_an_automatic_reply_is_a_persons() -> None:
    assert verdict("", PERSON, "Re: Risposta automatica: ordine") == Verdict.HUMAN


def test_an_absence_that_also_complains_is_parked() -> None:
    said = f"{AWAY} E il tavolo è arrivato rotto."
    assert verdict("Auto-Submitted: auto-replied", said, "Risposta automatica: x") == Verdict.DOUBTFUL


@pytest.mark.parametrize(
    "words",
    [
        "unsubscribe",
        "STOP",
        "Stop.",
        "disiscrivimi",
        "Cancellatemi dalla lista, grazie",
        "Wypisz mnie",
        "wypisz z listy",
    ],
)
def test_one_word_of_farewell(words: str) -> None:
    assert verdict("", words) == Verdict.UNSUBSCRIBE


@pytest.mark.parametrize(
    "words",
    [
        "Stop wasting my time, where is the sofa?",
        "Cancellatemi, e rimborsatemi l'ordine",
        "Disdico il contratto, basta",
        "STOP! I want to talk to the manager about the broken table before anything else is sent to me.",
    ],
)
def test_who_also_says_something_is_a_person(words: str) -> None:
    assert verdict("", words) == Verdict.HUMAN


def test_a_customer_who_is_a_postmaster_is_no_bounce() -> None:
    said = "Buongiorno, la consegna non è stata fatta: non hanno suonato. Scrivetemi a mario@cliente.example."
    raw = f"From: postmaster@cliente.example\nTo: noi@ditta.example\nSubject: Re: Il suo ordine\n\n{said}\n"
    assert read(raw.encode()).verdict == Verdict.DOUBTFUL
