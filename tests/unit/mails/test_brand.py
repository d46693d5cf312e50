"""A company's own face in its mails: logo, colours, what the law wants said, and how invoices are paid."""

import email
import email.policy
import io
import re
from collections.abc import Iterator
from email.message import EmailMessage
from itertools import product
from pathlib import Path

import pytest
import segno
import zxingcpp
from PIL import Image

from models.languages import CODES
from models.policy import Policy, PolicyError, parse
from models.rules.mails.colour import contrast
from models.rules.mails.iban import is_iban
from models.rules.mails.pay_code import Transfer, content
from tasks.mails.composer import Composer
from tasks.mails.examples import MANAGER
from tasks.mails.letter import InvoiceLine
from tasks.mails.pictures import logo_problems
from tests.command import ROOT
from tests.unit.mails.test_samples import NOW, kinds_that_send, letter, links

IBAN = "IT60X0542811101000000123456"
SHIPPED = (ROOT / "policy.toml").read_text(encoding="utf-8")


_COMPOSERS: dict[int, Composer] = {}
"""By policy: frames are rendered once, and policies live as long as their test."""
ONE = (InvoiceLine("FT-2026/311", 1_284_550, "EUR", NOW.date(), "first"),)


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    _COMPOSERS.clear()


def with_brand(extra: str, top: str = "") -> Policy:
    return parse(SHIPPED.replace("[company]\n", f"[company]\n{top}\n", 1) + extra)


def sent(
    policy: Policy, kind: str = "payment-reminder", language: str = "it", **changes: object
) -> EmailMessage:
    composer = _COMPOSERS.setdefault(id(policy), Composer(policy, links()))
    mail = composer.compose(letter(policy, kind, language, **changes), NOW)
    message = email.message_from_bytes(mail.body, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def each_kind(policy: Policy) -> Iterator[tuple[str, str]]:
    return product(kinds_that_send(policy), CODES)


def parts(message: EmailMessage) -> dict[str, EmailMessage]:
    return {part.get_content_type(): part for part in message.walk() if isinstance(part, EmailMessage)}


def html(message: EmailMessage) -> str:
    return str(parts(message)["text/html"].get_content())


def plain(message: EmailMessage) -> str:
    return str(parts(message)["text/plain"].get_content())


def scanned(message: EmailMessage) -> str:
    picture = next(part for part in message.walk() if part["Content-ID"] == "<pay-code>")
    assert isinstance(picture, EmailMessage)
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.get_content())))
    return str(found.text)


def test_without_settings_nothing_is_left_behind(policy: Policy) -> None:
    message = sent(policy)
    assert message.get_content_type() == "multipart/alternative"
    for text in (html(message), plain(message)):
        assert "IBAN" not in text
        assert "cid:" not in text
        assert "P. IVA" not in text
        assert "None" not in text


def test_the_account_stands_in_words_and_in_a_code_that_scans() -> None:
    policy = with_brand(
        f'[company.payment]\niban = "{IBAN}"\nholder = "Casa Belvedere S.r.l."\nbic = "BLOPIT22"\n'
    )
    message = sent(policy, invoices=ONE)
    for text in (html(message), plain(message)):
        assert "IT60 X054 2811 1010 0000 0123 456" in text
        assert "Casa Belvedere S.r.l." in text
        assert "Causale: FT-2026/311" in text
    assert scanned(message).split("\n") == [
        *(
            "BCD",
            "002",
            "1",
            "SCT",
            "BLOPIT22",
            "Casa Belvedere S.r.l.",
            IBAN,
            "EUR12845.50",
            "",
            "",
            "FT-2026/311",
        ),
    ]


def test_how_to_pay_stands_over_a_signature_with_its_code() -> None:
    policy = with_brand(f'[company.payment]\niban = "{IBAN}"\n')
    signed = sent(policy, "credit-recovery-warning", invoices=ONE, signer=MANAGER)
    text = html(signed)
    assert text.index("IBAN:") < text.index("cid:pay-code") < text.index("Firmato da")


def test_the_code_of_polish_banks_in_zloty() -> None:
    iban = "PL61109010140000071219812874"
    policy = with_brand(
        f'[company.payment]\niban = "{iban}"\nholder = "Meble Łoś Spółka z ograniczoną"\nnip = "5213000000"\n'
    )
    lines = (
        InvoiceLine("FV 1/2026", 123_450, "PLN", NOW.date(), "first"),
        InvoiceLine("FV 2/2026", 50, "PLN", NOW.date(), "first"),
    )
    said = scanned(sent(policy, language="pl", invoices=lines))
    assert (
        said == "5213000000|PL|61109010140000071219812874|123500|Meble Łoś Spółka z o|FV 1/2026, FV 2/2026|||"
    )
    assert len(said) <= 160


@pytest.mark.parametrize(
    ("cents", "currency", "iban"),
    [
        (0, "EUR", IBAN),
        (100, "CHF", IBAN),
        (1_000_000, "PLN", "PL61109010140000071219812874"),
        (100, "PLN", IBAN),
    ],
)
def test_where_no_form_fits_there_is_no_code(cents: int, currency: str, iban: str) -> None:
    assert content(Transfer(iban, "Casa", cents, currency, "F-1")) is None


