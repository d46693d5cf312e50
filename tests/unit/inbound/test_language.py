"""The language of a mail: named where it is sure, and never guessed at."""

import pytest

from models.rules.inbound.language import language_of, unlisted

MAILS = {
    "it": "Buongiorno, il tavolo è arrivato ma manca una gamba. Quando ci sono novità?",
    "pl": "Dzień dobry, stół jest już u nas, ale nie ma jednej nogi. Proszę o kontakt.",
    "de": "Guten Tag, der Tisch ist da, aber es fehlt ein Bein. Wann kommen Sie mit dem Ersatz?",
    "en": "Good morning, the table is here but it has only three legs. When will you send the fourth?",
    "fr": "Bonjour, la table est arrivée mais il manque un pied. Je vous prie de me rappeler dans la journée.",
    "es": "Buenos días, la mesa ha llegado pero le falta una pata. Por favor llámenme, que es para el sábado.",
    "pt": "Bom dia, a mesa chegou mas falta uma perna. Quando é que vão enviar? Ainda não recebi resposta.",
    "ro": "Bună ziua, masa a sosit dar lipsește un picior. Când o să primesc piesa? Nu este în regulă.",
    "nl": "Goedemorgen, de tafel is er, maar er ontbreekt een poot. Wanneer komt het onderdeel? Ik heb het niet.",
    "cs": "Dobrý den, stůl je u nás, ale chybí jedna noha. Kdy se to opraví? Není to v pořádku.",
    "uk": "Добрий день, стіл приїхав, але немає однієї ніжки. Коли ви її привезете?",
    "ru": "Добрый день, стол пришёл, но не хватает одной ножки. Когда вы её привезёте?",
    "sq": "Mirëdita, tavolina ka ardhur por nuk është e plotë. Kur më telefononi? Unë jam në shtëpi.",
    "el": "Καλημέρα, το τραπέζι ήρθε αλλά λείπει ένα πόδι.",
    "zh": "您好 桌子到了 但是少了一条腿",
}


@pytest.mark.parametrize("code", MAILS)
def test_the_language_of_a_mail(code: str) -> None:
    assert language_of(MAILS[code]) == code
    assert unlisted(MAILS[code]) == (None if code in {"it", "pl", "de", "en"} else code)


@pytest.mark.parametrize(
    "words",
    ["", "OK", "Grazie!", "Merci", "Anna Zen", "+39 0422 555", "Samsung Galaxy S24 Ultra", "2/5", "no"],
)
def test_a_few_words_prove_no_language(words: str) -> None:
    assert unlisted(words) is None


def test_quoted_lines_are_not_the_senders_language() -> None:
    assert (
        unlisted("Va bene, ci sono anche io.\n> Bonjour, je vous prie de me rappeler dans la journée.")
        is None
    )
