"""Made-up mails of many senders, read and judged."""

from pathlib import Path

import pytest

from tasks.inbound.message import BounceCause, ReadMail, Verdict
from tasks.inbound.reading import read

MAILS = Path(__file__).parents[2] / "mails" / "inbound"
ORIGINAL = "<m1.0123456789abcdef@casabelvedere.example>"

VERDICTS = {
    "arf": Verdict.COMPLAINT,
    "bulk-marked-human": Verdict.DOUBTFUL,
    "challenge": Verdict.AUTOMATIC,
    "delivered": Verdict.AUTOMATIC,
    "desk-marked-human": Verdict.DOUBTFUL,
    "ooo-it": Verdict.AUTOMATIC,
    "ooo-pl": Verdict.AUTOMATIC,
    "ooo-unmarked": Verdict.DOUBTFUL,
    "read-receipt": Verdict.AUTOMATIC,
    "stop-it": Verdict.UNSUBSCRIBE,
    "stop-subject": Verdict.UNSUBSCRIBE,
}

BOUNCED = {
    "bounce-aruba": ("piero.fasullo@ditta.example", True, "5.1.1", BounceCause.GONE),
    "bounce-de": ("gerda@kunden.example", True, None, BounceCause.GONE),
    "bounce-interia": ("olga.testowa@interia.example", True, "5.7.1", BounceCause.REFUSED),
    "bounce-libero": ("anna.esempio@libero.example", True, None, BounceCause.FULL),
    "bounce-lotus": ("klaus@lotus.example", True, None, BounceCause.GONE),
    "bounce-office365": ("biuro@firma.example", True, "5.1.10", BounceCause.GONE),
    "bounce-onet": ("ewa.probna@onet.example", True, "5.2.2", BounceCause.FULL),
    "bounce-qmail": ("ugo@vecchio.example", True, "5.1.1", BounceCause.GONE),
    "bounce-tim": ("luca.finto@tim.example", True, None, BounceCause.GONE),
    "bounce-wp": ("jan.zmyslony@wp.example", True, "5.1.1", BounceCause.GONE),
    "delay-gmail": ("rosa@piena.example", False, "4.4.1", BounceCause.DELAYED),
    "delay-homepl": ("kasia@wolna.example", False, None, BounceCause.DELAYED),
    "delay-it": ("mario.prova@lento.example", False, None, BounceCause.DELAYED),
    "expired-postfix": ("rosa@spento.example", True, "4.4.1", BounceCause.OTHER),
    "forwarded-address": ("vecchia@cliente.example", True, "5.1.1", BounceCause.GONE),
}

WORDS = {
    "human-gmail-it": "Grazie, tutto a posto!",
    "human-gmail-pl": "Dziękuję, wszystko ok.",
    "human-html": "Buongiorno,\nnessuno risponde da una settimana & il divano è fermo.",
    "human-iphone-it": "Sono fuori ufficio fino a lunedì ma il divano non è ancora arrivato, mi richiamate?",
    "human-outlook-it": (
        "Buongiorno,\nil tavolo è arrivato con una gamba rotta. Vorrei il rimborso.\n\nRosa Esempio"
    ),
    "human-outlook-pl": "Dzień dobry,\nodstępuję od umowy, proszę o zwrot pieniędzy.",
    "human-thunderbird-pl": "Tak, ale jednej szuflady brakuje. Kiedy ją przyślecie?",
}


def sample(name: str) -> ReadMail:
    return read((MAILS / f"{name}.eml").read_bytes())


@pytest.mark.parametrize("name", sorted(path.stem for path in MAILS.glob("*.eml")))
def test_every_sample_is_judged_as_it_should_be(name: str) -> None:
    expected = Verdict.BOUNCE if name in BOUNCED else VERDICTS.get(name, Verdict.HUMAN)
    assert sample(name).verdict == expected


