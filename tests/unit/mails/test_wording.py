"""Every text with hard names, days and numbers: what no native reader would write, and what would not be true."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from models.languages import BY_CODE, CODES
from models.policy import Policy
from tasks.mails.composer import Composer
from tasks.mails.examples import example
from tasks.mails.formats import full_day, length, long_day
from tasks.mails.labels import label
from tasks.mails.letter import Interest, Letter
from tasks.mails.shelf import CATALOGUES, TEXTS, shipped
from tasks.mails.situations import MIDNIGHT, situations
from tasks.mails.views import due, interest_line, late_words, legal_moment
from tests.unit.mails.test_samples import composer, kinds_that_send, links

MONTHS = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
EVERYWHERE = (
    (r"\b00:00\b", "a day shown as a moment"),
    (r"\bNone\b|[{}]|\bNaN\b", "what the program thinks, not what people read"),
    (r"  |\s[,.;](\s|$)|\.\.(\s|$)|:\s*\?|\?,", "punctuation"),
)
FORBIDDEN = {
    "it": (
        (
            rf"\b(il|al|dal|del|nel|sul|entro il|per il|fino al) \d{{1,2}}º? ({MONTHS})",
            "an article before a day",
        ),
        (rf"(?<!\d)1 ({MONTHS})", "the first is 1º"),
        (r"\bGentile (Hotel|Studio|Ditta|Zielony)", "a company greeted as a person"),
        (
            r"\b(un tocco|Telefona:|Leggi,|Segnala |chiedi una mano|ascoltato da Lei)",
            "not so, or not to whom we say Lei",
        ),
        (r"\b(firmato:|Firmato:|come va dopo)", "nobody signs an order on the web; a calque"),
        (r"[„“”]", "the quotation marks of others"),
    ),
    "pl": (
        (r"witamy w (?!firmie)", "a name that would have to be declined"),
        (r"\b(do|dla|od) klienta (?!do|,|\.|:|lub)[A-ZŁŚŻ]", "a name after a noun in a case"),
        (r"Dzień dobry, \S", "a name that would have to stand in the vocative"),
        (r"\b1 dni\b", "one day is 1 dzień"),
        (r"jak jest\b|jedno kliknięcie|Link jest osobisty", "no native writes it, or it is not so"),
        (r"\d{4} r(?!\.)", "a year wants r."),
        (r"[«»“]", "the quotation marks of others"),
    ),
    "en": (
        (r"\b[Oo]ne tap\b|\bSigned: |\b[Ee]xpected (delivery|completion)", "not so"),
        (r"agreed on with|propose after|by our records|[Ll]ink of your", "no native writes it"),
        (r"[«»„]", "the quotation marks of others"),
    ),
    "de": (
        (r"\b([Dd]u|[Dd]ein\w*|[Dd]ir)\b", "we say Sie"),
        (r"[«»”]", "the quotation marks of others"),
        (r"fällig (seit|in) \d+ Tage\b", "a case"),
        (r"fällig bis|(?<!E-)\bMails?\b|unser Willkommen|verspätet sich", "no native writes it"),
        (r"Kundendienst|Voraussichtlich|Inkassodienst", "one thing has one name"),
    ),
}


def lines(policy: Policy, language: str) -> Iterator[tuple[str, str]]:
    """Every line that a message has in any situation, with where it stands."""
    for kind in kinds_that_send(policy):
        for situation, letter in situations(policy, kind, language):
            subject, paragraphs = composer(policy).written(letter)
            for words in (subject, *(words for _, words in paragraphs)):
                yield f"{kind}, {situation}", words


@pytest.mark.parametrize("language", CODES)
def test_no_message_says_what_nobody_would_write(policy: Policy, language: str) -> None:
    found = [
        f"{where}: {why}: {words}"
        for where, words in lines(policy, language)
        for pattern, why in (*EVERYWHERE, *FORBIDDEN[language])
        if re.search(pattern, words)
    ]
    assert found == []


HARD = (
    ("Niccolò D'Angelo", "Meble Kowalski Sp. z o.o.", date(2026, 10, 1), 1),
    ("Anna Nowak-Ćwiklińska", "Rossi & Figli S.n.c.", date(2026, 11, 8), 100_000_000),
    ("Ó Briain & Söhne GmbH", "Hotel «Alla Posta» 1888", date(2026, 12, 11), 999_999),
    ("ŻÓŁĆ", "X", date(2027, 1, 31), 100),
)
"""Names with apostrophes, points and capitals, days that want another article, sums of one and of many."""


def hardened(letter: Letter, name: str, day: date, cents: int) -> Letter:
    """The letter with a hard name, day and sum wherever it has one."""
    order = letter.order and letter.order._replace(
        description=f"Armadio {name}",
        seller_promise=f"entro il mese, {name}",
        promised_on=day,
        promised_before=day + timedelta(days=7),
        amount_cents=cents,
    )
    invoices = tuple(
        one._replace(ref=f"{one.ref}/{cents}", amount_cents=cents, due_on=day, issued_on=day)
        for one in letter.invoices
    )
    return letter._replace(recipient_name=name, order=order, invoices=invoices)


@pytest.mark.parametrize("language", CODES)
def test_hard_names_days_and_sums_read_well_too(policy: Policy, language: str) -> None:
    patterns = [
        (pattern, why)
        for pattern, why in (*EVERYWHERE, *FORBIDDEN[language])
        if "quotation" not in why  # a name may bring its own
    ]
    found = []
    for name, company, day, cents in HARD:
        changed = policy.company.model_copy(update={"name": company})
        writer = Composer(policy.model_copy(update={"company": changed}), links())
        for kind in kinds_that_send(policy):
            for situation, letter in situations(policy, kind, language):
                subject, paragraphs = writer.written(hardened(letter, name, day, cents))
                found += [
                    f"{kind}, {situation}: {why}: {words}"
                    for words in (subject, *(words for _, words in paragraphs))
                    for pattern, why in patterns
                    if re.search(pattern, words)
                ]
    assert found == []


@pytest.mark.parametrize("language", CODES)
def test_every_paragraph_ends_as_a_sentence_does(policy: Policy, language: str) -> None:
    for kind in kinds_that_send(policy):
        for situation, letter in situations(policy, kind, language):
            for tag, words in composer(policy).written(letter)[1]:
                is_sum = ": " in words and re.search(r"\d\W*(€|zł|PLN|\d)$", words)
                is_name = kind == "reply"  # which people write as they like, and sign
                assert tag != "p" or is_sum or is_name or words[-1] in ".?!:,", (
                    f"{kind}, {situation}: {words}"
                )


@pytest.mark.parametrize("language", CODES)
def test_no_line_has_two_colons(policy: Policy, language: str) -> None:
    """A label in the middle of a line brings none of its own."""
    for kind in ("commitment-notice", "case-notice"):
        for situation, letter in situations(policy, kind, language):
            subject = composer(policy).written(letter)[0]
            assert subject.count(": ") <= (2 if language in {"pl", "de"} else 1), f"{situation}: {subject}"


def test_the_patterns_find_what_they_are_for() -> None:
    for language, words in (
        ("it", "conteggi al 8 dicembre"),
        ("it", "giovedì 1 ottobre 2026"),
        ("it", "ce lo dica con un tocco"),
        ("pl", "witamy w Meble Kowalski"),
        ("pl", "Dla klienta Zielony Zakątek"),
        ("pl", "jak jest po pół roku?"),
        ("pl", "Mają Państwo 1 dni"),
        ("en", "one tap is enough"),
        ("en", "This was agreed on with Jan Nowak"),
        ("de", "Sag uns, was du denkst"),
        ("de", "Antworten Sie auf diese Mail"),
        ("de", "Der Kundendienst antwortet"),
    ):
        assert any(re.search(pattern, words, re.IGNORECASE) for pattern, _ in FORBIDDEN[language]), words


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_label_puts_an_article_or_a_case_before_what_is_put_in(name: str) -> None:
    for key, words in shipped(name)["it"].items():
        assert not re.search(
            r"\b(il|al|dal|del|entro il|per il|fino al) \{(day|at|last|until)\}", words, re.IGNORECASE
        ), key
    for key, words in shipped(name)["pl"].items():
        assert not re.search(
            r"\b(klienta|klientowi|klientem|firmy|panu|pani) \{name\}", words, re.IGNORECASE
        ), key
    for language, by_key in shipped(name).items():
        others = {mark for code in CODES for mark in BY_CODE[code].quotes} - {*BY_CODE[language].quotes}
        for key, words in by_key.items():
            assert not others & set(words), f"{language}: {key}"


def test_no_italian_text_puts_an_article_before_a_day() -> None:
    inserted = r"\b(dal|entro il|fino al|al|il) \{\{ \S*(due|since|oldest|promised|signed|at) \}\}"
    for path in TEXTS.glob("*/it.txt"):
        assert not re.search(inserted, path.read_text(encoding="utf-8")), path.parent.name


def test_what_is_due_at_the_end_of_a_day_is_due_on_that_day() -> None:
    assert due("it", MIDNIGHT, "Europe/Rome") == "venerdì 27 novembre 2026"
    assert due("pl", MIDNIGHT, "Europe/Warsaw") == "27 listopada 2026 r."
    assert due("en", MIDNIGHT, "Europe/Rome") == "Friday, 27 November 2026"
    assert due("de", MIDNIGHT, "Europe/Berlin") == "Freitag, 27. November 2026"
    assert due("it", MIDNIGHT + timedelta(hours=12), "Europe/Rome") == "sabato 28 novembre 2026, ore 12:00"
    assert (
        due("it", MIDNIGHT, "Europe/London") == "venerdì 27 novembre 2026, ore 23:00"
    )  # a moment there, and no day's end


def test_a_receipt_tells_its_hour_with_the_zone() -> None:
    at = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert legal_moment("it", at, "Europe/Rome") == "mercoledì 1º luglio 2026, ore 10:30 (UTC+02:00)"
    assert legal_moment("pl", at, "Europe/Warsaw") == "1 lipca 2026 r., godz. 10:30 (UTC+02:00)"


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("it", "1 giorno", "18 giorni"),
        ("pl", "1 dzień", "18 dni"),
        ("en", "1 day", "18 days"),
        ("de", "1 Tag", "18 Tage"),
    ],
)
def test_a_delay_is_counted_in_whole_days(language: str, one: str, many: str) -> None:
    assert length(language, timedelta(days=1, hours=5)) == one
    assert length(language, timedelta(days=18)) == many


@pytest.mark.parametrize(("hours", "late"), [(1, "1 giorno"), (25, "2 giorni"), (24 * 11 + 13, "12 giorni")])
def test_what_was_promised_for_a_day_is_late_by_days_of_the_calendar(hours: int, late: str) -> None:
    told = late_words("it", MIDNIGHT, timedelta(hours=hours), "Europe/Rome")
    assert told == f"in ritardo di {late}"
    assert (
        late_words("it", MIDNIGHT + timedelta(hours=9), timedelta(hours=10), "Europe/Rome")
        == "in ritardo di 10 ore"
    )


@pytest.mark.parametrize("language", CODES)
def test_mails_that_go_as_one_name_the_promised_day_alike_so_that_it_stands_once(language: str) -> None:
    lines = [
        {
            line.rpartition(":")[0]
            for line in (TEXTS / kind / f"{language}.txt").read_text(encoding="utf-8").splitlines()
            if "order.promised }}" in line
        }
        for kind in ("order-confirmation", "welcome-contact")
    ]
    assert lines[0] == lines[1] != set()


def test_the_first_of_a_month_and_no_other_day_is_written_as_an_ordinal() -> None:
    assert long_day("it", date(2026, 10, 1)) == "1º ottobre 2026"
    assert full_day("it", date(2026, 10, 1)) == "giovedì 1º ottobre 2026"
    assert long_day("it", date(2026, 10, 11)) == "11 ottobre 2026"
    assert long_day("en", date(2026, 10, 1)) == "1 October 2026"


@pytest.mark.parametrize("language", CODES)
def test_interest_is_told_with_its_day_and_not_at_all_where_it_cannot_be(language: str) -> None:
    until = date(2026, 6, 30)
    for ends in (True, False):
        told = interest_line(Interest((("EUR", 5_740),), until, ends=ends), language) or ""
        assert "57,40" in told.replace(".", ",")
        assert "2026" in told
    unknown = interest_line(Interest((), until, ends=True), language) or ""
    assert not re.search(r"\d[.,]\d\d\b", unknown)
    assert "2026" in unknown
    assert interest_line(None, language) is None


@pytest.mark.parametrize("language", CODES)
def test_a_company_is_not_greeted_as_a_person(policy: Policy, language: str) -> None:
    letters = dict(situations(policy, "welcome-contact", language))
    _, paragraphs = composer(policy).written(letters["business"])
    assert paragraphs[0][1] == label(language, "greeting.business").format(name="Hotel Bellariva S.r.l.")


@pytest.mark.parametrize("language", CODES)
def test_the_right_to_withdraw_is_told_as_it_stands_on_the_day(policy: Policy, language: str) -> None:
    said = {
        name: "\n".join(words for _, words in composer(policy).written(letter)[1])
        for name, letter in situations(policy, "welcome-contact", language)
    }
    day = "27 marca 2026" if language == "pl" else full_day(language, date(2026, 3, 27))
    assert day in said["goods"]
    assert "14" in said["waits"]
    assert day not in said["waits"]
    assert said["work"].count("\n") < said["goods"].count("\n")


def test_a_subject_says_why_and_by_when(policy: Policy) -> None:
    subjects = {
        name: composer(policy).written(letter)[0]
        for kind in ("case-notice", "commitment-notice")
        for name, letter in situations(policy, kind, "it")
    }
    assert "1/5" in subjects["whole"]
    assert "da chiamare entro giovedì 19 marzo 2026, ore 12:00" in subjects["whole"]
    assert subjects["delivery"].endswith("consegna promessa, entro venerdì 27 novembre 2026")
    assert subjects["delivery, above"].endswith("consegna promessa, in ritardo di 18 giorni")
    assert subjects["appointment"].endswith("appuntamento, venerdì 27 novembre 2026")


def test_a_deputy_is_whose_deputy(policy: Policy) -> None:
    above = dict(situations(policy, "commitment-notice", "it"))["reply, above"]
    text = "\n".join(words for _, words in composer(policy).written(above)[1])
    assert "In assenza di Giulia Ferraro: Jan Nowak" in text
    assert "In Sua assenza" not in text


def test_a_decision_names_its_invoices_and_no_other_order(policy: Policy) -> None:
    signature = dict(situations(policy, "commitment-notice", "pl"))["signature"]
    text = "\n".join(words for _, words in composer(policy).written(signature)[1])
    assert "FT-2026/311" in text
    assert "CB-2026-0147" not in text


def test_a_mail_to_a_person_keeps_the_name(policy: Policy) -> None:
    assert composer(policy).written(example("it", "own-page"))[1][0][1].startswith("Gentile Małgorzata")
