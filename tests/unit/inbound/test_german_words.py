"""What German customers write: trouble of each kind, thanks that want nothing, and thanks that do."""

import pytest

from models.rules.inbound.trouble import Urgency, is_thanks, trouble

SAID = {
    Urgency.COMPLAINT: [
        "Ich bin mit der Küche nicht zufrieden.",
        "Die Arbeitsplatte hat Kratzer.",
        "Der Schrank wackelt und die Schublade klemmt.",
        "Es ist immer noch nicht da.",
        "Die Ware wurde beschädigt geliefert.",
        "Bisher hat sich niemand gemeldet, keiner antwortet.",
        "Falsche Farbe geliefert!",
        "Ich beanstande die Türen.",
        "So eine Frechheit.",
    ],
    Urgency.WITHDRAWAL: [
        "Hiermit widerrufe ich den Vertrag.",
        "Ich trete vom Kauf zurück.",
        "Bitte stornieren Sie meine Bestellung.",
        "Ich möchte die Bestellung rückgängig machen.",
        "Ich schicke alles zurück, zurücksenden kann ich es morgen.",
    ],
    Urgency.TERMINATION: ["Hiermit kündige ich den Wartungsvertrag.", "Ich will aus dem Vertrag."],
    Urgency.LAWYER: [
        "Mein Anwalt wird sich melden.",
        "Ich setze Ihnen eine Frist bis zum 15. März.",
        "Dann sehen wir uns vor Gericht.",
    ],
    Urgency.REFUND: [
        "Ich will mein Geld zurück.",
        "Bitte erstatten Sie mir den Betrag.",
        "Ich verlange Schadensersatz.",
        "Ich erwarte einen Preisnachlass.",
    ],
    Urgency.AUTHORITY: ["Ich gehe zur Verbraucherzentrale.", "Ich erstatte Strafanzeige."],
    Urgency.DISPUTE: [
        "Die Rechnung stimmt nicht.",
        "Ich widerspreche der Rechnung.",
        "Sie haben doppelt berechnet.",
        "Das werde ich nicht bezahlen.",
    ],
}


@pytest.mark.parametrize(("kind", "words"), [(kind, words) for kind, said in SAID.items() for words in said])
def test_trouble(kind: Urgency, words: str) -> None:
    assert kind in trouble(words)


@pytest.mark.parametrize(
    "words",
    [
        "Vielen Dank, alles in Ordnung!",
        "Alles bestens, danke schön.",
        "Ist heil angekommen, besten Dank.",
        "Passt, danke.",
        "Wunderschön, wir freuen uns!",
    ],
)
def test_thanks(words: str) -> None:
    assert is_thanks(words)


@pytest.mark.parametrize(
    "words",
    [
        "Danke, bis auf eine Tür.",
        "Vielen Dank, ich habe noch eine Frage.",
        "Danke, melden Sie sich bitte.",
        "Alles gut, allerdings fehlt ein Griff.",
        "Danke, ich brauche nochmal Hilfe.",
    ],
)
def test_thanks_that_want_something_are_none(words: str) -> None:
    assert not is_thanks(words)


@pytest.mark.parametrize("words", ["Ich habe keine Beschwerde.", "Wir haben keinerlei Mängel gefunden."])
def test_what_is_denied_is_no_complaint(words: str) -> None:
    assert trouble(words) == frozenset()
