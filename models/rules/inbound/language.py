"""In which language a mail is written, by the smallest words of each, which nobody can write without.

The words of trouble are lists, and a list hears nothing in another language: whoever gets such a mail is told so. In
doubt nothing is said: two words prove no language, and a name or a product is none.
"""

import re
import unicodedata
from collections import Counter

LISTED = ("it", "pl", "en", "de")
"""The languages in which words of trouble, thanks and absence are known (`trouble_words`, `machine_words`)."""

_SMALL = {
    "it": "il lo la gli le di che non per con una sono mi ho ha del della nel è ma anche questo come quando ci ve si",
    "pl": "nie się jest na że do to w z i o jak ale za po czy już mam był była dla od tym co proszę bardzo jeszcze mi",
    "en": "the is and to of you my have not it for that with this was are your but we has been will i when at on be",
    "de": "der die das ist und nicht ich wir sie mit für den von ein eine zu auf habe haben es bei wie noch im dem",
    "fr": "le les des est et pas je vous nous une dans pour que qui avec mon ma mes cette été mais sur au du ne ai ce",
    "es": "el los las es y no que para con una por mi muy pero está esto cuando del han he su nos lo se todavía hola",
    "pt": "o os as não que para com uma por meu minha mas está muito isso quando do da foi em você ainda eu ao já",
    "ro": "nu este și să cu pe la din că am sunt pentru dar care mai foarte aceasta când vă mi o a fost ne ați",
    "nl": "het een niet dat is ik en van voor met op zijn maar nog heb hebben wij u deze bij aan wordt kan de mijn",
    "cs": "je se že na není jsem to pro ale jsme byl bylo prosím jak ještě který mi si už od za nebo máme děkuji",
    "sk": "je sa že na nie som to pre ale sme bol bolo prosím ako ešte ktorý mi si už od za alebo máme ďakujem",
    "hr": "je nije sam smo da na se za što ali kako ovo mi ste od koji jer već hvala molim nisam još bio bila sa",
    "hu": "a az nem és hogy egy van volt meg még de mert már ezt nekem kérem is ha csak mint köszönöm vagy lesz nincs",
    "sv": "det är och att inte jag som en ett på för med har vi men till den av mig om kan ni var från detta",
    "da": "det er og at ikke jeg som en et på for med har vi men til den af mig om kan vil fra dette jeres der",
    "fi": "on ei ja että en se mutta kun tämä ole olen ovat minun kiitos vielä jo voi mitä myös niin oli meille teidän",
    "tr": "ve bir bu için değil ben çok ne ama var yok mi daha gibi kadar sonra henüz lütfen teşekkür bana olarak hala",
    "sq": "nuk është dhe për një të në me që më kam ka por si kjo nga ju unë jam shumë faleminderit ende ishte mua",
    "lt": "yra ir ne kad tai su bet man aš jūs kaip mano labai dar buvo už nuo ar jau ačiū prašau nėra",
}
_WORDS = {code: frozenset(words.split()) for code, words in _SMALL.items()}
_SCRIPTS = (
    ("GREEK", "el"),
    ("ARABIC", "ar"),
    ("HEBREW", "he"),
    ("HIRAGANA", "ja"),
    ("KATAKANA", "ja"),
    ("HANGUL", "ko"),
    ("CJK", "zh"),
    ("GEORGIAN", "ka"),
    ("ARMENIAN", "hy"),
    ("DEVANAGARI", "hi"),
)
_CYRILLIC = (("іїєґ", "uk"), ("ыэё", "ru"), ("ђћџљњ", "sr"), ("ъ", "bg"))
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")  # noqa: RUF001 (as people type it)
_MOST_WORDS = 300
_FEWEST = 3
"""Small words that a language must have to be named."""
_AHEAD = 1.25
"""How much more of them than the next language has."""
_HALF = 0.5


def language_of(words: str) -> str | None:
    """The code (ISO 639-1) of the language that words are surely written in; none in doubt."""
    said = [match[0].casefold() for match in _WORD.finditer(_own(words))][:_MOST_WORDS]
    if not said:
        return None
    if (script := _script("".join(said))) is not None:
        return script
    found = Counter({code: sum(word in small for word in said) for code, small in _WORDS.items()})
    (best, most), (_, next_most) = found.most_common(2)
    return best if most >= _FEWEST and most >= next_most * _AHEAD else None


def unlisted(words: str) -> str | None:
    """The code of the language, where it surely is one without lists of words."""
    found = language_of(words)
    return None if found in LISTED else found


def _own(words: str) -> str:
    return "\n".join(line for line in words.splitlines() if not line.lstrip().startswith(">"))


def _script(letters: str) -> str | None:
    """The language that a script other than the Latin one stands for."""
    names = Counter(unicodedata.name(letter, "").partition(" ")[0] for letter in letters[:2_000])
    if names["LATIN"] > _HALF * sum(names.values()):
        return None
    if names["CYRILLIC"] > _HALF * sum(names.values()):
        return next((code for marks, code in _CYRILLIC if any(mark in letters for mark in marks)), None)
    return next((code for name, code in _SCRIPTS if names[name]), None)
