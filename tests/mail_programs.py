"""Answers as mail programs write them: around a mail that was really composed, in four languages.

Each program is a function of what was sent, of what the customer typed and of where: `above` the quotation, `below` it,
or `between` its lines. What it does to the quoted text (wrapping, marks, HTML, typographic quotes) is what that program
does, from knowledge of their forms; the texts are ours.
"""

import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import lru_cache
from html import escape
from types import SimpleNamespace
from typing import Any, NamedTuple

from tasks.inbound.html import to_text
from tasks.mails import examples
from tasks.mails.composer import ComposedMail, Composer
from tasks.mails.links import Links
from tasks.runtime.clock import SetClock

ADDRESS = examples.COMPANY.sender
ANSWERS = ("rating", "call-me", "not-arrived", "message", "fine")


class Sent(NamedTuple):
    """A mail of ours as its reader's program has it."""

    mail: ComposedMail
    plain: str
    html: str
    """The HTML part as programs turn it into text."""
    markup: str
    subject: str


class Said(NamedTuple):
    """What the customer typed, and where."""

    place: str
    words: str


class Names(NamedTuple):
    """How a language says what programs put above a quotation."""

    wrote: str
    """`{when}` and `{who}`."""
    wrote_first: str
    """With the day in numbers, as Thunderbird and Apple have it."""
    fields: tuple[str, str, str, str]
    """From, sent, to, subject."""
    original: str
    phone: str
    outlook: str
    when: str


NAMES = {
    "it": Names(
        "Il giorno {when} {who} ha scritto:",
        "Il 18/03/2026 10:12, {who} ha scritto:",
        ("Da", "Inviato", "A", "Oggetto"),
        "Messaggio originale",
        "Inviato da iPhone",
        "Scarica Outlook per Android",
        "mercoledì 18 marzo 2026 10:12",
    ),
    "pl": Names(
        "{when} {who} napisał(a):",
        "W dniu 18.03.2026 o 10:12, {who} pisze:",
        ("Od", "Wysłano", "Do", "Temat"),
        "Oryginalna wiadomość",
        "Wysłane z iPhone'a",
        "Pobierz aplikację Outlook dla systemu Android",
        "środa, 18 marca 2026 10:12",
    ),
    "de": Names(
        "Am {when} schrieb {who}:",
        "Am 18.03.26 um 10:12 schrieb {who}:",
        ("Von", "Gesendet", "An", "Betreff"),
        "Ursprüngliche Nachricht",
        "Von meinem iPhone gesendet",
        "Outlook für Android herunterladen",
        "Mittwoch, 18. März 2026 10:12",
    ),
    "en": Names(
        "On {when} {who} wrote:",
        "On 18/03/2026 10:12, {who} wrote:",
        ("From", "Sent", "To", "Subject"),
        "Original message",
        "Sent from my iPhone",
        "Get Outlook for Android",
        "Wednesday, March 18, 2026 10:12 AM",
    ),
}
_WHO = f"Casa Belvedere <{ADDRESS}>"
_LINK = re.compile(r"https?://\S+")


@lru_cache(maxsize=64)
def sent(kind: str, language: str, key: str = "f123-1") -> Sent:
    """A mail of ours that asks everything there is to ask."""
    links = Links("https://answers.example", "key of a test", SetClock(examples.NOW))
    composer = Composer(SimpleNamespace(company=examples.COMPANY), links)  # type: ignore[arg-type]
    letter = examples.example(language, kind, key=key, answers=ANSWERS, case=None, notice=None)
    mail = composer.compose(letter, examples.NOW)
    read: Any = message_from_bytes(mail.body, policy=policy.default)
    markup = read.get_body(("html",)).get_content()
    plain = read.get_body(("plain",)).get_content().replace("\r\n", "\n").strip()
    return Sent(mail, plain, to_text(markup), markup, mail.subject)


def _block(names: Names, subject: str, *, bold: bool = False, order: tuple[int, ...] = (0, 1, 2, 3)) -> str:
    values = (f"Casa Belvedere <{ADDRESS}>", names.when, "Anna Zen <anna@zen.example>", subject)
    star = "*" if bold else ""
    return "\n".join(f"{star}{names.fields[at]}:{star} {values[at]}" for at in order)


def _put(quoted: list[str], said: Said, own: Callable[[str], list[str]] = str.splitlines) -> list[str]:
    """The quoted lines with the customer's words between or below them."""
    if said.place == "below":
        return [*quoted, "", *own(said.words)]
    if said.place == "between":
        at = next(n for n, line in enumerate(quoted) if "?" in line) + 1
        return [*quoted[:at], "", *own(said.words), "", *quoted[at:]]
    return quoted


def _above(said: Said, between: str = "\n\n") -> str:
    return f"{said.words}{between}" if said.place == "above" else ""


def _wrapped(text: str, width: int, mark: str = "> ") -> list[str]:
    lines = []
    for line in text.splitlines():
        broken = textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
        lines += [f"{mark}{piece}".rstrip() for piece in broken]
    return lines


def _half_marked(text: str) -> list[str]:
    """Marked first, and wrapped by a server after: the second line of each has lost its mark."""
    lines = []
    for line in _LINK.sub("", text).splitlines():
        lines += textwrap.wrap(f"> {line}", 72, break_long_words=False) or [">"]
    return lines


def gmail(one: Sent, said: Said, names: Names) -> str:
    """Wrapped at 78, links in angles, everything marked."""
    quoted = _wrapped(_LINK.sub(lambda match: f"<{match[0]}>", one.html), 76)
    head = names.wrote.format(when=names.when, who=_WHO)
    return _above(said) + "\n".join([*textwrap.wrap(head, 70), "", *_put(quoted, said)])


