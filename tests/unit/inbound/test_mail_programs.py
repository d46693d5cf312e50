"""Answers of twelve mail programs in four languages: what was typed is told from what we sent, word by word."""

import pytest

from models.rules.inbound.trouble import trouble
from tasks.inbound.reading import read
from tasks.inbound.trimming.sent import trim_against, without_sent
from tasks.inbound.trimming.trimming import trim
from tests.mail_programs import THANKS, Reply, replies, sent

PLACES = ("above", "below", "between")


def typed(words: str) -> str:
    """What is not marked as quoted, blanks aside."""
    return " ".join(" ".join(line for line in words.splitlines() if not line.startswith(">")).split())


def _kept(reply: Reply) -> list[str]:
    """Words and signature: who writes below our foot writes below the dashes of a signature."""
    mail = read(reply.raw)
    return f"{mail.words} {mail.signature}".split()


def _named(reply: Reply) -> str:
    return reply.name


@pytest.mark.parametrize("reply", [one for place in PLACES for one in replies(place)], ids=_named)
def test_what_was_typed_is_kept_and_what_was_sent_is_not(reply: Reply) -> None:
    mail = reply.sent.mail
    told = without_sent(read(reply.raw), f"{mail.subject}\n{mail.text}", ("Casa Belvedere",))
    assert typed(told.words) == " ".join(reply.words.split())
    assert trouble(told.words) == trouble(reply.words)


@pytest.mark.parametrize("place", ["below", "between"])
def test_no_word_between_or_below_is_lost_where_nothing_is_known_of_what_was_sent(place: str) -> None:
    for reply in replies(place):
        assert set(reply.words.split()) <= set(_kept(reply)), reply.name


def test_the_line_that_is_answered_stands_above_the_answer() -> None:
    [reply] = [one for one in replies("between") if one.name == "outlook-en-between"]
    told = without_sent(read(reply.raw), f"{reply.sent.mail.subject}\n{reply.sent.mail.text}")
    question, answer = told.words.splitlines()[:2]
    assert question.startswith("> ")
    assert question.endswith("?")
    assert answer == "yes, whole apart from one door"


@pytest.mark.parametrize(
    "words",
    [
        "Vorrei dire una cosa: il tavolo va bene, le sedie no.",
        "Non è arrivato",
        "Va tutto bene",
        "Il mio ordine risulta consegnato venerdì, ma non è arrivato tutto. Mi chiamate?",
    ],
)
def test_who_types_our_own_words_has_still_said_them(words: str) -> None:
    mail = sent("arrival-check", "it").mail
    assert trim_against(words, mail.text) is None
    quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
    told = trim_against(f"{words}\n\nIl 18/03/2026 Casa ha scritto:\n{quoted}", mail.text)
    assert told is not None
    assert told.words == words


def test_an_answer_that_repeats_our_line_between_the_quoted_ones_is_kept() -> None:
    mail = sent("arrival-check", "it").mail
    lines = mail.text.splitlines()
    at = next(n for n, line in enumerate(lines) if line.endswith("?")) + 1
    told = trim_against("\n".join(["Da: Casa", *lines[:at], "Va tutto bene", *lines[at:]]), mail.text)
    assert told is not None
    assert "Va tutto bene" in told.words


def test_an_empty_answer_is_kept_whole_and_marked() -> None:
    mail = sent("arrival-check", "it").mail
    told = trim_against(mail.text, mail.text)
    assert told is not None
    assert told.words
    assert trouble(told.words) == frozenset()


def test_an_older_thread_below_is_not_said_again() -> None:
    mail = sent("arrival-check", "de").mail
    head = "Von: Casa <a@casa.example>\nGesendet: Montag, 2. März 2026 10:12\nAn: Anna\nBetreff: Auftrag"
    mine = (
        "Von: Anna <anna@zen.example>\nGesendet: Dienstag, 3. März 2026 10:12\nAn: Casa\nBetreff: AW: Auftrag"
    )
    text = f"{THANKS['de']}\n\n{mine}\n\nMein Tisch ist kaputt.\n\n{head}\n\n{mail.text}"
    told = trim_against(text, mail.text)
    assert told is not None
    assert told.words == THANKS["de"]


def test_quoted_lines_that_a_server_wrapped_anew_are_quoted_without_knowing_what_was_sent() -> None:
    cut = "> we had promised you the delivery for Tuesday, and we have not made\nit.\n"
    text = (
        f"Thank you, see you then.\n\nOn 2 March 2026 10:12, Casa <a@casa.example> wrote:\n{cut}{cut}> Casa"
    )
    assert trim(text).words == "Thank you, see you then."


def test_an_answer_right_below_a_long_quoted_line_is_kept() -> None:
    asked = "> is everything there that was promised to you, and is it in one piece too?\nyes, all\n"
    cut = "> we had promised you the delivery for Tuesday, and we have not made\nit.\n"
    text = f"On 2 March 2026 10:12, Casa <a@casa.example> wrote:\n{cut}{asked}{cut}> Casa"
    assert "yes, all" in trim(text).words
