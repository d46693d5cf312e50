"""Mails that say of themselves that a machine made them, without a header that says so: a person looks at them."""

import pytest

from tasks.inbound.message import ReadMail, Verdict
from tasks.inbound.reading import read

_PLAIN = "From: Anna Zen <anna@zen.example>\r\nTo: casa@casa.example\r\nSubject: {subject}\r\n\r\n{words}\r\n"


def judged(subject: str, words: str) -> Verdict:
    mail = read(_PLAIN.format(subject=subject, words=words).encode())
    assert isinstance(mail, ReadMail)
    return mail.verdict


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        (
            "AUTO: Anna Zen is out of the office (returning 12/01/2026)",
            "I am out of the office until 12 January.",
        ),
        ("R: il Suo ordine", "Messaggio automatico, non rispondere a questa mail."),
        ("Odp: zamówienie", "Ta wiadomość została wygenerowana automatycznie, prosimy nie odpowiadać."),
        ("Re: order", "This is an automated message. Please do not reply to this e-mail."),
        (
            "AW: Bestellung",
            "Diese Nachricht wurde automatisch erstellt. Bitte antworten Sie nicht auf diese E-Mail.",
        ),
    ],
)
def test_a_machine_without_a_header_is_no_answer_of_a_customer(subject: str, words: str) -> None:
    assert judged(subject, words) in {Verdict.DOUBTFUL, Verdict.AUTOMATIC}


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        (
            "R: il Suo ordine",
            "Buongiorno, ho ricevuto solo un messaggio automatico. Mi chiamate, per favore?",
        ),
        ("Odp: zamówienie", "Dzień dobry, brama otwiera się automatycznie, dziękuję!"),
        ("Re: order", "Thanks, the automatic door works well."),
        ("AW: Bestellung", "Danke, die Tür schließt automatisch. Alles gut!"),
    ],
)
def test_who_speaks_of_machines_is_a_person(subject: str, words: str) -> None:
    assert judged(subject, words) is Verdict.HUMAN