def test_two_currencies_are_told_in_words_and_make_no_code() -> None:
    policy = with_brand(f'[company.payment]\niban = "{IBAN}"\n')
    lines = (
        InvoiceLine("F-1", 100, "EUR", NOW.date(), "first"),
        InvoiceLine("F-2", 100, "PLN", NOW.date(), "first"),
    )
    message = sent(policy, invoices=lines)
    assert "cid:pay-code" not in html(message)
    assert "F-1, F-2" in plain(message)


def test_only_who_is_asked_to_pay_is_told_how() -> None:
    policy = with_brand(f'[company.payment]\niban = "{IBAN}"\n')
    for kind in ("welcome-contact", "case-notice", "satisfaction-check", "daily-digest"):
        assert "IT60" not in html(sent(policy, kind))


def test_what_the_law_wants_said_stands_at_the_foot_of_every_mail() -> None:
    policy = with_brand(
        '[company.registered]\nvat_number = "01234567890"\nrea = "TV-123456"\ncapital = "€ 10.000 i.v."\n',
        'privacy_url = "https://casa.example/privacy"\nhours = { it = "lun-ven 9-13" }\n'
        'signatures = { pl = "Zespół Casa" }',
    )
    for kind, language in each_kind(policy):
        message = sent(policy, kind, language)
        for text in (html(message), plain(message)):
            assert "P. IVA 01234567890 · REA TV-123456 · Cap. soc. € 10.000 i.v." in text
            assert "https://casa.example/privacy" in text
            assert ("lun-ven 9-13" in text) is (language == "it")
            assert ("Zespół Casa" in text) is (language == "pl")


def test_the_logo_is_attached_with_its_words_and_mails_go_without_a_broken_one(tmp_path: Path) -> None:
    segno.make("Casa").save(str(tmp_path / "logo.png"))
    policy = with_brand(f'[company.brand]\nlogo = "{tmp_path}/logo.png"\nlogo_alt = "Casa B"\n')
    message = sent(policy, "welcome-contact")
    assert parts(message)["image/png"]["Content-ID"] == "<logo>"
    assert '<img src="cid:logo" width="160" alt="Casa B"' in html(message)
    (tmp_path / "logo.png").unlink()
    assert "cid:logo" not in html(sent(policy, "welcome-contact"))
    [problem] = logo_problems(policy.company)
    assert "cannot be read" in problem


def test_a_logo_is_found_beside_the_policy(tmp_path: Path) -> None:
    policy = parse(SHIPPED + '[company.brand]\nlogo = "logo.png"\n', str(tmp_path / "policy.toml"))
    assert policy.company.brand.logo == tmp_path / "logo.png"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('[company.brand]\ncolour = "green"\n', "is no colour; write it like '#1f5f43'"),
        ('[company.brand]\ncolour = "#ffff00"\n', "take a darker colour"),
        ('[company.brand]\nlogo = "logo.svg"\n', "is no picture that mails show"),
        ('[company.payment]\niban = "IT60X0542811101000000123457"\n', "its check digits do not fit"),
    ],
)
def test_what_cannot_be_is_refused_with_the_fix(wrong: str, said: str) -> None:
    with pytest.raises(PolicyError, match=re.escape(said)):
        with_brand(wrong)


def test_own_colours_stand_in_the_dark_too() -> None:
    ours = with_brand('[company.brand]\ncolour = "#7a1f5f"\n')
    dark = html(sent(ours)).partition("prefers-color-scheme: dark")[2].partition("</style>")[0]
    assert ".press { background: #7a1f5f !important" in dark
    assert not {"#24382f", "#d6f0e2", "#9fd8bb"} & set(re.findall("#[0-9a-f]{6}", dark))


def test_accounts_and_colours() -> None:
    assert is_iban(IBAN)
    assert is_iban("DE89370400440532013000")
    assert not is_iban("DE8937040044053201300")
    assert not is_iban(IBAN.replace("1", "2", 1))
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


_DRAWS_BADLY = (
    re.compile(r"max-width"),
    re.compile(r"<a [^>]*padding"),
    re.compile(r"<div[^>]*(?:float|inline-block|display:\s*flex|width:\s*\d)"),
    re.compile(r"<a [^>]*class=\"press"),
)


def test_outlook_s_word_engine_finds_nothing_that_it_draws_badly(policy: Policy) -> None:
    for kind, language in each_kind(policy):
        page = html(sent(policy, kind, language))
        body = page[page.index("<body") :]
        for bad in _DRAWS_BADLY:
            assert not bad.search(body), f"{kind}, {language}: {bad.pattern}"
        assert "<style" in page, "dark screens and phones have rules of their own"
        for link in re.findall(r'<td class="press[^>]*>(.*?)</td>', body, re.DOTALL):
            assert link.startswith("<a "), "a button is a cell of a table"


def test_an_inbox_shows_the_first_sentence_behind_the_subject(policy: Policy) -> None:
    page = html(sent(policy, "payment-reminder", invoices=ONE))
    hidden = page[page.index("display:none") :].partition("</div>")[0]
    assert "nei nostri conti non vediamo ancora questo pagamento" in hidden
    assert page.count("<h1") == 1