def outlook(one: Sent, said: Said, names: Names) -> str:
    """Word's HTML as text: a head, no marks, a blank line behind every line."""
    quoted = [piece for line in one.html.splitlines() for piece in (line, "")]
    return _above(said) + "\n".join([_block(names, one.subject), "", *_put(quoted, said)])


def outlook_365(one: Sent, said: Said, names: Names) -> str:
    """A drawn line, a head in bold, typographic quotes."""
    quoted = one.html.replace("'", "\u2019").splitlines()
    rule = "_" * 32
    return _above(said) + "\n".join([rule, _block(names, one.subject, bold=True), "", *_put(quoted, said)])


def outlook_phone(one: Sent, said: Said, names: Names) -> str:
    """Its advertisement stands above the drawn line."""
    rest = [names.outlook, "_" * 32, _block(names, one.subject), "", *_put(one.html.splitlines(), said)]
    return _above(said) + "\n".join(rest)


def iphone(one: Sent, said: Said, names: Names) -> str:
    """The quotation begins with a mark and an invisible sign."""
    quoted = ["> ", "> \ufeff", *_wrapped(one.plain, 2_000)]
    head = names.wrote.format(when=names.when, who=_WHO)
    return _above(said) + "\n".join([names.phone, "", f"> {head}", *_put(quoted, said)])


def thunderbird(one: Sent, said: Said, names: Names) -> str:
    """Wrapped at 72, marked, and the cursor below."""
    quoted = _wrapped(one.plain, 70)
    return _above(said) + "\n".join([names.wrote_first.format(who="Casa Belvedere"), *_put(quoted, said)])


def yahoo(one: Sent, said: Said, names: Names) -> str:
    """Indented, without marks."""
    quoted = [f" {line}" for line in one.html.splitlines()]
    head = names.wrote.format(when=f"{names.when}:00 CET,", who=_WHO)
    return _above(said) + "\n".join([f"    {head}  ", " ", *_put(quoted, said)])


def libero(one: Sent, said: Said, names: Names) -> str:
    """A head of its own, and the text as it was, re-wrapped and without marks."""
    quoted = _wrapped(_LINK.sub("", one.plain), 60, mark="")
    head = names.wrote.format(when=names.when, who=_WHO)
    return _above(said) + "\n".join([head, "", *_put(quoted, said)])


def wp(one: Sent, said: Said, names: Names) -> str:
    """Marked, and wrapped once more on the way: the ends of long lines have no mark."""
    head = names.wrote.format(when=names.when, who=_WHO)
    return _above(said) + "\n".join([head, *_put(_half_marked(one.plain), said)])


def onet(one: Sent, said: Said, names: Names) -> str:
    """A head in the words of the program, and the text of the HTML with entities left in it."""
    quoted = [
        f"> {escape(line).replace('à', '&agrave;').replace('ü', '&uuml;')}" for line in one.html.splitlines()
    ]
    head = names.wrote.format(when="2026-03-18 10:12:37", who=f"użytkownik {_WHO}")
    return _above(said) + "\n".join([head, *_put(quoted, said)])


def gmx(one: Sent, said: Said, names: Names) -> str:
    """The head begins with the day; no marks, blanks doubled."""
    quoted = [line.replace(". ", ".  ") for line in one.html.splitlines()]
    head = _block(names, one.subject, order=(1, 0, 2, 3))
    return _above(said, "\n \n\n") + "\n".join([head, "", *_put(quoted, said)])


def samsung(one: Sent, said: Said, names: Names) -> str:
    """A line that says so, a head, the text in one stretch a paragraph."""
    quoted = one.html.splitlines()
    head = [f"-------- {names.original} --------", _block(names, one.subject), ""]
    return _above(said) + "\n".join([*head, *_put(quoted, said)])


PROGRAMS: tuple[Callable[[Sent, Said, Names], str], ...] = (
    gmail,
    outlook,
    outlook_365,
    outlook_phone,
    iphone,
    thunderbird,
    yahoo,
    libero,
    wp,
    onet,
    gmx,
    samsung,
)

THANKS = {
    "it": "Grazie mille, tutto a posto.\nSaluti, Anna",
    "pl": "Dziękuję, wszystko w porządku.\nPozdrawiam, Anna",
    "de": "Vielen Dank, alles in Ordnung.\nViele Grüße, Anna",
    "en": "Thank you, everything is fine.\nBest, Anna",
}
BETWEEN = {
    "it": "sì, tutto integro tranne un'anta",
    "pl": "tak, całe oprócz jednych drzwiczek",
    "de": "ja, heil bis auf eine Tür",
    "en": "yes, whole apart from one door",
}
KINDS = {"it": "arrival-check", "pl": "arrival-check", "de": "arrival-check", "en": "arrival-check"}


@dataclass(frozen=True)
class Reply:
    """One answer; `words` is what its customer typed."""

    name: str
    sent: Sent
    place: str
    words: str
    text: str

    @property
    def raw(self) -> bytes:
        """As it comes in."""
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"] = "Anna Zen <anna@zen.example>", ADDRESS
        mail["Subject"], mail["In-Reply-To"] = f"Re: {self.sent.subject}", self.sent.mail.message_id
        mail["Message-ID"] = f"<{self.name}@zen.example>"
        mail.set_content(self.text, charset="utf-8")
        return mail.as_bytes()


def replies(place: str) -> Iterator[Reply]:
    """An answer of every program in every language."""
    for language, names in NAMES.items():
        for program in PROGRAMS:
            words = BETWEEN[language] if place == "between" else THANKS[language]
            one = sent(KINDS[language], language)
            text = program(one, Said(place, words), names)
            yield Reply(f"{program.__name__}-{language}-{place}", one, place, words, text)
