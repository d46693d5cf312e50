"""Words of trouble and words of thanks, in all languages."""

import pytest

from models.policy import PolicyError, parse
from models.rules.inbound.trouble import DEFAULT, Urgency, is_thanks, trouble
from models.rules.inbound.trouble_words import TroubleWords
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("Voglio fare un reclamo", {Urgency.COMPLAINT}),
        ("Składam reklamację", {Urgency.COMPLAINT}),
        ("I want to complain", {Urgency.COMPLAINT}),
        ("Esercito il diritto di RECESSO", {Urgency.WITHDRAWAL}),
        ("Odstępuję od umowy", {Urgency.WITHDRAWAL}),
        ("Mando disdetta", {Urgency.TERMINATION}),
        ("Wypowiadam umowę", {Urgency.TERMINATION}),
        ("Ne parlerà il mio avvocato", {Urgency.LAWYER}),
        ("Spotkamy się w sądzie", {Urgency.LAWYER}),
        ("See you in court", {Urgency.LAWYER}),
        ("Rivoglio il rimborso", {Urgency.REFUND}),
        ("Proszę o zwrot pieniędzy", {Urgency.REFUND}),
        ("Mi rivolgo all'AGCM", {Urgency.AUTHORITY}),
        ("Zgłoszę to do UOKiK", {Urgency.AUTHORITY}),
        ("Nessun rimborso finora", {Urgency.REFUND}),
        ("Voglio indietro i miei soldi", {Urgency.REFUND}),
        ("Annullate l'ordine, per favore", {Urgency.WITHDRAWAL}),
        ("I'm cancelling my order", {Urgency.WITHDRAWAL}),
        ("I am terminating the maintenance agreement", {Urgency.TERMINATION}),
        ("Szafka przyszła połamana", {Urgency.COMPLAINT}),
        ("Nessun reclamo, ma il tavolo è rotto", {Urgency.COMPLAINT}),
        ("Ich möchte mich beschweren", {Urgency.COMPLAINT}),
        ("Der Tisch ist beschädigt angekommen", {Urgency.COMPLAINT}),
        ("Die Lieferung ist immer noch nicht angekommen", {Urgency.COMPLAINT}),
        ("Hiermit widerrufe ich den Vertrag", {Urgency.WITHDRAWAL}),
        ("Ich kündige den Wartungsvertrag", {Urgency.TERMINATION}),
        ("Sie hören von meinem Anwalt", {Urgency.LAWYER}),
        ("Ich will mein Geld zurück", {Urgency.REFUND}),
        ("Ich gehe zur Verbraucherzentrale", {Urgency.AUTHORITY}),
    ],
)
def test_trouble_is_heard(words: str, kinds: set[Urgency]) -> None:
    assert trouble(words) == kinds


@pytest.mark.parametrize(
    "words",
    [
        "Nessun reclamo, tutto bene",
        "No complaints at all",
        "Nie mam żadnych reklamacji",
        "Ich habe keine Beschwerden",
        "Die Küche ist wunderschön, danke",
        "La stufa scalda bene, le sue istruzioni sono chiare",
        "> se ha un reclamo ci scriva\nVa bene",
        "",
    ],
)
def test_no_trouble_is_not(words: str) -> None:
    assert trouble(words) == set()


@pytest.mark.parametrize(
    "words",
    [
        "Grazie, tutto a posto",
        "Dziękuję, wszystko ok",
        "Vielen Dank, alles in Ordnung",
        "Thanks, all fine",
        "Grazie mille, tutto perfetto!\n\nCordiali saluti\nMario Rossi",
        "> come va?\nTutto bene, grazie.",
    ],
)
def test_mere_thanks_ask_for_nothing(words: str) -> None:
    assert is_thanks(words)


@pytest.mark.parametrize(
    "words",
    [
        "Grazie, quando arriva?",
        "Grazie, mi chiami",
        "Grazie, ma manca una gamba",
        "Thanks for nothing, I want a refund",
        "Dziękuję, proszę o fakturę",
        "No grazie",
        "Grazie per niente",
        "Dzięki za nic",
        "Perfect, another delay",
        "Grazie, ho ricevuto solo metà",
        "Super, znowu opóźnienie",
        "Wszystko ok oprócz nóg stołu",
        "Grazie, 12345",
        "Buongiorno",
        "",
        "Grazie. " * 40,
    ],
)
def test_anything_more_does(words: str) -> None:
    assert not is_thanks(words)


def test_the_lists_are_policy() -> None:
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    changed = text.replace("max_thanks_words = 30", 'complaint = ["quark"]\nmax_thanks_words = 3')
    lists = parse(changed).trouble
    assert trouble("Quark!", lists) == {Urgency.COMPLAINT}
    assert trouble("Voglio il rimborso", lists) == {Urgency.REFUND}
    assert trouble("reclamo", lists) == set()
    assert not is_thanks("Grazie mille a tutti voi", lists)


def test_a_policy_without_the_lists_has_them_built_in() -> None:
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    head, _, rest = text.partition("[trouble]")
    assert parse(head + rest.partition("\n\n")[2]).trouble == DEFAULT


def test_a_stem_that_fits_everywhere_is_refused() -> None:
    with pytest.raises(ValueError, match=r"trouble\.refund"):
        TroubleWords(refund=("a",))
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    with pytest.raises(PolicyError, match=r"policy\.toml, line"):
        parse(text.replace("max_thanks_words = 30", 'refund = ["a"]'))
