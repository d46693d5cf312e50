"""The table of witnesses: each speaks for its sign alone, none decides alone, and a person's words keep it in doubt."""

from dataclasses import replace

import pytest

from models.rules.inbound.witnesses import (
    AT_ONCE,
    DOUBT,
    MACHINE,
    NOTHING,
    SAME,
    WITNESSES,
    Evidence,
    Judged,
    Sort,
    heard,
    judge,
    of_history,
    says_much,
    score,
)

PLAIN = Evidence(
    subject="Re: Ordine 77",
    words="La consegna di venerdì va bene.",
    sender="anna@zen.example",
    is_answer=True,
)
ABSENCE = "Sono fuori ufficio fino al 30 marzo. Per urgenze potete rivolgervi al collega."
SIGNS = {
    "auto-replied": replace(PLAIN, headers=frozenset({"auto-replied"})),
    "auto-generated": replace(PLAIN, headers=frozenset({"auto-generated"})),
    "autoreply": replace(PLAIN, headers=frozenset({"autoreply"})),
    "mailbox-rule": replace(PLAIN, headers=frozenset({"mailbox-rule"})),
    "nobody": replace(PLAIN, headers=frozenset({"nobody"})),
    "bulk": replace(PLAIN, is_bulk=True),
    "no-answers-please": replace(PLAIN, headers=frozenset({"suppress"})),
    "unasked": replace(PLAIN, is_answer=False, headers=frozenset({"auto-replied", "nobody"})),
    "titled": replace(PLAIN, subject="Risposta automatica: Ordine 77"),
    "away": replace(PLAIN, words="Sono in ferie fino al 30. Il colore resta quello chiaro."),
    "only-away": replace(PLAIN, words=ABSENCE),
    "made": replace(PLAIN, words="Dies ist eine automatisch generierte E-Mail."),
    "challenge": replace(PLAIN, words="Please confirm that you are a human by following this link."),
    "no-reply": replace(PLAIN, sender="no-reply@negozio.example"),
    "speaks": replace(PLAIN, speaks=True),
    "desk": replace(PLAIN, is_desk=True),
    "phone": replace(PLAIN, headers=frozenset({"typed"})),
    "passed-on": replace(PLAIN, subject="I: Ordine 77"),
}


def test_every_witness_has_a_sign_that_is_tried() -> None:
    assert {one.name for one in WITNESSES} == {*SIGNS, SAME, AT_ONCE}
    assert len({one.name for one in WITNESSES}) == len(WITNESSES)


@pytest.mark.parametrize("name", SIGNS)
def test_a_witness_speaks_where_its_sign_is_and_is_silent_where_it_is_not(name: str) -> None:
    assert name in {one.name for one in heard(SIGNS[name])}
    assert heard(PLAIN) == ()


@pytest.mark.parametrize("name", [one.name for one in WITNESSES])
def test_no_witness_makes_a_machine_alone(name: str) -> None:
    [witness] = [one for one in WITNESSES if one.name == name]
    assert score([witness]) < MACHINE


def test_nothing_that_speaks_is_a_person() -> None:
    assert judge(()) == (Judged.PERSON, NOTHING)


@pytest.mark.parametrize("sort", [Sort.HEADER, Sort.FORM, Sort.WORDS, Sort.SENDER])
def test_no_sort_of_witness_makes_a_machine_alone(sort: Sort) -> None:
    assert score([one for one in WITNESSES if one.sort is sort]) < MACHINE


def test_whatever_speaks_for_a_machine_a_persons_words_bring_it_before_a_person() -> None:
    machine = [one for one in WITNESSES if one.sort is not Sort.PERSON]
    for witness in (one for one in WITNESSES if one.sort is Sort.PERSON):
        assert DOUBT <= score([*machine, witness]) < MACHINE


@pytest.mark.parametrize(
    "words",
    [
        "Messaggio automatico, non rispondere a questa mail.",
        "Ta wiadomość została wygenerowana automatycznie.",
        "Dies ist eine automatisch generierte Nachricht, bitte nicht antworten.",
        "Diese E-Mail wurde automatisch erstellt.",
        "This message was generated automatically. Please do not reply to this e-mail.",
        "Ceci est un message généré automatiquement.",
        ABSENCE,
        "Jestem na urlopie do 15 marca. W pilnych sprawach proszę o kontakt z biurem.",
        "Ich bin bis zum 15. März nicht im Büro. In dringenden Fällen wenden Sie sich bitte an Frau Weiß.",
        "I am out of the office until 15 March. For urgent matters please contact my colleague.",
    ],
)
def test_words_of_a_machine_without_any_header_are_looked_at(words: str) -> None:
    assert judge(heard(replace(PLAIN, words=words)))[0] is Judged.DOUBT


@pytest.mark.parametrize(
    "words",
    [
        "Sono in ferie da sabato, la data va bene lo stesso.",
        "Die Lieferung am Freitag passt, ab Montag bin ich im Urlaub.",
        "Od soboty jestem na urlopie, dostawa w piątek pasuje.",
        "I am away next week, Friday is fine.",
        "Il cancello si apre automaticamente.",
        "Drzwi zamykają się automatycznie, wszystko działa.",
        "Die Markise fährt automatisch aus, sehr schön.",
        "Mi arrivano solo vostri messaggi automatici.",
    ],
)
def test_who_is_away_or_speaks_of_machines_is_a_person(words: str) -> None:
    assert judge(heard(replace(PLAIN, words=words)))[0] is Judged.PERSON


def test_words_and_header_together_are_a_machine_and_with_a_question_in_doubt() -> None:
    mail = replace(PLAIN, words=ABSENCE, headers=frozenset({"auto-replied"}))
    assert judge(heard(mail)) == (Judged.MACHINE, "auto-replied, away, only-away")
    assert judge(heard(replace(mail, speaks=True)))[0] is Judged.DOUBT


def test_an_address_that_nobody_reads_and_words_of_a_machine_are_a_machine() -> None:
    mail = replace(SIGNS["no-reply"], words="Questo è un messaggio automatico, si prega di non rispondere.")
    assert judge(heard(mail))[0] is Judged.MACHINE


@pytest.mark.parametrize(
    ("seconds", "speaks"), [(0.4, True), (-1.5, True), (1.0, True), (9, False), (-60, False)]
)
def test_nobody_answers_within_a_second(seconds: float, *, speaks: bool) -> None:
    found = of_history(seconds_after=seconds)
    assert [one.name for one in found] == ([AT_ONCE] if speaks else [])
    assert judge(found)[0] is (Judged.DOUBT if speaks else Judged.PERSON)


def test_the_same_words_again_count_where_they_are_more_than_a_few() -> None:
    assert not says_much("Grazie mille, tutto bene")
    assert says_much(ABSENCE)
    assert judge([*heard(SIGNS["only-away"]), *of_history(same_before=True)])[0] is Judged.MACHINE


def test_who_writes_the_same_complaint_twice_is_a_person() -> None:
    again = of_history(same_before=True)
    assert judge([*heard(SIGNS["speaks"]), *again])[0] is Judged.PERSON


def test_a_mail_to_many_is_never_surely_a_persons_word_to_us() -> None:
    mail = replace(PLAIN, is_bulk=True, speaks=True)
    assert judge(heard(mail), is_bulk=True)[0] is Judged.DOUBT
