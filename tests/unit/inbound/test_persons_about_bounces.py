"""Customers, too, write of mails that came back: their words are never taken for a report."""

import pytest

from tasks.inbound.message import Verdict
from tasks.inbound.reading import read

MAILS = [
    (
        "Mancata consegna",
        "La mail mandata a ordini@noi.example non è stato recapitato: 550 5.1.1 user unknown. Come vi chiamo?",
    ),
    (
        "Undeliverable mail",
        "Your mail to my husband at bob@old.example could not be delivered because the mailbox is full. Use this one.",
    ),
    (
        "Unzustellbar",
        "Hallo, meine Nachricht an info@noi.example konnte nicht zugestellt werden. Die Lampe ist kaputt.",
    ),
    (
        "Nie dostarczono",
        "Wiadomość do biuro@noi.example nie została dostarczona, skrzynka pełna. Proszę oddzwonić.",
    ),
    (
        "Delivery failed",
        "Your driver failed to deliver. The mail with the invoice was not delivered to maria@posta.example either.",
    ),
    (
        "Delivery problem",
        "The message below could not be delivered to sales@noi.example\n550 unknown user\nCan you fix it?",
    ),
    ("Zwrot poczty", "List wrócił z adnotacją adresat nieznany. Mój nowy adres ola@nowa.example"),
    (
        "failure notice",
        "Questo:\nHi. This is the qmail-send program.\n<ordini@noi.example>: no mailbox here.\nCosa faccio?",
    ),
    ("Fwd: failure notice", "vedi sotto\n> <ordini@noi.example>: 550 user unknown"),
    (
        "Returned mail",
        "The parcel was returned to sender. My wife anna@posta.example did not receive the refund.",
    ),
]


@pytest.mark.parametrize("head", ["", "Auto-Submitted: auto-generated\n"])
@pytest.mark.parametrize(("subject", "words"), MAILS)
def test_a_person_who_writes_of_a_mail_that_came_back_is_heard(subject: str, words: str, head: str) -> None:
    typed = "To: casa@noi.example\nContent-Type: text/plain; charset=utf-8\n"
    mail = read(
        f"{head}From: Rosa Esempio <rosa@posta.example>\nSubject: {subject}\n{typed}\n{words}\n".encode()
    )
    assert mail.verdict is (Verdict.DOUBTFUL if head else Verdict.HUMAN)
    assert mail.bounced == ()


def test_a_mail_without_a_sender_is_no_report_for_that() -> None:
    mail = read(
        "To: casa@noi.example\nSubject: Modulo web\n\n"
        "Il divano non è stato consegnato, mia moglie anna@posta.example aspetta.\n".encode()
    )
    assert mail.verdict is Verdict.HUMAN
