"""The formal warning: what it demands, by when, on what ground, and that the transfer it asks for is that very sum."""

import pytest

from models.languages import CODES
from models.policy import Policy
from tasks.mails.composer import Composer
from tasks.mails.labels import label
from tasks.mails.letter import Letter
from tasks.mails.situations import situations
from tests.unit.mails.test_samples import composer, links

IBAN = "IT60X0542811101000000123456"


def warnings(policy: Policy, language: str) -> dict[str, Letter]:
    return dict(situations(policy, "credit-recovery-warning", language))


def said(writer: Composer, letter: Letter) -> str:
    return "\n".join(words for _, words in writer.written(letter)[1])


def with_account(policy: Policy) -> Composer:
    company = policy.company
    payment = company.payment.model_copy(update={"iban": IBAN})
    changed = company.model_copy(update={"payment": payment})
    return Composer(policy.model_copy(update={"company": changed}), links())


@pytest.mark.parametrize("language", CODES)
def test_a_warning_asks_for_the_sum_by_a_day_and_says_what_it_is(policy: Policy, language: str) -> None:
    letters = warnings(policy, language)
    text = said(composer(policy), letters["consumer in Italy"])
    assert label(language, "demand.IT") in text
    assert text.count("26") >= 2, "the day, where it is asked for and where it is said what happens then"
    assert "12" in text
    assert "40,00" not in text.replace(".", ","), "of a consumer nothing is claimed"
    assert "231/2002" not in text
    assert label(language, "demand.PL") in said(composer(policy), letters["consumer in Poland, not reached"])
    assert label(language, "demand.else") in said(
        composer(policy), letters["business elsewhere, two currencies"]
    )


def test_a_business_is_asked_for_interest_and_flat_sum_with_the_law(policy: Policy) -> None:
    # EUR 12,845.50 + interest 57.40 + flat 40.00 = 12,942.90
    text = said(with_account(policy), warnings(policy, "it")["business in Italy"])
    assert "Le chiediamo di pagare 12.942,90 € entro giovedì 26 marzo 2026." in text.replace("\xa0", " ")
    assert "Interessi di mora fino a mercoledì 18 marzo 2026: 57,40 €" in text.replace("\xa0", " ")
    assert "D.Lgs. 231/2002" in text
    assert "Importo: 12.942,90 €" in text.replace("\xa0", " "), "the transfer is for what is asked"


def test_in_zloty_the_flat_sum_of_euros_is_told_and_not_added(policy: Policy) -> None:
    # PLN 420.00 + 150.00 + interest 5.83 = 575.83; the flat sums are twice EUR 40.00
    text = said(with_account(policy), warnings(policy, "pl")["business in Poland"]).replace("\xa0", " ")
    assert "Prosimy o zapłatę do 26 marca 2026 r. Kwota do zapłaty: 575,83 zł + równowartość 80,00 €." in text
    assert "Kwota: 575,83 zł" in text


@pytest.mark.parametrize("language", CODES)
def test_interest_that_cannot_be_told_is_not_told(policy: Policy, language: str) -> None:
    letters = warnings(policy, language)
    ends = said(composer(policy), letters["business, the table ends"])
    assert "30" in ends
    assert "57" in ends
    unknown = said(composer(policy), letters["business, no rate known"])
    assert label(language, "demand.interest-unknown") in unknown
    assert "57,40" not in unknown.replace(".", ",")
    assert "12,885,50" in unknown.replace("\xa0", ",").replace(".", ","), "principal and flat sum"