@pytest.mark.parametrize("name", BOUNCED)
def test_a_bounce_names_its_recipient_and_whether_it_is_for_good(name: str) -> None:
    (bounced,) = sample(name).bounced
    assert (bounced.address, bounced.permanent, bounced.status, bounced.cause) == BOUNCED[name]


@pytest.mark.parametrize("name", BOUNCED)
def test_what_is_kept_of_a_diagnosis_holds_no_address(name: str) -> None:
    (bounced,) = sample(name).bounced
    assert "@" not in (bounced.diagnostic or "")


@pytest.mark.parametrize("name", WORDS)
def test_quotations_and_signatures_are_folded_away(name: str) -> None:
    assert sample(name).words == WORDS[name]


def test_what_is_folded_away_is_kept() -> None:
    message = sample("human-thunderbird-pl")
    assert "Czy wszystko dotarło?" in message.quoted
    assert "600 000 000" in message.signature


@pytest.mark.parametrize("name", ["bounce-aruba", "bounce-libero", "bounce-office365", "bounce-qmail", "arf"])
def test_the_mail_that_came_back_is_known_by_its_message_id(name: str) -> None:
    assert sample(name).original_message_ids == (ORIGINAL,)


def test_a_complaint_report_names_who_complained() -> None:
    assert sample("arf").original_recipients == ("stufo@isp.example",)


def test_the_head_of_a_reply() -> None:
    message = sample("human-outlook-it")
    assert message.sender == "rosa.esempio@posta.example"
    assert message.sender_name == "Rosa Esempio"
    assert message.in_reply_to == message.references == (ORIGINAL,)
    assert message.recipients == ("assistenza+m1.0123456789abcdef@casabelvedere.example",)
    assert message.date is not None
    assert message.date.isoformat() == "2026-03-18T09:00:00+00:00"


def test_encoded_words_are_decoded() -> None:
    message = sample("human-html")
    assert message.subject == "Perché nessuno risponde?"
    assert message.sender_name == "Rosa Perché"
    assert message.html_only


PEC = """From: "Per conto di: rosa@pec.posta.example" <posta-certificata@pec.gestore.example>
Reply-To: rosa@pec.posta.example
To: assistenza@casabelvedere.example
Subject: POSTA CERTIFICATA: Recesso
X-Trasporto: posta-certificata
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="pec"

--pec
Content-Type: text/plain; charset=utf-8

Messaggio di posta certificata. Il messaggio originale e' incluso in allegato.

--pec
Content-Type: application/xml; name="daticert.xml"

<postacert/>
--pec
Content-Type: message/rfc822; name="postacert.eml"

From: Rosa Esempio <rosa@pec.posta.example>
To: assistenza@casabelvedere.example
Subject: Recesso
In-Reply-To: <m1.0123456789abcdef@casabelvedere.example>
Content-Type: text/plain; charset=utf-8

Comunico il recesso dal contratto 77.
--pec--
"""


def test_a_certified_mail_is_read_in_its_wrapping() -> None:
    message = read(PEC.encode())
    assert message.verdict is Verdict.HUMAN
    assert message.sender == "rosa@pec.posta.example"
    assert message.words == "Comunico il recesso dal contratto 77."
    assert message.in_reply_to == (ORIGINAL,)


@pytest.mark.parametrize(
    ("receipt", "verdict"), [("avvenuta-consegna", Verdict.AUTOMATIC), ("errore-consegna", Verdict.BOUNCE)]
)
def test_a_receipt_of_certified_mail_is_no_person(receipt: str, verdict: Verdict) -> None:
    said = 'Ricevuta per il messaggio destinato a "rosa@pec.posta.example": esito nel sistema, errore o consegna.'
    head = "From: posta-certificata@pec.gestore.example\nTo: noi@ditta.example\nSubject: Ricevuta"
    assert read(f"{head}\nX-Ricevuta: {receipt}\n\n{said}\n".encode()).verdict is verdict
